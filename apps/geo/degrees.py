"""One geometry between the storage CRS, degrees and web maps (lists are transformed in SQL).

Making a transformation takes GDAL a millisecond, using it some microseconds, and none may be used by two threads at
once: each thread makes its own and keeps it. Only numbers of our own reach the CRS parser, never text from outside
(CVE-2026-114582).
"""

import threading
from typing import TypeVar

from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import GEOSGeometry

from apps.geo.crs import GEO_SRID, WEB_MERCATOR, WGS84

Shape = TypeVar("Shape", bound=GEOSGeometry)

_held = threading.local()


def to_degrees(geometry: Shape) -> Shape:
    """Return a storage-CRS geometry as longitude and latitude (EPSG:4326 numbers, x is the longitude)."""
    return _moved(geometry, GEO_SRID, WGS84)


def to_storage(geometry: Shape) -> Shape:
    """Return a geometry of longitudes and latitudes in the storage CRS, in metres."""
    return _moved(geometry, WGS84, GEO_SRID)


def to_mercator(geometry: Shape) -> Shape:
    """Return a storage-CRS geometry in the metres of web maps (EPSG:3857)."""
    return _moved(geometry, GEO_SRID, WEB_MERCATOR)


def _moved(geometry: Shape, source: int, target: int) -> Shape:
    made: dict[int, CoordTransform] = _held.__dict__.setdefault("to", {})
    if target not in made:
        made[target] = CoordTransform(SpatialReference(source), SpatialReference(target))
    moved = geometry.clone()
    moved.transform(made[target])
    moved.srid = target
    return moved
