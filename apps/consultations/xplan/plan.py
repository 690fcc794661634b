"""What an XPlanGML plan says: name, number, codes, its area and the dates of its rounds.

XPlanung 5.x and 6.0 (XLeitstelle), classes BP_Plan, FP_Plan, LP_Plan, SO_Plan with XP_Plan's attributes. In 6.0 the
attribute ``verfahren`` stands at BP_Bereich, before at BP_Plan; both are read.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.consultations.codes import LegalStatus, PeriodKind, PlanType, Procedure
from apps.geo.untrusted import InputRefused, clean_text
from apps.geofiles.areas import AreaFile, AreaLayer, Feature

NAMESPACES = ("http://www.xplanung.de/xplangml/5/", "http://www.xplanung.de/xplangml/6/")
PLANS = {"BP_Plan", "FP_Plan", "LP_Plan", "RP_Plan", "SO_Plan"}
AREA = "raeumlicherGeltungsbereich"
#: Read, or of no use before a plan is in force; everything else that has a value is listed.
KNOWN = {
    *("name", "nummer", "beschreibung", "planArt", "verfahren", "rechtsstand", AREA, "gemeinde", "bereich"),
    *("auslegungsStartDatum", "auslegungsEndDatum", "traegerbeteiligungsStartDatum", "traegerbeteiligungsEndDatum"),
}


@dataclass(frozen=True)
class Round:
    """One period of a plan: a kind of ours, first and last day (both included)."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True)
class PlanFacts:
    """A plan's own words: ``values`` by field of a consultation, its layer, rounds, and sentences on what was left."""

    title: str
    values: dict[str, str]
    layer: AreaLayer | None
    rounds: tuple[Round, ...] = ()
    notes: tuple[str, ...] = field(default=())


def is_xplan(file: AreaFile) -> bool:
    """Is this GML an XPlanAuszug of a version that is read?"""
    return file.root[1] == "XPlanAuszug" and file.root[0].startswith(NAMESPACES)


def plans_of(file: AreaFile, *, town_key: str) -> list[PlanFacts]:
    """Return the plans of an XPlanGML file; raises ``InputRefused`` for another version or none.

    ``town_key`` is the town's AGS: a plan of another municipality is told, not refused.
    """
    if file.root[1] == "XPlanAuszug" and not is_xplan(file):
        raise InputRefused(_("Diese Fassung von XPlanGML wird nicht gelesen; gelesen werden 5.x und 6.0."))
    plans = [feature for feature in file.features if feature.name in PLANS]
    if not plans:
        raise InputRefused(_("Im XPlanGML ist kein Plan (BP_Plan, FP_Plan, LP_Plan oder SO_Plan)."))
    parts = [feature for feature in file.features if feature.name.endswith("_Bereich")]
    others = len(file.features) - len(plans) - len(parts)
    return [_facts(plan, parts if len(plans) == 1 else [], others, town_key) for plan in plans]


def _facts(plan: Feature, parts: Sequence[Feature], others: int, town_key: str) -> PlanFacts:
    notes: list[str] = []
    values = {"title": _text(plan, "name", 200, notes), "plan_number": _text(plan, "nummer", 40, notes)}
    values["summary"] = _text(plan, "beschreibung", 600, notes)
    kind = _code(plan, "planArt", PlanType.values, notes)
    values["plan_type"] = {"FP_Plan": PlanType.LAND_USE_PLAN.value}.get(plan.name) or kind
    values["legal_status"] = _code(plan, "rechtsstand", LegalStatus.values, notes)
    values["procedure"] = _procedure(plan, parts, notes)
    rounds = _rounds(plan, notes)
    keys = plan.values.get("gemeinde/XP_Gemeinde/ags", [])
    if keys and not any(key.startswith(town_key[:8]) for key in keys):
        notes.append(_("Der Plan nennt eine andere Gemeinde (AGS %(key)s).") % {"key": ", ".join(keys)[:60]})
    unknown = sorted({path.partition("/")[0] for path in plan.values} - KNOWN)
    if unknown:
        notes.append(_("Nicht übernommen: %(names)s.") % {"names": ", ".join(name[:60] for name in unknown[:30])})
    if others:
        notes.append(
            _("%(n)d weitere Objekte des Plans (Festsetzungen, Texte, Darstellungen) wurden nicht gelesen.")
            % {"n": others}
        )
    area = plan.areas.get(AREA)
    if area is None:
        notes.append(_("Der Plan hat keinen lesbaren räumlichen Geltungsbereich."))
    title = values["title"] or _("Plan ohne Namen")
    return PlanFacts(title, {key: text for key, text in values.items() if text}, area, tuple(rounds), tuple(notes))


def _text(plan: Feature, name: str, longest: int, notes: list[str]) -> str:
    given = " ".join(plan.values.get(name, []))
    try:
        text = " ".join(clean_text(given).split())
    except InputRefused:
        notes.append(_("„%(name)s“ enthält unzulässige Zeichen und wurde nicht gelesen.") % {"name": name})
        return ""
    if len(text) > longest:
        notes.append(_("„%(name)s“ wurde auf %(n)d Zeichen gekürzt.") % {"name": name, "n": longest})
    return text[:longest]


def _code(feature: Feature, name: str, known: Sequence[str], notes: list[str]) -> str:
    """Return the first code that we know; several and unknown ones are told."""
    given = feature.values.get(name, [])
    fitting = [code for code in given if code in known]
    for code in given:
        if code not in known:
            notes.append(_("%(name)s %(code)s ist hier unbekannt.") % {"name": name, "code": code[:20]})
    if len(set(fitting)) > 1:
        notes.append(
            _("%(name)s steht mehrfach da (%(codes)s); vorgeschlagen wird der erste Wert.")
            % {"name": name, "codes": ", ".join(fitting)}
        )
    return fitting[0] if fitting else ""


def _procedure(plan: Feature, parts: Sequence[Feature], notes: list[str]) -> str:
    at_parts = {code for part in parts if (code := _code(part, "verfahren", Procedure.values, notes))}
    at_plan = _code(plan, "verfahren", Procedure.values, notes)
    found = at_parts | {at_plan} - {""}
    if len(found) > 1:
        notes.append(
            _("Das Verfahren ist widersprüchlich angegeben (%(codes)s); bitte wählen Sie es selbst.")
            % {"codes": ", ".join(sorted(found))}
        )
        return ""
    return found.pop() if found else ""


def _rounds(plan: Feature, notes: list[str]) -> list[Round]:
    """Return the i-th start with the i-th end; what has no partner or makes no sense is told."""
    rounds: list[Round] = []
    for first, last in _pairs(plan, "auslegungsStartDatum", "auslegungsEndDatum", notes):
        kind = PeriodKind.REPEAT if rounds else PeriodKind.PUBLICATION
        rounds.append(Round(kind.value, first, last))
    for first, last in _pairs(plan, "traegerbeteiligungsStartDatum", "traegerbeteiligungsEndDatum", notes):
        notes.append(
            _("Beteiligung der Behörden vom %(first)s bis %(last)s: Bitte tragen Sie sie unter „Fristen“ ein.")
            % {"first": f"{first:%d.%m.%Y}", "last": f"{last:%d.%m.%Y}"}
        )
    return rounds


def _pairs(plan: Feature, start: str, end: str, notes: list[str]) -> list[tuple[dt.date, dt.date]]:
    starts, ends = plan.values.get(start, []), plan.values.get(end, [])
    if len(starts) != len(ends):
        notes.append(
            _("Zu %(n)d Anfangstagen gibt es %(m)d Endtage (%(name)s); was kein Gegenstück hat, blieb liegen.")
            % {"n": len(starts), "m": len(ends), "name": start}
        )
    found = []
    for one, other in zip(starts, ends, strict=False):
        first, last = _day(one), _day(other)
        if first is None or last is None or last < first:
            words = {"a": one[:20], "b": other[:20], "name": start}
            notes.append(_("Kein Zeitraum: %(a)s bis %(b)s (%(name)s).") % words)
        else:
            found.append((first, last))
    return sorted(found)


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
