"""What could be written on one block of the drawn map: one statement, geometry in pixels of the block."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.geo.crs import GEO_SRID, WEB_MERCATOR

#: Kind of landmark: first zoom at which it is written.
LANDMARKS = {
    "station": 13,
    "townhall": 14,
    "castle": 14,
    "church": 14,
    "viewpoint": 14,
    "pool": 14,
    "school": 15,
    "recycling": 15,
    "sports": 15,
    "firestation": 16,
    "museum": 15,
    "bus_stop": 17,
}
#: Ground with a name: first zoom and the colour of the words.
AREAS = {
    "water": (13, "#2c6a89"),
    "forest": (13, "#47703a"),
    "park": (15, "#47703a"),
    "cemetery": (15, "#5c6b50"),
    "sports": (15, "#4c7a3a"),
    "industrial": (14, "#6f6670"),
    "school": (15, "#7a5f3e"),
    "solar": (14, "#4d5f7a"),
    "quarry": (14, "#6b6255"),
    "playground": (17, "#5d7f33"),
}


@dataclass(frozen=True)
class Candidate:
    """Something with a name. ``shape`` is GeoJSON in pixels of the block, ``rank`` sorts, smallest first."""

    theme: str
    kind: str
    text: str
    rank: float
    shape: dict[str, Any]


_CANDIDATES = """
WITH p AS (
    SELECT box, ST_XMin(box) AS west, ST_YMax(box) AS north,
           ST_Transform(ST_Segmentize(box, (ST_XMax(box) - ST_XMin(box)) / 8), %(storage)s) AS near
    FROM (SELECT ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(mercator)s) AS box) AS block
), valid AS (
    SELECT a.* FROM places_administrativearea AS a, p
    WHERE a.area && p.near AND a.valid_from <= %(today)s AND (a.valid_to IS NULL OR a.valid_to > %(today)s)
), found AS (
    -- A district's name stands in the middle of its houses.
    SELECT 'district' AS theme, CASE WHEN d.name = m.name THEN 'town' ELSE 'district' END AS kind, d.name AS text,
           -ST_Area(d.area) AS rank,
           coalesce((SELECT ST_Centroid(b.area) FROM places_builtuparea AS b
                     WHERE b.municipality_id = d.municipality_id AND ST_Intersects(b.area, d.area)
                     ORDER BY b.name = d.name DESC, ST_Area(b.area) DESC, b.key LIMIT 1),
                    ST_PointOnSurface(d.area)) AS shape
    FROM valid AS d JOIN places_municipality AS m ON m.id = d.municipality_id WHERE d.kind = 'district'
    UNION ALL
    SELECT 'neighbour', '', n.name, 0, ST_PointOnSurface(part)
    FROM valid AS n, p, LATERAL (SELECT ST_Intersection(n.area, p.near) AS part) AS visible
    WHERE n.kind = 'neighbour' AND NOT EXISTS (SELECT FROM places_municipality AS m WHERE m.key = n.key)
      AND ST_Area(part) > %(neighbour_m2)s
    UNION ALL
    SELECT CASE WHEN r.number <> '' AND r.road_class <> 'G' THEN 'shield' ELSE 'street' END, r.road_class,
           CASE WHEN r.number <> '' AND r.road_class <> 'G' THEN r.number ELSE r.name END, 0, r.line
    FROM places_road AS r, p
    WHERE r.line && p.near AND (
        (r.number <> '' AND r.road_class <> 'G' AND r.road_class = ANY(%(shields)s))
        OR (r.name <> '' AND r.road_class = 'G' AND (r.path = '' OR %(paths)s) AND 'G' = ANY(%(streets)s)))
    UNION ALL
    -- A classified road in town has a street's name beside its number.
    SELECT 'street', r.road_class, r.name, 0, r.line FROM places_road AS r, p
    WHERE r.line && p.near AND r.name <> '' AND r.number <> '' AND r.road_class IN ('S', 'K')
      AND r.road_class = ANY(%(streets)s) AND r.name <> r.number
    UNION ALL
    SELECT 'stream', '', a.name, 0, a.shape FROM places_asset AS a, p
    WHERE a.kind = 'stream' AND %(streams)s AND a.name <> '' AND a.shape && p.near
    UNION ALL
    SELECT CASE WHEN ST_Dimension(a.shape) = 0 THEN 'landmark' ELSE 'ground' END, a.kind, a.name,
           -ST_Area(a.shape), a.shape
    FROM places_asset AS a, p
    WHERE a.name <> '' AND a.shape && p.near
      AND ((ST_Dimension(a.shape) = 0 AND a.kind = ANY(%(landmarks)s))
           OR (ST_Dimension(a.shape) = 2 AND a.kind = ANY(%(grounds)s) AND ST_Area(a.shape) > %(ground_m2)s))
    UNION ALL
    SELECT 'number', '', a.house_number, 0, a.point FROM places_address AS a, p
    WHERE %(numbers)s AND a.point && p.near
), merged AS (
    SELECT theme, min(kind) AS kind, text, min(rank) AS rank, ST_LineMerge(ST_Collect(shape)) AS shape
    FROM found WHERE theme IN ('street', 'shield', 'stream') GROUP BY theme, text
    UNION ALL
    SELECT theme, kind, text, rank, shape FROM found WHERE theme NOT IN ('street', 'shield', 'stream')
), pieces AS (
    SELECT theme, kind, text, rank,
           (ST_Dump(CASE WHEN ST_Dimension(m) = 1 THEN ST_LineMerge(ST_ClipByBox2D(m, Box2D(box)))
                    ELSE m END)).geom AS shape, west, north, box
    FROM (SELECT *, ST_SimplifyPreserveTopology(ST_Transform(shape, %(mercator)s), %(tolerance_m)s) AS m
          FROM merged, p) AS moved
)
SELECT theme, kind, text, rank, ST_AsGeoJSON(ST_Affine(
           CASE WHEN ST_Dimension(shape) = 2 THEN
               ST_MakeLine(ST_PointOnSurface(shape),
                           ST_Translate(ST_PointOnSurface(shape), ST_XMax(shape) - ST_XMin(shape), 0))
           ELSE shape END,
           %(scale)s, 0, 0, -%(scale)s, -west * %(scale)s, north * %(scale)s), 1)
FROM pieces
WHERE NOT ST_IsEmpty(shape) AND (ST_Dimension(shape) = 1 OR ST_Intersects(ST_PointOnSurface(shape), box))
"""


def candidates_of(zoom: int, bounds_m: tuple[float, float, float, float], pixel_m: float) -> list[Candidate]:
    """Return the candidates of a block, ``bounds_m`` in EPSG:3857; an area comes as a line from its inner point,
    as long as the area is wide.
    """
    west, south, east, north = bounds_m
    values = {
        "storage": GEO_SRID,
        "mercator": WEB_MERCATOR,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "scale": 1 / pixel_m,
        "tolerance_m": pixel_m / 2,
        "today": timezone.localdate(),
        "neighbour_m2": (60 * pixel_m) ** 2,
        "ground_m2": (40 * pixel_m) ** 2,
        "shields": ["A", "B", *(["S"] if zoom >= 11 else []), *(["K"] if zoom >= 13 else [])],
        "streets": [*(["S", "K"] if zoom >= 14 else []), *(["G"] if zoom >= 15 else [])],
        "paths": zoom >= 16,
        "streams": zoom >= 14,
        "landmarks": [kind for kind, first in LANDMARKS.items() if zoom >= first],
        "grounds": [kind for kind, (first, _colour) in AREAS.items() if zoom >= first],
        "numbers": zoom >= 17,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, values)  # type: ignore[arg-type]
        return [
            Candidate(theme, kind, text, float(rank), json.loads(shape))
            for theme, kind, text, rank, shape in cursor.fetchall()
        ]
