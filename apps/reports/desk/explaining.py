"""Why a report lies where it lies, in sentences: from the trace that was written when the rules decided."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.departments.models import Department
from apps.departments.vicinity import REACH_M, Drawn, draw_vicinity
from apps.reports.models import Event, Report


@dataclass(frozen=True)
class Explanation:
    """The sentences, the versions that decided, and the paths of the small map (``reach_m`` metres to each side).

    ``versions`` are words with the address of the page that shows the version, for administrators.
    """

    sentences: list[str]
    versions: list[tuple[str, str]]
    drawn: list[Drawn]
    reach_m: int


def explain(report: Report) -> Explanation:
    """Explain the last decision about a report (three queries); ``category`` and ``executor`` are needed."""
    event = report.events.filter(kind__in=[Event.Kind.SUBMITTED, Event.Kind.ROUTED]).order_by("-at", "-id").first()
    moves = report.events.filter(kind=Event.Kind.REASSIGNED).exclude(data__has_any_keys=["undone", "taken_back"])
    by_hand = moves.order_by("-at", "-id").first()
    trace: dict[str, Any] = (event.data.get("trace") if event else None) or {}
    drawn = draw_vicinity(report.category, report.point)
    if not isinstance(trace, dict):
        return Explanation([], [], drawn, REACH_M)
    names = dict(Department.objects.filter(municipality=report.municipality_id).values_list("code", "name"))
    told = []
    if by_hand and event and (by_hand.at, by_hand.pk) > (event.at, event.pk):
        told.append(
            _("%(who)s hat die Meldung von Hand an %(name)s gegeben. Vorher hatten die Regeln so entschieden:")
            % {"who": by_hand.actor or _("Jemand"), "name": by_hand.data.get("to_name", "")}
        )
    told += _told(trace, names)
    return Explanation(told, _versions(trace, report), drawn, REACH_M)


def _told(trace: dict[str, Any], names: dict[str, str]) -> list[str]:
    candidates = trace.get("candidates") or []
    winner = next((c for c in candidates if c.get("rule") == trace.get("rule")), None)
    told = []
    if executor := trace.get("executor"):
        told.append(
            _("Zuständig ist %(name)s. %(reason)s") % {"name": executor["name"], "reason": trace.get("reason", "")}
        )
    if winner and winner.get("feature"):
        told.append(_("Maßgeblich: %(feature)s%(distance)s.") % {**winner, "distance": _away(winner)})
    if winner and winner.get("conditions"):
        told.append(_("Bedingung der Regel: %(conditions)s.") % {"conditions": "; ".join(winner["conditions"])})
    if winner and winner.get("to_confirm"):
        told.append(_("Diese Zuordnung ist angenommen und von der Stadt noch zu bestätigen."))
    others = [c for c in candidates if c is not winner]
    rival = next((c for c in others if winner and c.get("executor") != winner.get("executor")), None)
    if rival:
        told.append(
            _("An zweiter Stelle steht %(name)s: %(reason)s %(why)s")
            % {
                "name": names.get(rival["executor"], rival["executor"]),
                "reason": rival.get("reason", ""),
                "why": rival.get("explanation", ""),
            }
        )
    elif others:
        told.append(_("Auch die nächste passende Regel führt zu dieser Stelle."))
    elif winner:
        told.append(_("Keine andere Regel passt."))
    return told + _near(trace)


def _near(trace: dict[str, Any]) -> list[str]:
    """Say how near the next border is, and what was asked because of it."""
    told = []
    if border := trace.get("border"):
        name = f" ({border['name']})" if border.get("name") else ""
        told.append(
            _("Die nächste Grenze%(name)s ist %(metres)s m entfernt.")
            % {"name": name, "metres": number_format(border["distance_m"], 0)}
        )
    if close := trace.get("close"):
        others = ", ".join(f"{other['name']} ({other['place']})" for other in close["others"])
        told.append(
            _("Es war knapp: Im Umkreis von %(metres)s m wäre auch möglich: %(others)s.")
            % {"metres": number_format(close["radius_m"], 0), "others": others}
        )
        told.append(
            _("Die meldende Person hat die Seite selbst genannt.")
            if close.get("chosen")
            else _("Die Seite wurde nicht genannt; entschieden hat die Regel.")
        )
    return told


def _away(candidate: dict[str, Any]) -> str:
    metres = candidate.get("distance_m")
    if metres is None:
        return ""
    return _(", an dieser Stelle") if metres < 1 else _(", %(n)s m entfernt") % {"n": number_format(round(metres), 0)}


def _versions(trace: dict[str, Any], report: Report) -> list[tuple[str, str]]:
    found = []
    if trace.get("rule"):
        words, url = _("Regel %(rule)s") % {"rule": trace["rule"]}, ""
        if trace.get("rule_version"):
            words += ", " + _("Stand %(n)d") % {"n": trace["rule_version"]}
            url = reverse("desk_rule_version", args=[trace["rule_id"], trace["rule_version"]])
        found.append((words, url))
    if trace.get("category_version") and trace.get("category") == report.category.code:
        words = _("Kategorie in Stand %(n)d") % {"n": trace["category_version"]}
        found.append((words, reverse("desk_category_version", args=[report.category_id, trace["category_version"]])))
    return found
