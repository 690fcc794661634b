"""Questions that other apps ask of places."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import GEOSGeometry, Point
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import FloatField, Func, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, Round, Trim

if TYPE_CHECKING:
    from apps.places.models import Municipality

Box = tuple[float, float, float, float]
#: Before a town has a boundary, this far around its centre.
AROUND_M = 15_000


class AreaQuerySet(QuerySet[Any]):
    def valid_on(self, day: dt.date) -> Self:
        """Keep the versions in force on a local date; ``valid_to`` is the first day on which it no longer counts."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def covering(self, point: Point) -> Self:
        """Keep the areas that cover a storage-CRS point, border included (``ST_Covers``, never ``ST_Contains``)."""
        return self.filter(area__covers=point)

    def box_of(self, town: "Municipality") -> Box:
        """Return the box of the town's boundary in storage metres; before there is one, 15 km around its centre."""
        boundary = self.filter(municipality=town, kind="municipality")
        x, y = town.centre.coords
        found: Box | None = boundary.aggregate(box=Extent("area"))["box"]
        return found or (x - AROUND_M, y - AROUND_M, x + AROUND_M, y + AROUND_M)


def address_label() -> Trim:
    """Return the SQL that says an address as ``str(Address)`` does."""
    return Trim(Concat("street", Value(" "), "house_number", Value(", "), "postcode", Value(" "), "district"))


class ParcelQuerySet(QuerySet[Any]):
    def within(self, metres: float, of: GEOSGeometry) -> Self:
        """Keep the parcels at most ``metres`` from a storage-CRS geometry (``ST_DWithin``, index-served)."""
        return self.filter(area__dwithin=(of, metres))

    def with_addresses(self) -> Self:
        """Add ``addresses``, the labels of the town's addresses that lie in the parcel, border included."""
        addresses = apps.get_model("places", "Address")._default_manager.filter(
            municipality=OuterRef("municipality"), point__coveredby=OuterRef("area")
        )
        ordered = addresses.order_by("street", "house_number", "pk")
        return self.annotate(addresses=ArraySubquery(ordered.annotate(label=address_label()).values("label")))

    def with_size(self) -> Self:
        """Add ``size_m2``: the official area in whole square metres, that of the drawing where there is none."""
        drawn = Func("area", function="ST_Area", output_field=FloatField())
        return self.annotate(size_m2=Cast(Round(Coalesce("official_area_m2", drawn)), IntegerField()))


class AssetQuerySet(QuerySet[Any]):
    def within(self, metres: float, of: GEOSGeometry) -> Self:
        """Keep the assets at most ``metres`` from a storage-CRS geometry (``ST_DWithin``, index-served)."""
        return self.filter(shape__dwithin=(of, metres))
