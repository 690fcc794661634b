"""To which round of a consultation a moment belongs, and whether it came too late."""

import datetime as dt
from dataclasses import dataclass

from apps.consultations.models import Consultation, ParticipationPeriod


@dataclass(frozen=True)
class Round:
    """The period that a statement of some moment belongs to."""

    period: ParticipationPeriod
    is_late: bool


def round_at(consultation: Consultation, at: dt.datetime) -> Round | None:
    """Return the running published round, else the one that ended last; None before the first.

    Of several running ones the one that ends last counts.

    A period runs until 24:00 of its last day: ``ends_at`` is the first instant that is too late (§ 188 BGB).
    """
    begun = [period for period in consultation.periods.all() if period.is_published and period.starts_at <= at]
    if not begun:
        return None
    last = max(begun, key=lambda period: (period.ends_at, period.pk))
    return Round(last, last.ends_at <= at)
