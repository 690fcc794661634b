"""What must be in order before everybody may see a consultation.

Each check is a function of the consultation and the moment; ``services.publish_consultation`` takes the list. Here are
those that every consultation must pass, and the list; what the Building Code asks besides stands beside.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.consultations.codes import FORMAL_PERIODS
from apps.consultations.models import Consultation
from apps.consultations.phases import ROUNDS, Kind, kind_of
from apps.consultations.publication.dates import check_dates
from apps.consultations.publication.findings import Check, Finding
from apps.consultations.publication.notice_checks import check_notice, check_portal
from apps.consultations.publication.required_papers import check_required_papers
from apps.geo.templatetags.measures import hectares, metres

NEIGHBOUR_WITHIN_M = 500
#: Drawn along the border a plan may lap over it by the width of a line.
LAP_M2 = 50.0


def check_texts(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """Title and summary are there; contact and further access are asked for."""
    if not consultation.summary:
        yield Finding(True, _("Es fehlt der kurze Text („Kurz gesagt“)."), "texts.summary", "edit")
    if not consultation.contact:
        yield Finding(True, _("Es fehlt die Ansprechstelle."), "texts.contact", "edit")
    if not consultation.additional_access:
        yield Finding(
            consultation.periods.filter(kind__in=FORMAL_PERIODS).exists(),
            _("Es fehlt, wo man die Unterlagen außer im Internet einsehen kann (§ 3 Abs. 2 Satz 2 BauGB)."),
            "texts.access",
            "edit",
        )
    if not consultation.simple_language:
        yield Finding(False, _("Es gibt keinen Text in einfacher Sprache."), "texts.simple", "edit")


def check_periods(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """There is a period, of a kind that suits the plan, and its end is not before its start."""
    periods = list(consultation.periods.all())
    if not periods:
        yield Finding(True, _("Es ist noch keine Frist eingetragen."), "periods.none", "periods", is_absolute=True)
    kind = kind_of(consultation)
    for period in periods:
        if period.kind not in ROUNDS[kind]:
            text = (
                _("%(period)s: Diese Planart kennt keine förmliche Veröffentlichung nach dem Baugesetzbuch.")
                if kind == Kind.INFORMAL
                else _("%(period)s: Ein Bauleitplan braucht eine Runde nach dem Baugesetzbuch.")
            )
            yield Finding(True, text % {"period": period}, f"procedure.{kind}", "periods")
        if period.ends_on < period.starts_on:
            yield Finding(
                True, _("%(period)s: Das Ende liegt vor dem Anfang.") % {"period": period}, "periods.order", "periods"
            )
    if periods and all(period.ends_at <= at for period in periods):
        text = _("Alle Fristen liegen in der Vergangenheit; das Verfahren erscheint als beendet.")
        yield Finding(False, text, "periods.past", "periods")


def check_documents(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """A formal publication shows at least one document (§ 3(2) s. 1 BauGB)."""
    formal = consultation.periods.filter(kind__in=FORMAL_PERIODS).exists()
    if not consultation.documents.published().exists():
        text = _("Es ist noch keine Unterlage zur Veröffentlichung vorgesehen.")
        yield Finding(formal, text, "papers.none", "papers")


_AREA = """
WITH plan AS (
    SELECT area, ST_IsValid(area) AS valid FROM consultations_consultation WHERE id = %(plan)s
), town AS (
    SELECT ST_Union(area) AS area FROM places_administrativearea
    WHERE municipality_id = %(town)s AND kind = 'municipality'
      AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
)
SELECT plan.valid, ST_Area(plan.area), ST_Area(ST_Difference(plan.area, town.area)), (
    SELECT array_agg(n.name || '|' || ST_Distance(n.area, plan.area) ORDER BY n.area <-> plan.area, n.name)
    FROM places_administrativearea AS n
    WHERE n.municipality_id = %(town)s AND n.kind = 'neighbour'
      AND n.valid_from <= %(day)s AND (n.valid_to IS NULL OR n.valid_to > %(day)s)
      AND ST_DWithin(n.area, plan.area, %(within)s))
FROM plan, town
"""


def check_area(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """The area is there, valid and inside the municipality; neighbours close by are named (§ 2(2) BauGB)."""
    if consultation.area is None:
        yield Finding(True, _("Der Geltungsbereich ist noch nicht gezeichnet."), "area.none", "edit", is_absolute=True)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _AREA,
            {
                "plan": consultation.pk,
                "town": consultation.municipality_id,
                "day": timezone.localdate(at),
                "within": NEIGHBOUR_WITHIN_M,
            },
        )
        is_valid, _area_m2, outside_m2, neighbours = cursor.fetchone()
    if not is_valid:
        yield Finding(True, _("Die Fläche ist nicht gültig."), "area.invalid", "edit", is_absolute=True)
    if outside_m2 is None:
        text = _("Die Gemeindegrenze ist nicht hinterlegt; die Lage wurde nicht geprüft.")
        yield Finding(False, text, "area.unknown")
    elif outside_m2 > LAP_M2:
        text = _("%(area)s der Fläche liegen außerhalb der Gemeinde.") % {"area": hectares(outside_m2)}
        yield Finding(True, text, "area.outside", "edit")
    for neighbour in neighbours or ():
        name, _bar, distance = neighbour.rpartition("|")
        away = metres(float(distance))
        yield Finding(
            False,
            _("Nachbargemeinde %(name)s, %(away)s entfernt: Bitte stimmen Sie den Plan mit ihr ab (§ 2 Abs. 2 BauGB).")
            % {"name": name, "away": away},
            "area.neighbour",
        )


#: What any consultation needs, whatever the law says about its kind.
BASIC_CHECKS: tuple[Check, ...] = (check_texts, check_area, check_periods, check_documents)
#: What the Building Code asks of a formal round besides.
STATUTORY_CHECKS: tuple[Check, ...] = (check_dates, check_required_papers, check_notice, check_portal)
DEFAULT_CHECKS: tuple[Check, ...] = BASIC_CHECKS + STATUTORY_CHECKS


def run_checks(consultation: Consultation, at: dt.datetime, checks: Iterable[Check] = DEFAULT_CHECKS) -> list[Finding]:
    """Return the findings of all checks, errors first."""
    found = [finding for check in checks for finding in check(consultation, at)]
    return sorted(found, key=lambda finding: not finding.is_error)
