"""Which documents a formal round must show, by procedure."""

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.consultations.codes import DocumentKind, PlanType, Procedure
from apps.consultations.models import Consultation
from apps.consultations.phases import Kind, kind_of
from apps.consultations.publication.findings import Finding, coming_rounds

#: No environmental assessment and no report (§ 13(3) s. 1, § 13a(2) no. 1 BauGB).
WITHOUT_ASSESSMENT = (Procedure.SIMPLIFIED, Procedure.INNER_DEVELOPMENT)


def needs_environmental_report(consultation: Consultation) -> bool:
    """Does the law ask for an Umweltbericht (§ 2(4), § 2a BauGB)?"""
    return consultation.procedure not in WITHOUT_ASSESSMENT


def check_required_papers(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """Draft, reasons and, in the regular procedure, the environmental report are there (§ 3(2) s. 1 BauGB)."""
    if not coming_rounds(consultation, at):
        return
    yield from _procedure(consultation)
    shown = list(consultation.documents.published())
    kinds = {paper.kind for paper in shown}
    if DocumentKind.DRAFT not in kinds:
        text = _("Es fehlt der Planentwurf (§ 3 Abs. 2 Satz 1 BauGB).")
        yield Finding(True, text, "papers.draft", "papers")
    if DocumentKind.EXPLANATORY_REPORT not in kinds:
        text = _("Es fehlt die Begründung (§ 3 Abs. 2 Satz 1 BauGB).")
        yield Finding(True, text, "papers.reasons", "papers")
    has_report = DocumentKind.ENVIRONMENTAL_REPORT in kinds or any(p.includes_environmental_report for p in shown)
    if needs_environmental_report(consultation):
        if not has_report:
            text = _("Es fehlt der Umweltbericht (§ 2a BauGB). Steht er in der Begründung, kreuzen Sie das dort an.")
            yield Finding(True, text, "papers.environmental_report", "papers")
        if DocumentKind.ENVIRONMENTAL_STATEMENT not in kinds:
            text = _(
                "Es ist keine umweltbezogene Stellungnahme dabei. Liegen schon wesentliche vor, gehören sie dazu "
                "(§ 3 Abs. 2 Satz 1 BauGB)."
            )
            yield Finding(False, text, "papers.environmental_statements", "papers")
    elif has_report:
        text = _("In diesem Verfahren wird von der Umweltprüfung abgesehen; ein Umweltbericht ist trotzdem dabei.")
        yield Finding(False, text, "papers.surplus_report", "papers")


def _procedure(consultation: Consultation) -> Iterator[Finding]:
    if kind_of(consultation) == Kind.INFORMAL:
        return  # check_periods says that there is no such round
    if consultation.procedure == Procedure.NONE:
        text = _("Für eine förmliche Veröffentlichung fehlt das Verfahren (Regelverfahren, § 13 oder § 13a BauGB).")
        yield Finding(True, text, "procedure.none", "edit")
    elif consultation.procedure == Procedure.OUTER_INCLUSION:
        text = _("§ 13b BauGB ist aufgehoben; das Verfahren kann so nicht fortgeführt werden (§ 215a BauGB).")
        yield Finding(True, text, "procedure.repealed", "edit")
    elif consultation.plan_type == PlanType.LAND_USE_PLAN and consultation.procedure == Procedure.INNER_DEVELOPMENT:
        text = _("§ 13a BauGB gilt nur für Bebauungspläne der Innenentwicklung.")
        yield Finding(True, text, "procedure.land_use_plan", "edit")
