"""Coordinate reference systems: one for storage, a closed list for the outside.

User text never reaches a CRS parser (CVE-2026-114582): a request names one of ``CRS_BY_URI`` or is refused.
"""

from dataclasses import dataclass

from django.conf import settings

#: Storage CRS, metric; EPSG:25833 (ETRS89 / UTM 33N) in Saxony. Migrations import this name, never the number.
GEO_SRID: int = settings.GEO_SRID
#: Longitude, latitude on WGS 84: RFC 7946 and OGC CRS84 (same numbers as EPSG:4326, other axis order).
WGS84 = 4326
WEB_MERCATOR = 3857
#: Germany with a margin in the storage CRS (UTM 32 and 33), metres: xmin, ymin, xmax, ymax.
STORAGE_EXTENT = (-250_000.0, 5_100_000.0, 1_100_000.0, 6_250_000.0)


@dataclass(frozen=True)
class Crs:
    """A CRS that an output may use. ``lat_first``: the authority's axis order is latitude, longitude."""

    uri: str
    srid: int
    title: str
    lat_first: bool = False


def _epsg(srid: int, title: str, *, lat_first: bool = False) -> Crs:
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{srid}", srid, title, lat_first)


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", WGS84, "WGS 84 (Länge, Breite)")
OUTPUT_CRS = (
    CRS84,
    _epsg(25833, "ETRS89 / UTM Zone 33N"),
    _epsg(25832, "ETRS89 / UTM Zone 32N"),
    _epsg(3857, "WGS 84 / Pseudo-Mercator"),
    _epsg(4326, "WGS 84 (Breite, Länge)", lat_first=True),
)
CRS_BY_URI = {crs.uri: crs for crs in OUTPUT_CRS}
STORAGE_CRS = next((crs for crs in OUTPUT_CRS if crs.srid == GEO_SRID), _epsg(GEO_SRID, f"EPSG:{GEO_SRID}"))
