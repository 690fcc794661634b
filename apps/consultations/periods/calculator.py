"""How long a participation period must at least last, with every step of the calculation.

Regular publication (§ 3 Abs. 2 BauGB) and the authorities (§ 4 Abs. 2 BauGB): one month, but at least 30 days; the
first day counts (§ 187 Abs. 2 BGB), the month ends on the day before the one with the same number or, where the last
month lacks it, on its last day (§ 188 Abs. 2 and 3 BGB). An end on a Saturday, Sunday or public holiday moves to the
next working day (§ 193 BGB). Too long is harmless, too short can void a plan: in doubt this rounds up. Pure functions;
dates are local dates.
"""

import calendar
import datetime as dt
from dataclasses import dataclass

from apps.consultations.codes import FORMAL_PERIODS, PeriodKind
from apps.places.working_days import add_working_days, is_working_day

#: § 3 Abs. 2 Satz 1, § 4 Abs. 2 Satz 2 BauGB.
LEAST_DAYS = 30
#: A repeated round may be shorter (§ 4a Abs. 3 BauGB); below this a court will ask whether it was still adequate.
SHORT_REPEAT_DAYS = 14

ONE_DAY = dt.timedelta(days=1)


def end_of_month_period(starts_on: dt.date) -> dt.date:
    """Return the last day of a period of one month whose first day counts (§ 188 Abs. 2 Alt. 2, Abs. 3 BGB)."""
    year, month = (starts_on.year + 1, 1) if starts_on.month == 12 else (starts_on.year, starts_on.month + 1)
    last = calendar.monthrange(year, month)[1]
    if starts_on.day > last:
        return dt.date(year, month, last)
    return dt.date(year, month, starts_on.day) - ONE_DAY


def earliest_start(notice_on: dt.date) -> dt.date:
    """Return the first day a period may begin: a notice takes effect at the end of the day on which it appears."""
    return notice_on + ONE_DAY


def rolled(day: dt.date, town_key: str) -> dt.date:
    """Return ``day``, or the next working day of the town when it is a Saturday, Sunday or holiday (§ 193 BGB)."""
    return add_working_days(day, 0, town_key)


@dataclass(frozen=True)
class Calculation:
    """The steps from the first day to the last. ``minimum_end`` is the earliest lawful one, ``ends_on`` what counts."""

    kind: str
    town_key: str
    starts_on: dt.date
    month_end: dt.date
    thirtieth_day: dt.date
    minimum_end: dt.date
    wanted_end: dt.date | None
    ends_on: dt.date
    is_shortened: bool
    notice_on: dt.date | None

    @property
    def later_rule(self) -> dt.date:
        """The later of month rule and 30th day, before it is moved off a free day."""
        return max(self.month_end, self.thirtieth_day)

    @property
    def is_statutory(self) -> bool:
        """Does the law say how long it lasts at least? Not for the early and the informal participation."""
        return self.kind in FORMAL_PERIODS

    @property
    def is_longer(self) -> bool:
        return self.is_statutory and self.ends_on > self.minimum_end

    @property
    def days(self) -> int:
        """How many days the period has, first and last one counted."""
        return (self.ends_on - self.starts_on).days + 1

    @property
    def earliest_start(self) -> dt.date | None:
        return earliest_start(self.notice_on) if self.notice_on else None

    @property
    def starts_too_early(self) -> bool:
        """Does the period begin before the notice has taken effect?"""
        return self.earliest_start is not None and self.starts_on < self.earliest_start


def calculate(
    *,
    kind: str,
    starts_on: dt.date,
    town_key: str,
    wanted_end: dt.date | None = None,
    notice_on: dt.date | None = None,
    shorten: bool = False,
) -> Calculation:
    """Return the calculation for a period that begins on ``starts_on``.

    ``wanted_end`` is what the planner would like: a later one than the law asks for is kept (and moved off a free day),
    an earlier one only with ``shorten`` in a repeated round, or in an early or informal participation; an informal one
    may end on any day. ``town_key`` is the AGS,
    whose first two digits say which holidays there are.
    """
    month_end, thirtieth = end_of_month_period(starts_on), starts_on + (LEAST_DAYS - 1) * ONE_DAY
    minimum = rolled(max(month_end, thirtieth), town_key)
    may_be_shorter = kind not in FORMAL_PERIODS or (kind == PeriodKind.REPEAT and shorten)
    usable = wanted_end is not None and wanted_end >= starts_on and (may_be_shorter or wanted_end > minimum)
    end = wanted_end if usable and wanted_end else minimum
    if kind != PeriodKind.INFORMAL:
        end = rolled(end, town_key)
    return Calculation(
        kind=kind,
        town_key=town_key,
        starts_on=starts_on,
        month_end=month_end,
        thirtieth_day=thirtieth,
        minimum_end=minimum,
        wanted_end=wanted_end,
        ends_on=end,
        is_shortened=kind == PeriodKind.REPEAT and end < minimum,
        notice_on=notice_on,
    )


def is_free_day(day: dt.date, town_key: str) -> bool:
    """Is it a Saturday, Sunday or public holiday there?"""
    return not is_working_day(day, town_key)
