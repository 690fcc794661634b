"""The map that the town draws itself: SVG tiles from roads, ground, buildings and areas in ``places``.

One statement clips, simplifies and projects everything of a tile and returns SVG path data by theme; labels come
from ``basemap_labels.py``, placed for blocks of tiles, so that they agree across the edges.
"""

import math
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.geo.crs import GEO_SRID, WEB_MERCATOR
from apps.geo.layers import Bbox
from apps.geoservices import basemap_style as style
from apps.geoservices.basemap_labels import labels_in
from apps.geoservices.basemap_svg import svg_of

TILE_PX = 256
#: Units of the drawing in a pixel: path data of whole numbers at a quarter of a pixel.
UNITS = 4
#: What reaches over the edge is drawn in both tiles: half the widest road and its casing.
BUFFER_PX = 24
#: Degrees (w, s, e, n) outside of which nothing is stored and nothing needs to be asked; Germany with a margin.
DRAWABLE: Bbox = (4.0, 46.0, 17.0, 56.5)

Themes = dict[str, list[tuple[float, str]]]

_TILE = """
WITH p AS (
    SELECT ST_Expand(box, %(pad_m)s) AS clip, ST_XMin(box) AS west, ST_YMax(box) AS north,
           ST_Transform(ST_Segmentize(ST_Expand(box, %(pad_m)s), %(pad_m)s * 4), %(storage)s) AS near
    FROM (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box) AS tile
), found AS (
    SELECT a.kind AS theme, 0::float AS width, a.area AS shape FROM places_administrativearea AS a, p
    WHERE a.kind = ANY(%(areas)s) AND a.area && p.near
      AND a.valid_from <= %(today)s AND (a.valid_to IS NULL OR a.valid_to > %(today)s)
      AND NOT (a.kind = 'neighbour' AND EXISTS (
          SELECT FROM places_municipality AS m WHERE m.key = a.key))
    UNION ALL
    SELECT 'builtup', 0, b.area FROM places_builtuparea AS b, p WHERE 'builtup' = ANY(%(ground)s) AND b.area && p.near
    UNION ALL
    SELECT a.kind, 0, a.shape FROM places_asset AS a, p
    WHERE a.kind = ANY(%(ground)s) AND a.shape && p.near AND ST_Dimension(a.shape) = 2
    UNION ALL
    SELECT 'line-' || a.kind, 0, a.shape FROM places_asset AS a, p
    WHERE a.kind = ANY(%(lines)s) AND a.shape && p.near AND ST_Dimension(a.shape) = 1
    UNION ALL
    SELECT CASE WHEN r.path = '' THEN 'road-' || r.road_class ELSE 'path' END,
           CASE WHEN r.path = '' THEN round((r.width_m / %(m_px)s)::numeric, 1) ELSE 0 END, r.line
    FROM places_road AS r, p
    WHERE r.road_class = ANY(%(roads)s) AND (r.path = '' OR %(paths)s) AND r.line && p.near
), drawn AS (
    SELECT theme, width, west, north, ST_ClipByBox2D(
               ST_SimplifyPreserveTopology(ST_Transform(shape, %(mercator)s), %(tolerance_m)s), Box2D(clip)) AS shape
    FROM found, p
    WHERE theme LIKE 'road%%' OR ST_Dimension(shape) < 2 OR ST_Area(shape) > %(least_m2)s
)
SELECT theme, width, string_agg(svg, '')
FROM (
    SELECT theme, width, ST_AsSVG(ST_SnapToGrid(ST_Affine(shape, %(scale)s, 0, 0, %(scale)s,
                                  -west * %(scale)s, -north * %(scale)s), 1), 1, 0) AS svg
    FROM drawn WHERE NOT ST_IsEmpty(shape)
) AS paths
WHERE svg <> ''
GROUP BY theme, width
ORDER BY theme, width
"""
_TREES = """
SELECT string_agg('M' || round((ST_X(m) - ST_XMin(box)) * %(scale)s)
                  || ' ' || round((ST_YMax(box) - ST_Y(m)) * %(scale)s) || 'h0', '' ORDER BY id)
FROM (
    SELECT a.id, ST_Transform(a.shape, %(mercator)s) AS m, box
    FROM places_asset AS a, (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box) AS tile
    WHERE a.kind = 'tree' AND ST_Dimension(a.shape) = 0
      AND a.shape && ST_Transform(ST_Expand(box, %(pad_m)s), %(storage)s)
) AS trees
"""


def tile_bbox_degrees(zoom: int, column: int, row: int) -> Bbox:
    """Return w, s, e, n of a tile in degrees."""

    def lat(tile_row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * tile_row / 2**zoom))))

    return column / 2**zoom * 360 - 180, lat(row + 1), (column + 1) / 2**zoom * 360 - 180, lat(row)


def draw_tile(zoom: int, column: int, row: int, *, is_for_paper: bool = False) -> str:
    """Return one tile of 256 px as an SVG document; the plain ground where nothing is stored."""
    west, south, east, north = tile_bbox_degrees(zoom, column, row)
    outside = west > DRAWABLE[2] or east < DRAWABLE[0] or south > DRAWABLE[3] or north < DRAWABLE[1]
    if zoom < style.FIRST_ZOOM or outside:
        return svg_of(zoom, {}, [], "")
    world_m = 40_075_016.685_578_49
    side_m = world_m / 2**zoom
    pixel_m = side_m / TILE_PX
    values: dict[str, Any] = {
        "storage": GEO_SRID,
        "mercator": WEB_MERCATOR,
        "z": zoom,
        "x": column,
        "y": row,
        "pad_m": BUFFER_PX * pixel_m,
        "scale": UNITS / pixel_m,
        "tolerance_m": pixel_m / UNITS,
        # True metres of a pixel: Mercator stretches by 1 / cos(latitude).
        "m_px": pixel_m * math.cos(math.radians((south + north) / 2)),
        "least_m2": pixel_m**2,
        "today": timezone.localdate(),
        "areas": ["municipality", "neighbour", *(["district"] if zoom >= style.DISTRICT_FROM else [])],
        "ground": [*style.ground_at(zoom), *(["building"] if zoom >= style.BUILDING_FROM else [])],
        "lines": [
            *(["stream"] if zoom >= style.STREAM_FROM else []),
            *(["rail", "rail_closed"] if zoom >= style.RAIL_FROM else []),
        ],
        "roads": style.roads_at(zoom),
        "paths": zoom >= style.PATH_FROM,
    }
    themes: Themes = {}
    trees = ""
    with connection.cursor() as cursor:
        cursor.execute(_TILE, values)
        for theme, width, path in cursor.fetchall():
            themes.setdefault(theme, []).append((float(width), path))
        if zoom >= style.TREE_FROM:
            cursor.execute(_TREES, values)
            trees = cursor.fetchone()[0] or ""
    return svg_of(zoom, themes, labels_in(zoom, column, row), trees, is_for_paper=is_for_paper)
