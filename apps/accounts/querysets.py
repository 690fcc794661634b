"""Questions about keys."""

import datetime as dt
from typing import Any, Self

from django.db.models import QuerySet


class AccessTokenQuerySet(QuerySet[Any]):
    def valid_on(self, day: dt.date) -> Self:
        """Keep the keys that work on a local date: not expired, and their owner's account is active."""
        return self.filter(expires_on__gt=day, user__is_active=True)


class ApiKeyQuerySet(QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)
