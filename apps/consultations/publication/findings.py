"""What a check finds."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apps.consultations.codes import FORMAL_PERIODS
from apps.consultations.models import Consultation, ParticipationPeriod


@dataclass(frozen=True)
class Finding:
    """One result of a check: blocks publishing when ``is_error``, else a hint for the planner.

    ``code`` names the rule, ``step`` the desk's page on which it is mended (edit, periods, papers, notice, portal). A
    second person may lift an error unless it ``is_absolute``: then there would be nothing to show.
    """

    is_error: bool
    text: str
    code: str = ""
    step: str = ""
    is_absolute: bool = False


Check = Callable[[Consultation, dt.datetime], Iterable[Finding]]


def coming_rounds(consultation: Consultation, at: dt.datetime) -> list[ParticipationPeriod]:
    """Return the formal rounds that are still to be published, in their order; past ones cannot be mended any more."""
    rounds = [p for p in consultation.periods.all() if not (consultation.is_public and p.is_published)]
    return [period for period in rounds if period.kind in FORMAL_PERIODS and period.ends_at > at]
