"""What lies around a pin and can decide who answers there, as paths for a small drawing: roads, grounds, borders."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from apps.departments.models import Category
from apps.departments.routing_sql import RULE_SPEAKS

#: Half the side of the drawing in metres; one unit of a path is one metre, the pin is at 0 0, north is up.
REACH_M = 70

_VICINITY = f"""
WITH frame AS (
    SELECT ST_Expand(%(point)s::geometry, {REACH_M}) AS box
),
found AS (
    SELECT 'area' AS kind, coalesce(nullif(r.reason, ''), r.code) AS name, r.own_area AS shape
    FROM departments_jurisdiction r, frame
    WHERE r.municipality_id + 0 = %(town)s::bigint AND r.own_area && frame.box AND {RULE_SPEAKS}
    UNION ALL
    SELECT 'border', a.name, ST_Boundary(a.area)
    FROM places_administrativearea a, frame
    WHERE a.municipality_id + 0 = %(town)s::bigint AND a.area && frame.box
      AND a.valid_from <= %(day)s::date AND (a.valid_to IS NULL OR a.valid_to > %(day)s::date)
      AND (a.kind = 'municipality' OR EXISTS (
          SELECT FROM departments_jurisdiction r WHERE r.area_id = a.id AND {RULE_SPEAKS}))
    UNION ALL
    SELECT 'asset', s.name, s.shape
    FROM places_asset s, frame
    WHERE s.municipality_id + 0 = %(town)s::bigint AND s.shape && frame.box AND EXISTS (
        SELECT FROM departments_jurisdiction r
        WHERE r.municipality_id = %(town)s::bigint AND r.asset_kind = s.kind AND {RULE_SPEAKS})
    UNION ALL
    SELECT CASE WHEN w.road_class = 'G' THEN 'road' ELSE 'main-road' END, coalesce(nullif(w.number, ''), w.name), w.line
    FROM places_road w, frame
    WHERE w.municipality_id + 0 = %(town)s::bigint AND w.line && frame.box
),
cut AS (
    SELECT found.kind, found.name,
           ST_Translate(ST_ClipByBox2D(found.shape, frame.box), -ST_X(%(point)s::geometry), -ST_Y(%(point)s::geometry))
               AS shape
    FROM found, frame
)
SELECT kind, name, ST_AsSVG(shape, 0, 1) FROM cut
WHERE NOT ST_IsEmpty(shape) AND ST_Dimension(shape) > 0
ORDER BY array_position(ARRAY['area', 'asset', 'road', 'main-road', 'border'], kind), name
LIMIT 120
"""  # noqa: S608  (constants of this package; every value is a parameter)


@dataclass(frozen=True)
class Drawn:
    """One path: ``kind`` is area, asset, road, main-road or border; ``path`` the ``d`` of an SVG path in metres."""

    kind: str
    name: str
    path: str


def draw_vicinity(category: Category, point: Point) -> list[Drawn]:
    """Return what to draw around ``point`` (storage CRS), grounds first and borders last. One statement."""
    values: dict[str, int | float | str | dt.date | None] = {
        "town": category.municipality_id,
        "category": category.pk,
        "group": category.group_id,
        "day": timezone.localdate(),
        "point": point.hexewkb.decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_VICINITY, values)
        return [Drawn(*row) for row in cursor.fetchall()]
