"""The name of a place: nearest address, street and district of a point (reverse geocoding)."""

import datetime as dt
import json
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.geo.prepared import prepared_cursor
from apps.places.models import Municipality
from apps.places.nearest_sql import NEAREST


@dataclass(frozen=True)
class Whereabouts:
    """What is near a point. Empty strings where nothing is; ``distance_m`` to the address, None without one."""

    address: str
    street: str
    district: str
    distance_m: float | None
    inside: bool

    def __str__(self) -> str:
        """Return words for a reader: "Grimmaische Straße 12, Brandis" or "nahe Feldweg, Polenz"."""
        if self.address and self.distance_m is not None and self.distance_m <= 40:
            place = self.address
        elif self.address:
            place = _("nahe %(place)s") % {"place": self.address}
        elif self.street:
            place = _("nahe %(place)s") % {"place": self.street}
        else:
            place = ""
        return ", ".join(filter(None, [place, self.district])) or _("Ort ohne Adresse")


def describe_point(town: Municipality, point: Point) -> Whereabouts:
    """Return address (at most 150 m away), street and district of a storage-CRS point in a town. One statement."""
    values: dict[str, int | str | dt.date] = {
        "town": town.pk,
        "day": timezone.localdate(),
        "point": point.hexewkb.decode(),
    }
    with prepared_cursor() as cursor:
        cursor.execute(NEAREST, values)
        (answer,) = cursor.fetchone()
    return Whereabouts(**json.loads(answer))
