"""Questions about hotspots."""

import datetime as dt
from typing import Any, Self

from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.contrib.gis.geos import Point
from django.db.models import QuerySet

from apps.geo.audience import Actor


class HotspotQuerySet(QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Published hotspots for everybody; all of a town for its staff."""
        if actor.is_authenticated:
            return self.filter(municipality__in=actor.towns_with_role())
        return self.filter(is_published=True)

    def nearest_to(self, point: Point) -> Self:
        """Order by the way from a storage-CRS point; each row gets ``distance`` (``.m`` in metres, straight line).

        ``<->`` lets the GiST index deliver the rows in order, so that only as many as asked for are read; a second sort
        key would make the planner sort all of them (PostgreSQL 15).
        """
        return self.annotate(distance=Distance("point", point)).order_by(GeometryDistance("point", point))

    def silent_since(self, moment: dt.datetime) -> Self:
        """Imported hotspots that a feed called online and that nobody has heard of since ``moment``."""
        return self.filter(status="online", last_seen_at__lt=moment, last_seen_at__isnull=False).exclude(
            source__in=["", "demonstration"]
        )
