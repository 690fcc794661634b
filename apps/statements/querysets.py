"""Questions about statements. No question has an answer for the public: statements are the desk's alone."""

from typing import Any, Self

from django.db.models import Count, Q, QuerySet

from apps.geo.audience import Actor
from apps.statements.codes import STAFF, Decision


class StatementQuerySet(QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the towns where the actor plans or administrates; nobody else sees any."""
        if not actor.is_authenticated:
            return self.none()
        return self.filter(municipality__in=actor.towns_with_role(*STAFF))

    def counted(self) -> Self:
        """Those that are to be weighed: everything that was not taken back, late and unconfirmed ones included."""
        return self.filter(withdrawn_at=None)

    def with_progress(self) -> Self:
        """Annotate ``concerns`` and how many of them are ``decided``."""
        return self.annotate(
            concerns=Count("segments", distinct=True),
            decided=Count("segments", filter=~Q(segments__decision=Decision.OPEN), distinct=True),
        )
