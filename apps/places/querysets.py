"""Questions that other apps ask of places."""

import datetime as dt
from typing import Any, Self

from django.db.models import Q, QuerySet


class AreaQuerySet(QuerySet[Any]):
    def valid_on(self, day: dt.date) -> Self:
        """Keep the versions in force on a local date; ``valid_to`` is the first day on which it no longer counts."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def covering(self, point: Any) -> Self:
        """Keep the areas that cover a storage-CRS point, border included (``ST_Covers``, never ``ST_Contains``)."""
        return self.filter(area__covers=point)


class AssetQuerySet(QuerySet[Any]):
    def within(self, metres: float, of: Any) -> Self:
        """Keep the assets at most ``metres`` from a storage-CRS geometry (``ST_DWithin``, index-served)."""
        return self.filter(shape__dwithin=(of, metres))
