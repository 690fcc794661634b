"""What is wrong with a drawn geometry, where, and how it could be mended; and how large it is.

GEOS (through shapely) finds the fault and mends it; measures come from the database, in the storage CRS.
"""

from dataclasses import dataclass
from typing import TypedDict

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.geo.crs import GEO_SRID, WGS84
from apps.geo.drawn_text import as_coordinates

#: GEOS' reasons (IsValidOp) in the reader's words.
_REASONS = {
    "Self-intersection": gettext_lazy("Die Umrisslinie kreuzt oder berührt sich selbst"),
    "Ring Self-intersection": gettext_lazy("Ein Ring berührt sich selbst in einem Punkt"),
    "Hole lies outside shell": gettext_lazy("Ein Loch liegt außerhalb der Fläche"),
    "Holes are nested": gettext_lazy("Ein Loch liegt in einem anderen Loch"),
    "Nested shells": gettext_lazy("Ein Teil liegt in einem anderen Teil"),
    "Interior is disconnected": gettext_lazy("Die Löcher zerschneiden die Fläche"),
    "Duplicate Rings": gettext_lazy("Ein Ring kommt doppelt vor"),
    "Too few points in geometry component": gettext_lazy("Ein Ring hat zu wenige verschiedene Eckpunkte"),
    "Invalid Coordinate": gettext_lazy("Eine Koordinate ist keine Zahl"),
}
_MEASURE = f"""
SELECT ST_Area(g), ST_Length(g), ST_AsGeoJSON(ST_Transform(g, {WGS84}), 8)
FROM (SELECT ST_GeomFromEWKB(%s) AS g) AS drawn
"""  # noqa: S608  (a constant of ours; the geometry travels as a parameter)


@dataclass(frozen=True)
class Measures:
    """Area in m² and length in m in the storage CRS, and the geometry as GeoJSON text (CRS84, 8 decimals)."""

    area_m2: float
    length_m: float
    geojson: str


@dataclass(frozen=True)
class Fault:
    """Why a geometry is not valid, as a sentence with the place; ``repaired`` is None where nothing would be left."""

    sentence: str
    repaired: GEOSGeometry | None
    change_m2: float

    @property
    def offer(self) -> str:
        """Return what mending would do, in words."""
        if self.repaired is None:
            return ""
        change = number_format(round(abs(self.change_m2), 1), 1, force_grouping=True)
        if round(abs(self.change_m2), 1) == 0:
            return _("Reparieren, ohne dass sich die Flächengröße ändert")
        if self.change_m2 > 0:
            return _("Reparieren: Die Fläche wird um %(n)s m² größer") % {"n": change}
        return _("Reparieren: Die Fläche wird um %(n)s m² kleiner") % {"n": change}


def measure(geometry: GEOSGeometry) -> Measures:
    """Return the measures of one storage-CRS geometry; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MEASURE, [bytes(geometry.ewkb)])
        return Measures(*cursor.fetchone())


def find_fault(geometry: GEOSGeometry) -> Fault | None:
    """Return what ``ST_IsValid`` would refuse in a storage-CRS geometry, or None."""
    drawn = shapely.from_wkb(bytes(geometry.wkb))
    if drawn.is_valid and not drawn.is_empty:
        return None
    reason, _bracket, place = (shapely.is_valid_reason(drawn) or "").removesuffix("]").partition("[")
    words = _REASONS.get(reason.strip(), _("Die Geometrie ist nicht gültig"))
    sentence = f"{words}."
    if place:
        east, north = (f"{float(number):.1f}" for number in place.split()[:2])
        sentence = _("%(words)s, und zwar bei %(east)s Ost, %(north)s Nord (EPSG:%(srid)d).") % {
            "words": words,
            "east": east,
            "north": north,
            "srid": GEO_SRID,
        }
    repaired = _repaired(drawn, geometry.geom_type)
    change = measure(repaired).area_m2 - measure(geometry).area_m2 if repaired is not None else 0.0
    return Fault(sentence, repaired, change)


def _repaired(drawn: shapely.Geometry, kind: str) -> GEOSGeometry | None:
    """Return ``make_valid(method="structure")`` as the wanted type; areas keep only their polygons."""
    mended = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
    polygons = [part for part in shapely.get_parts(mended) if part.geom_type == "Polygon" and part.area > 0]
    if kind not in ("Polygon", "MultiPolygon") or not polygons or (kind == "Polygon" and len(polygons) > 1):
        return None
    parts = MultiPolygon(*(GEOSGeometry(memoryview(shapely.to_wkb(part))) for part in polygons), srid=GEO_SRID)
    whole = parts if kind == "MultiPolygon" else parts[0]
    whole.srid = GEO_SRID
    return whole


class Report(TypedDict):
    """What the drawing page asks for while somebody draws."""

    geojson: str
    coordinates: str
    area_m2: float
    length_m: float
    fault: str
    offer: str
    repaired: str


def report(geometry: GEOSGeometry, *, closed: bool = False) -> Report:
    """Return what the drawing page asks for while somebody draws; JSON-ready.

    ``geojson`` (CRS84), ``coordinates`` (the list), ``area_m2``, ``length_m``, ``fault`` and ``offer`` (empty when
    valid), and with an offer the mended ``repaired`` geometry as coordinates.
    """
    measures, fault = measure(geometry), find_fault(geometry)
    return {
        "geojson": measures.geojson,
        "coordinates": as_coordinates(geometry, closed=closed),
        "area_m2": round(measures.area_m2, 1),
        "length_m": round(measures.length_m, 1),
        "fault": fault.sentence if fault else "",
        "offer": fault.offer if fault else "",
        "repaired": as_coordinates(fault.repaired, closed=closed) if fault and fault.repaired is not None else "",
    }
