"""A geometry as people write it down: GeoJSON, or a list of coordinates, one vertex a line.

The list is also the path for everybody who does not draw with a mouse. Metres of the storage CRS ("333475,1
5689672,5") and degrees ("12.6095, 51.3339") are told apart by their size; nothing is guessed beyond that.
"""

import re
from collections.abc import Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import GeometryCollection, GEOSException, GEOSGeometry, LineString, Point
from django.utils.translation import gettext as _

from apps.geo.crs import GEO_SRID, STORAGE_EXTENT
from apps.geo.untrusted import MAX_BYTES, MAX_VERTICES, GeometryRefused, parse_geojson_geometry, parse_lonlat
from apps.geo.untrusted import parse_number as _number

Position = tuple[float, float]


def parse_drawn(text: str, *, allowed: Sequence[str]) -> GEOSGeometry:
    """Return the storage-CRS geometry that a text means, valid or not; raises ``GeometryRefused`` with a sentence.

    ``allowed`` names GeoJSON types. In a list of coordinates an empty line begins a new ring: inside another one it is
    a hole, beside it a further part. One line alone is a point, an open list a line, where these are allowed.
    """
    text = text.strip()
    if text.startswith("{"):
        return parse_geojson_geometry(text, allowed=allowed)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise GeometryRefused(_("Die Liste ist zu lang: höchstens %(kb)d kB.") % {"kb": MAX_BYTES // 1000})
    rings = [_ring(block) for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    if not rings:
        raise GeometryRefused(_("Bitte zeichnen Sie auf der Karte, oder geben Sie Koordinaten ein."))
    if sum(map(len, rings)) > MAX_VERTICES:
        raise GeometryRefused(_("Die Liste hat zu viele Punkte (höchstens %(n)d).") % {"n": MAX_VERTICES})
    try:
        return GEOSGeometry(memoryview(shapely.to_wkb(_built(rings, allowed))), srid=GEO_SRID)
    except (shapely.errors.ShapelyError, GEOSException, ValueError) as error:
        if isinstance(error, GeometryRefused):
            raise
        raise GeometryRefused(_("Aus diesen Koordinaten lässt sich keine Geometrie bilden.")) from error


def _built(rings: list[list[Position]], allowed: Sequence[str]) -> shapely.Geometry:
    if len(rings) == 1 and len(rings[0]) == 1 and "Point" in allowed:
        return shapely.Point(rings[0][0])
    area = {"Polygon", "MultiPolygon"} & set(allowed)
    closed = len(rings) > 1 or rings[0][0] == rings[0][-1]
    if "LineString" in allowed and (not closed or not area):
        if len(rings) > 1 or len(rings[0]) < 2:
            raise GeometryRefused(_("Eine Linie braucht mindestens zwei Punkte und keine Leerzeile."))
        return shapely.LineString(rings[0])
    if not area:
        raise GeometryRefused(_("Erwartet wird genau ein Punkt: eine Zeile mit zwei Zahlen."))
    return _polygons(rings) if "MultiPolygon" in allowed else _polygons(rings).geoms[0]


def _polygons(rings: list[list[Position]]) -> shapely.MultiPolygon:
    """Return outer rings with their holes: a ring inside an earlier, larger one is its hole."""
    for number, ring in enumerate(rings, 1):
        if len(set(ring)) < 3:
            raise GeometryRefused(_("Ring %(n)d hat weniger als drei verschiedene Eckpunkte.") % {"n": number})
    parts: list[tuple[shapely.Polygon, list[list[Position]]]] = []
    for ring in sorted(rings, key=lambda positions: -shapely.Polygon(positions).area):
        shell = shapely.Polygon(ring)
        for outer, holes in parts:
            # The whole ring must lie inside: two parts that overlap are a fault to be told, not a hole.
            if outer.is_valid and shell.is_valid and outer.covers(shell) and not outer.equals(shell):
                holes.append(ring)
                break
        else:
            parts.append((shell, []))
    return shapely.MultiPolygon([(outer.exterior.coords, holes) for outer, holes in parts])


def _ring(block: str) -> list[Position]:
    return [_vertex(line) for line in block.split("\n") if line.strip()]


def _vertex(line: str) -> Position:
    """Return the metres of one line; the first number is east (or longitude), the second north (or latitude)."""
    parts = [part.strip(",;") for part in re.split(r"[\s;]+", line.strip()) if part.strip(",;")]
    if len(parts) == 1 and parts[0].count(",") == 1:
        parts = parts[0].split(",")
    if len(parts) != 2:
        raise GeometryRefused(_("Zeile „%(line)s“: Erwartet werden zwei Zahlen, Ost und Nord.") % {"line": line[:60]})
    east, north = (_number(part, _("„%(text)s“") % {"text": part[:30]}) for part in parts)
    if abs(east) <= 180 and abs(north) <= 180:
        point = parse_lonlat(east, north)
        return point.x, point.y
    xmin, ymin, xmax, ymax = STORAGE_EXTENT
    if xmin <= east <= xmax and ymin <= north <= ymax:
        return east, north
    if xmin <= north <= xmax and ymin <= east <= ymax:
        raise GeometryRefused(
            _("Ost- und Nordwert sind vertauscht: zuerst Ost, dann Nord („%(l)s“).") % {"l": line[:60]}
        )
    if 1_000_000 <= east < 61_000_000 and ymin <= north <= ymax:
        raise GeometryRefused(
            _("Der Ostwert enthält eine Zonenkennziffer („%(l)s“). Bitte lassen Sie die ersten zwei Ziffern weg.")
            % {"l": line[:60]}
        )
    raise GeometryRefused(
        _("„%(l)s“ liegt nicht in Deutschland. Erwartet wird EPSG:%(srid)d (Meter) oder Länge und Breite (Grad).")
        % {"l": line[:60], "srid": GEO_SRID}
    )


def as_coordinates(geometry: GEOSGeometry, *, closed: bool = False) -> str:
    """Return the list that ``parse_drawn`` reads: metres to the millimetre, rings parted by an empty line.

    ``closed`` repeats the first vertex of a ring at its end; needed where an open list would mean a line.
    """
    if isinstance(geometry, Point):
        rings: list[Sequence[Sequence[float]]] = [[geometry.coords]]
    elif isinstance(geometry, LineString):
        rings = [[*geometry.coords]]
    else:
        parts: Any = geometry if isinstance(geometry, GeometryCollection) else [geometry]
        rings = [ring.coords if closed else ring.coords[:-1] for part in parts for ring in part]
    return "\n\n".join("\n".join(f"{x:.3f} {y:.3f}" for x, y in ring) for ring in rings)
