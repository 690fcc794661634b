"""Are the dates of a round lawful?"""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.consultations.codes import PeriodKind
from apps.consultations.models import Consultation, ParticipationPeriod
from apps.consultations.periods.calculator import SHORT_REPEAT_DAYS, Calculation, calculate, earliest_start, is_free_day
from apps.consultations.periods.moments import days_of
from apps.consultations.periods.sentences import day_words
from apps.consultations.publication.findings import Finding, coming_rounds


def calculation_of(period: ParticipationPeriod, town_key: str) -> Calculation:
    """Return the calculation of a stored period, its last day taken as the planner's wish."""
    return calculate(
        kind=period.kind,
        starts_on=period.starts_on,
        town_key=town_key,
        wanted_end=period.ends_on,
        notice_on=period.notice_on,
        shorten=bool(period.reason),
    )


def check_dates(consultation: Consultation, at: dt.datetime) -> Iterator[Finding]:
    """Each formal round that is not over is long enough, ends on a working day and begins after its notice."""
    town_key = consultation.municipality.key
    for period in coming_rounds(consultation, at):
        yield from _length(period, town_key)
        yield from _notice(period, at, town_key)
        yield from _authorities(period, town_key)


def _length(period: ParticipationPeriod, town_key: str) -> Iterator[Finding]:
    found = calculation_of(period, town_key)
    words = {"period": period, "end": day_words(found.minimum_end)}
    if period.kind == PeriodKind.REPEAT and period.ends_on < found.minimum_end:
        if not period.reason:
            text = _("%(period)s: Die Frist ist verkürzt; es fehlt die Begründung (§ 4a Abs. 3 BauGB).") % words
            yield Finding(True, text, "dates.reason", "periods")
        elif days_of(period.starts_on, period.ends_on) < SHORT_REPEAT_DAYS:
            text = _("%(period)s: weniger als zwei Wochen. Bitte prüfen Sie, ob das noch angemessen ist.") % words
            yield Finding(False, text, "dates.very_short", "periods")
    elif period.ends_on < found.minimum_end:
        text = _(
            "%(period)s: zu kurz. Ein Monat, mindestens 30 Tage: letzter Tag frühestens %(end)s "
            "(§ 3 Abs. 2 Satz 1 BauGB)."
        )
        yield Finding(True, text % words, "dates.short", "periods")
    if is_free_day(period.ends_on, town_key):
        text = _("%(period)s: Der letzte Tag ist kein Werktag (§ 193 BGB).") % words
        yield Finding(True, text, "dates.free_day", "periods")
    if found.is_longer and not period.reason:
        text = _("%(period)s: länger als nötig. Bitte halten Sie den Grund fest.") % words
        yield Finding(False, text, "dates.longer", "periods")


def _notice(period: ParticipationPeriod, at: dt.datetime, town_key: str) -> Iterator[Finding]:
    words = {"period": period}
    if period.notice_on is None:
        text = _("%(period)s: Es fehlt der Erscheinungstag der Bekanntmachung (§ 3 Abs. 2 Satz 4 BauGB).") % words
        yield Finding(True, text, "dates.notice", "periods")
        return
    first = max(earliest_start(period.notice_on), timezone.localdate(at) if at > period.starts_at else period.starts_on)
    if first <= period.starts_on:
        return
    # A late notice or publication is healed when a whole period still follows it.
    healed = calculate(kind=period.kind, starts_on=first, town_key=town_key).minimum_end <= period.ends_on
    if period.starts_on < earliest_start(period.notice_on):
        text = _("%(period)s: Die Bekanntmachung erscheint am %(notice)s; die Frist darf erst am Tag danach beginnen.")
        code = "dates.before_notice"
    else:
        text = _("%(period)s: Der erste Tag ist schon vorbei; seither war nichts veröffentlicht.")
        code = "dates.begun"
    notice = day_words(period.notice_on)
    yield Finding(not healed, text % {**words, "notice": notice}, code, "periods")


def _authorities(period: ParticipationPeriod, town_key: str) -> Iterator[Finding]:
    first, last = period.authorities_starts_on, period.authorities_ends_on
    if first is None or last is None:
        text = _("%(period)s: Es ist keine Frist für die Behörden eingetragen (§ 4 Abs. 2 BauGB).") % {"period": period}
        yield Finding(False, text, "dates.no_authorities", "periods")
        return
    least = calculate(kind=PeriodKind.PUBLICATION, starts_on=first, town_key=town_key).minimum_end
    if last < least and not (period.kind == PeriodKind.REPEAT and period.reason):
        text = _("%(period)s: Die Frist für die Behörden endet frühestens am %(end)s (§ 4 Abs. 2 Satz 2 BauGB).")
        yield Finding(True, text % {"period": period, "end": day_words(least)}, "dates.authorities", "periods")
