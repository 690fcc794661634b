"""Does the notice say what § 3 Abs. 2 Satz 4 BauGB asks for: three data and four hints, and what a procedure adds?

A hint counts as given when one paragraph holds all of its words. A notice in other words is stopped here; the planner
takes the sentence of the template, or a second person confirms that the hint is there.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.consultations.codes import PeriodKind, PlanType
from apps.consultations.models import Consultation, PublicNotice
from apps.consultations.publication.findings import Finding, coming_rounds
from apps.consultations.publication.notice import NoticeFacts
from apps.consultations.publication.required_papers import needs_environmental_report


@dataclass(frozen=True)
class Hint:
    """A hint the notice must give: one paragraph matches each of ``words`` (regular expressions, case-insensitive)."""

    code: str
    name: str | Promise
    words: tuple[str, ...]


HINTS = (
    Hint(
        "notice.hint_period",
        gettext_lazy("dass während der Frist Stellungnahmen abgegeben werden können"),
        (r"während|innerhalb|bis zum", r"\w*frist|veröffentlichung", r"stellungnahmen?", r"abgegeben|abgeben|äußern"),
    ),
    Hint(
        "notice.hint_electronic",
        gettext_lazy("dass Stellungnahmen elektronisch übermittelt werden sollen, bei Bedarf auch anders"),
        (r"elektronisch", r"stellungnahmen?", r"ander\w+ weg|bei bedarf|schriftlich|niederschrift"),
    ),
    Hint(
        "notice.hint_late",
        gettext_lazy("dass verspätete Stellungnahmen unberücksichtigt bleiben können"),
        (r"nicht fristgerecht|verspätet|nicht rechtzeitig", r"unberücksichtigt|nicht berücksichtigt"),
    ),
)
NO_ASSESSMENT = Hint(
    "notice.hint_no_assessment",
    gettext_lazy("dass von einer Umweltprüfung abgesehen wird (§ 13 Abs. 3 Satz 2, § 13a Abs. 3 BauGB)"),
    (r"umweltprüfung", r"abgesehen|ohne|nicht durchgeführt"),
)
PRECLUSION = Hint(
    "notice.hint_associations",
    gettext_lazy("dass Vereinigungen mit versäumten Einwendungen ausgeschlossen sind (§ 3 Abs. 3 BauGB)"),
    (r"vereinigung", r"ausgeschlossen"),
)
CHANGES_ONLY = Hint(
    "notice.hint_changes",
    gettext_lazy("dass Stellungnahmen nur zu den Änderungen abgegeben werden können (§ 4a Abs. 3 Satz 2 BauGB)"),
    (r"nur", r"geänderte|ergänzte|änderung"),
)


def gives(hint: Hint, text: str) -> bool:
    """Does one paragraph of ``text`` hold all words of the hint?"""
    return any(all(re.search(word, part, re.IGNORECASE) for word in hint.words) for part in _paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\r?\n\s*\r?\n", text)]


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()


def names_day(text: str, day: dt.date) -> bool:
    """Does the text name the day, as 01.12.2026, 1.12.2026 or 1. Dezember 2026?"""
    spellings = (date_format(day, "d.m.Y"), date_format(day, "j.n.Y"), date_format(day, "j. F Y"))
    return any(re.search(rf"(?<!\d){re.escape(spelling.casefold())}(?!\d)", _flat(text)) for spelling in spellings)


def missing_parts(facts: NoticeFacts, text: str) -> Iterator[tuple[str, str]]:
    """Yield code and name of each datum and hint that the text lacks."""
    plan, period = facts.consultation, facts.period
    if facts.url.casefold() not in text.casefold():
        yield "notice.address", _("die Internetadresse %(url)s") % {"url": facts.url}
    if not (names_day(text, period.starts_on) and names_day(text, period.ends_on)):
        yield "notice.duration", _("die Dauer mit erstem und letztem Tag")
    if needs_environmental_report(plan):
        kinds = facts.environmental_information.strip()
        if not kinds or _flat(kinds) not in _flat(text):
            yield "notice.environment", _("welche Arten umweltbezogener Informationen verfügbar sind")
    access = plan.additional_access.strip()
    if not access or _flat(access) not in _flat(text):
        yield "notice.hint_access", _("welche anderen Zugänge zu den Unterlagen es gibt, wie sie bei den Texten stehen")
    extra = [
        *([] if needs_environmental_report(plan) else [NO_ASSESSMENT]),
        *([PRECLUSION] if plan.plan_type == PlanType.LAND_USE_PLAN else []),
        *([CHANGES_ONLY] if period.kind == PeriodKind.REPEAT and period.changes_only else []),
    ]
    for hint in (*HINTS, *extra):
        if not gives(hint, text):
            yield hint.code, str(hint.name)


def check_notice(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """Each formal round that is not over has a notice with all data and hints."""
    notices = {notice.kind: notice for notice in PublicNotice.objects.filter(consultation=consultation)}
    for period in coming_rounds(consultation, at):
        notice = notices.get(period.kind)
        if notice is None:
            text = _("%(period)s: Es fehlt der Text der Bekanntmachung (§ 3 Abs. 2 Satz 4 BauGB).") % {"period": period}
            yield Finding(True, text, "notice.none", "notice")
            continue
        facts = NoticeFacts(consultation, period, notice.environmental_information)
        for code, part in missing_parts(facts, notice.text):
            text = _("%(period)s: In der Bekanntmachung fehlt, %(part)s.") % {"period": period, "part": part}
            if code in ("notice.address", "notice.duration"):
                text = _("%(period)s: In der Bekanntmachung fehlt %(part)s.") % {"period": period, "part": part}
            yield Finding(True, text, code, "notice")


def check_portal(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """Notice and documents are to be found through the Land's central portal too (§ 3(2) s. 5 BauGB)."""
    entered = {entry.kind: entry for entry in consultation.portal_entries.all()}
    for period in coming_rounds(consultation, at):
        entry = entered.get(period.kind)
        words = {"period": period}
        if entry is None:
            text = (
                _("%(period)s: Der Eintrag im Landesportal ist noch nicht vermerkt (§ 3 Abs. 2 Satz 5 BauGB).") % words
            )
            yield Finding(False, text, "portal.none", "portal")
        elif entry.entered_on > min(period.starts_on, timezone.localdate(at)):
            text = _("%(period)s: Der Eintrag im Landesportal kam erst nach dem ersten Tag.") % words
            yield Finding(False, text, "portal.late", "portal")
