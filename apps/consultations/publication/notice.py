"""The text of the notice (§ 3 Abs. 2 Satz 4 BauGB): drafted from a template, and what differs from it."""

import datetime as dt
import difflib
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.consultations.codes import PeriodKind, PlanType
from apps.consultations.models import Consultation, ParticipationPeriod
from apps.consultations.publication.required_papers import needs_environmental_report
from apps.places.links import public_url


@dataclass(frozen=True)
class NoticeFacts:
    """What the notice is about: the round, its public address and the kinds of environmental information."""

    consultation: Consultation
    period: ParticipationPeriod
    environmental_information: str

    @property
    def url(self) -> str:
        """Return the absolute address of the public page, from settings and never from a request."""
        return public_url(self.consultation.municipality, f"/beteiligung/{self.consultation.public_id}/")


def _day(day: dt.date) -> str:
    return date_format(day, "d.m.Y")


def draft_notice(facts: NoticeFacts) -> str:
    """Return the template filled in, paragraphs divided by a blank line."""
    plan, period = facts.consultation, facts.period
    kind = plan.get_plan_type_display()
    number = _(", Plannummer %(number)s") % {"number": plan.plan_number} if plan.plan_number else ""
    paragraphs = [
        _("Öffentliche Bekanntmachung – %(town)s") % {"town": plan.municipality.name},
        f"{kind}: {plan.title}{number}",
        period.legal_basis,
        plan.summary,
        _(
            "Der Entwurf und seine Begründung werden vom %(first)s bis einschließlich %(last)s im Internet "
            "veröffentlicht unter: %(url)s"
        )
        % {"first": _day(period.starts_on), "last": _day(period.ends_on), "url": facts.url},
        _(
            "Zusätzlich zur Veröffentlichung im Internet können die Unterlagen in diesem Zeitraum "
            "wie folgt eingesehen werden: %(access)s"
        )
        % {"access": plan.additional_access or "…"},
        *_environment(facts),
        _("Während der Dauer der Veröffentlichungsfrist können Stellungnahmen abgegeben werden."),
        _(
            "Stellungnahmen sollen elektronisch übermittelt werden; bei Bedarf können sie auch auf anderem Weg, "
            "etwa schriftlich oder zur Niederschrift, abgegeben werden."
        ),
        _(
            "Nicht fristgerecht abgegebene Stellungnahmen können bei der Beschlussfassung über den Bauleitplan "
            "unberücksichtigt bleiben."
        ),
    ]
    if period.kind == PeriodKind.REPEAT and period.changes_only:
        paragraphs.append(
            _(
                "Stellungnahmen können nur zu den geänderten oder ergänzten Teilen des Entwurfs und ihren möglichen "
                "Auswirkungen abgegeben werden."
            )
        )
    if plan.plan_type == PlanType.LAND_USE_PLAN:
        paragraphs.append(
            _(
                "Eine Vereinigung im Sinne des § 4 Abs. 3 Satz 1 Nr. 2 des Umwelt-Rechtsbehelfsgesetzes ist in einem "
                "Rechtsbehelfsverfahren nach dessen § 7 Abs. 2 mit allen Einwendungen ausgeschlossen, die sie im "
                "Rahmen der Veröffentlichungsfrist nicht oder nicht rechtzeitig geltend gemacht hat, aber hätte "
                "geltend machen können (§ 7 Abs. 3 Satz 1)."
            )
        )
    if plan.contact:
        paragraphs.append(_("Ansprechstelle: %(contact)s") % {"contact": plan.contact})
    return "\n\n".join(part.strip() for part in paragraphs if part.strip())


def _environment(facts: NoticeFacts) -> list[str]:
    if needs_environmental_report(facts.consultation):
        return [
            _("Folgende Arten umweltbezogener Informationen sind verfügbar: %(kinds)s")
            % {"kinds": facts.environmental_information or "…"}
        ]
    return [_("Von einer Umweltprüfung wird abgesehen.")]


@dataclass(frozen=True)
class DiffLine:
    """A paragraph: ``same`` in both, ``added`` to the template, or ``removed`` from it."""

    mark: str
    text: str


def difference(template: str, text: str) -> list[DiffLine]:
    """Return the paragraphs of ``text`` beside those of the template, in reading order."""
    marks = {"  ": "same", "+ ": "added", "- ": "removed"}
    lines = difflib.ndiff(_paragraphs(template), _paragraphs(text))
    return [DiffLine(marks[line[:2]], line[2:]) for line in lines if line[:2] in marks]


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n") if part.strip()]
