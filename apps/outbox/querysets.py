"""Questions about messages. Everything that decides is asked of the database's clock, never of this machine's:
workers on several machines, and a machine whose clock is set back, then agree on what is due."""

import datetime as dt
from typing import Any, Self

from django.db.models import DateTimeField, Func, Q, QuerySet


class ClockTimestamp(Func):
    """PostgreSQL's ``clock_timestamp()``: the time now, not at the start of the transaction as ``now()`` says."""

    function = "clock_timestamp"
    arity = 0
    output_field = DateTimeField()


class MessageQuerySet(QuerySet[Any]):
    def due(self) -> Self:
        """Keep what waits and may be tried now, longest waiting first."""
        return self.filter(state="queued", next_attempt_at__lte=ClockTimestamp()).order_by("next_attempt_at", "pk")

    def abandoned(self) -> Self:
        """Keep what somebody began to send and did not finish before the lease ran out."""
        return self.filter(state="sending", lease_until__lt=ClockTimestamp())

    def stuck(self) -> Self:
        """Keep what nobody will send any more unless somebody looks at it."""
        return self.filter(state__in=["failed", "dead"])

    def troubled(self) -> Self:
        """Keep what does not get through at the moment: given up and not dismissed, or tried in vain so far."""
        stuck = Q(state__in=["failed", "dead"], dismissed_at=None)
        return self.filter(stuck | (Q(state="queued", attempts__gt=0) & ~Q(last_error="")))

    def with_body_past_its_date(self, day: dt.date) -> Self:
        """Keep finished messages whose text and address must be erased on that local date."""
        return self.filter(body_dies_on__lte=day)

    def past_its_date(self, day: dt.date) -> Self:
        """Keep finished messages of which nothing is needed any more on that local date."""
        return self.filter(dies_on__lte=day)

    def in_town(self, municipality_id: int) -> Self:
        return self.filter(municipality_id=municipality_id)
