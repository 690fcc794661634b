"""Figures about reports: counted, drawn and laid out in the database, over what the reader may see.

All numbers are about the reports that came in during the chosen days: of these so many are done, open, overdue.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, ExpressionWrapper, F, FloatField, Q
from django.db.models.functions import Extract, TruncWeek
from django.utils import timezone

from apps.places.models import AdministrativeArea, Municipality
from apps.reports.querysets import ReportQuerySet
from apps.reports.transitions import CLOSED

#: What the rows of a table are about: key → path of the name.
DIMENSIONS = {"category": "category__name", "department": "executor__name", "district": "district"}
#: About this many cells across the town.
CELLS_ACROSS = 24
SMALLEST_CELL_M = 150


class Median(Aggregate):
    """``percentile_cont(0.5)``: half of the values are smaller, half are larger."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Row:
    """One line of a table. ``median_days`` from coming in to being closed; None where nothing is closed yet."""

    name: str
    received: int
    done: int
    open: int
    overdue: int
    median_days: float | None


@dataclass(frozen=True)
class Week:
    """What came in and what was closed in the week that begins on ``monday``."""

    monday: dt.date
    received: int
    closed: int


@dataclass(frozen=True)
class Density:
    """A map of hexagons: SVG paths in metres from the upper left corner of a drawing of ``width`` × ``height``."""

    width: float
    height: float
    town: str
    cell_m: int
    cells: list[dict[str, Any]]

    @property
    def most(self) -> int:
        return max((cell["count"] for cell in self.cells), default=0)


def _measures(today: dt.date) -> dict[str, object]:
    is_open = ~Q(status__in=sorted(CLOSED))
    days = ExpressionWrapper(Extract(F("closed_at") - F("created_at"), "epoch") / 86_400.0, output_field=FloatField())
    return {
        "received": Count("pk"),
        "done": Count("pk", filter=~is_open),
        "open": Count("pk", filter=is_open),
        "overdue": Count("pk", filter=is_open & Q(due_on__lt=today)),
        "median_days": Median(days, filter=Q(closed_at__isnull=False)),
    }


def totals(reports: ReportQuerySet, *, today: dt.date) -> Row:
    """Return the line over all reports (one statement)."""
    return Row(name="", **reports.aggregate(**_measures(today)))


def table(reports: ReportQuerySet, dimension: str, *, today: dt.date) -> list[Row]:
    """Return a line for each category, department or district, the fullest first (one statement)."""
    found = reports.order_by().values(name=F(DIMENSIONS[dimension])).annotate(**_measures(today))
    return [Row(**row) for row in found.order_by("-received", "name")]


def weeks(reports: ReportQuerySet, *, since: dt.datetime) -> list[Week]:
    """Return every week since ``since`` with what came and what was closed in it, also empty ones (two statements)."""
    came = dict(_per_week(reports.filter(created_at__gte=since), "created_at"))
    went = dict(_per_week(reports.filter(closed_at__gte=since), "closed_at"))
    first, now = timezone.localdate(since), timezone.localdate()
    monday, found = first - dt.timedelta(days=first.weekday()), []
    while monday <= now:
        found.append(Week(monday, came.get(monday, 0), went.get(monday, 0)))
        monday += dt.timedelta(days=7)
    return found


def _per_week(reports: ReportQuerySet, moment: str) -> Any:
    counted = reports.order_by().values(week=TruncWeek(moment)).annotate(n=Count("pk"))
    return ((timezone.localdate(row["week"]), row["n"]) for row in counted)


_DENSITY = """
WITH seen AS MATERIALIZED ({seen}),
town AS (
    SELECT area FROM places_administrativearea
    WHERE municipality_id = %s AND kind = 'municipality' AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
    LIMIT 1
),
size AS (
    SELECT greatest({smallest}, round((ST_XMax(area) - ST_XMin(area)) / {across}))::float8 AS cell_m FROM town
),
-- A point on an edge belongs to one cell only: the first in the grid's order.
cells AS (
    SELECT h.geom, count(*) AS n, mode() WITHIN GROUP (ORDER BY seen.district) AS district
    FROM seen CROSS JOIN size CROSS JOIN LATERAL (
        SELECT g.geom FROM ST_HexagonGrid(size.cell_m / 2, seen.point) g
        WHERE ST_Intersects(g.geom, seen.point) ORDER BY g.i, g.j LIMIT 1
    ) h
    GROUP BY h.geom
),
frame AS (
    SELECT ST_Extent(g) AS box FROM (SELECT area AS g FROM town UNION ALL SELECT geom FROM cells) both_of_them
)
SELECT ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box),
       (SELECT ST_AsSVG(ST_Translate(ST_SimplifyPreserveTopology(area, 20), -ST_XMin(box), -ST_YMax(box)), 0, 0)
        FROM town),
       (SELECT cell_m FROM size),
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'count', n, 'district', district,
            'path', ST_AsSVG(ST_Translate(geom, -ST_XMin(box), -ST_YMax(box)), 0, 0)) ORDER BY n DESC, district), '[]')
        FROM cells)
FROM frame
"""


def density(reports: ReportQuerySet, municipality: Municipality) -> Density | None:
    """Return where how many reports lie, in hexagons (one statement); None in a town without a boundary."""
    if not AdministrativeArea.objects.filter(municipality=municipality, kind="municipality").exists():
        return None
    sql, values = reports.order_by().values("point", "district").query.sql_with_params()
    statement = _DENSITY.format(seen=sql, smallest=SMALLEST_CELL_M, across=CELLS_ACROSS)
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(statement, (*values, municipality.pk, today, today))
        width, height, town, cell_m, cells = cursor.fetchone()
    if width is None or cell_m is None:
        return None
    return Density(width, height, town or "", round(cell_m), json.loads(cells) if isinstance(cells, str) else cells)
