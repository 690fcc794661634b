"""From a layer's rows to bytes that the database builds: GeoJSON text and vector tiles.

Every statement wraps ``layer.rows()``; none names a table of its own, so none can show more than the layer declares.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from apps.geo.audience import Actor
from apps.geo.crs import WEB_MERCATOR, WGS84, Crs
from apps.geo.layers import MapLayer

# Digits behind the point: a tenth of a millimetre. QGIS before 3.32 reads CRS84 only, so degrees must be as exact.
DIGITS_DEGREES = 9
DIGITS_METRES = 4
Sql = tuple[str, tuple[Any, ...]]


def select(rows: QuerySet[Any]) -> Sql:
    """Return the SQL text and parameters of a ``rows()`` queryset, also of one that is known to be empty."""
    sql, params = rows.query.get_compiler(using=rows.db, elide_empty=False).as_sql()
    return sql, tuple(params)


def properties_sql(layer: MapLayer, actor: Actor, *, alias: str = "r") -> str:
    """Return a scalar SQL expression: the declared fields of row ``alias`` as a JSON object, in declared order."""
    return f"(SELECT row_to_json(p) FROM ({columns_sql(layer, actor, alias=alias)}) AS p)"  # noqa: S608


def columns_sql(layer: MapLayer, actor: Actor, *, alias: str = "r") -> str:
    """Return the SELECT of one row: the declared fields of row ``alias`` under their declared names and order."""
    # Names come from checked declarations ([a-z][a-z0-9_]*), never from a request.
    return "SELECT " + ", ".join(f'{alias}."f_{f.name}" AS "{f.name}"' for f in layer.fields_for(actor))


def shape_sql(crs: Crs, *, alias: str = "r") -> str:
    """Return the SQL for row ``alias``'s geometry as GeoJSON text in the axis order and precision of ``crs``."""
    shape = f"ST_FlipCoordinates({alias}.shape)" if crs.lat_first else f"{alias}.shape"
    return f"ST_AsGeoJSON({shape}, {DIGITS_DEGREES if crs.srid == WGS84 else DIGITS_METRES})"


@dataclass(frozen=True)
class Page:
    """One page: ``features`` is the text inside ``[…]``, ``last`` the ``fid`` that the next page follows.

    ``matched`` counts the features of all pages; None where nobody asked.
    """

    features: str
    returned: int
    last: str | None
    matched: int | None


def geojson_page(
    layer: MapLayer, actor: Actor, rows: QuerySet[Any], crs: Crs, limit: int, *, matching: QuerySet[Any] | None = None
) -> Page:
    """Return up to ``limit`` of ``rows`` (already in ``crs.srid``) as GeoJSON features, in one statement.

    One more row is fetched than shown: whether it exists decides whether there is a next page, and only then the
    features ``matching`` on all pages have to be counted.
    """
    inner, params = select(rows[: limit + 1])
    counted, count_params = select(matching.order_by().values("pk")) if matching is not None else ("SELECT NULL", ())
    sql = f"""
        SELECT string_agg('{{"type":"Feature","id":"' || r.fid || '","geometry":' || {shape_sql(crs)}
                   || ',"properties":' || row_to_json(p) || '}}', ',' ORDER BY r.n) FILTER (WHERE r.n <= %s),
               count(*) FILTER (WHERE r.n <= %s),
               max(r.fid) FILTER (WHERE r.n = %s),
               CASE WHEN count(*) > %s THEN (SELECT count(*) FROM ({counted}) AS m) ELSE count(*) END,
               count(*) > %s
        FROM (SELECT q.*, row_number() OVER () AS n FROM ({inner}) AS q) AS r,
             LATERAL ({columns_sql(layer, actor)}) AS p
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, (limit, limit, limit, limit, *count_params, limit, *params))
        features, returned, last, matched, is_more = cursor.fetchone()
    return Page(features or "", returned, last if is_more else None, None if matching is None else matched)


def geojson_feature(layer: MapLayer, actor: Actor, rows: QuerySet[Any], crs: Crs) -> str | None:
    """Return the first of ``rows`` as one GeoJSON feature text without its closing brace, or None."""
    inner, params = select(rows[:1])
    sql = f"""
        SELECT '{{"type":"Feature","id":"' || r.fid || '","geometry":' || {shape_sql(crs)}
               || ',"properties":' || {properties_sql(layer, actor)}
        FROM ({inner}) AS r
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return row[0] if row else None


def vector_tile(layer: MapLayer, actor: Actor, rows: QuerySet[Any], z: int, x: int, y: int, *, cells: bool) -> bytes:
    """Return one Mapbox Vector Tile (spec 2.1): features with ids, or with ``cells`` counts per 1/64 of the tile.

    ``rows`` must be bounded to the tile's buffered envelope by the caller (so that the index serves it) and carry
    ``shape`` in EPSG:3857. Extent 4096, buffer 256: a marker at the edge is whole in both tiles.
    """
    inner, params = select(rows.order_by())
    if cells:
        body = f"""
            SELECT ST_AsMVTGeom(
                       ST_SetSRID(ST_MakePoint(ST_XMin(e.box) + (c.i + 0.5) * e.size,
                                               ST_YMin(e.box) + (c.j + 0.5) * e.size), {WEB_MERCATOR}),
                       e.box, 4096, 256, true) AS geometry,
                   c.count, row_number() OVER () AS id
            FROM e, (
                SELECT floor((ST_X(ST_PointOnSurface(q.shape)) - ST_XMin(e.box)) / e.size) AS i,
                       floor((ST_Y(ST_PointOnSurface(q.shape)) - ST_YMin(e.box)) / e.size) AS j,
                       count(*) AS count
                FROM ({inner}) AS q, e GROUP BY 1, 2
            ) AS c
        """  # noqa: S608
    else:
        columns = ", ".join(f'r."f_{f.name}" AS "{f.name}"' for f in layer.fields_for(actor))
        body = f"""
            SELECT ST_AsMVTGeom(r.shape, e.box, 4096, 256, true) AS geometry,
                   ('x' || substr(md5(r.fid), 1, 13))::bit(52)::bigint AS feature_number, r.fid AS fid, {columns}
            FROM ({inner}) AS r, e
        """  # noqa: S608
    sql = f"""
        WITH e AS (SELECT ST_TileEnvelope(%s, %s, %s) AS box,
                          (ST_XMax(ST_TileEnvelope(%s, %s, %s)) - ST_XMin(ST_TileEnvelope(%s, %s, %s))) / 64 AS size),
             m AS ({body})
        SELECT ST_AsMVT(m, %s, 4096, 'geometry', %s) FROM m
    """  # noqa: S608  (ST_AsMVT passes over rows without geometry; asking for it would compute each one twice)
    tile = (z, x, y)
    number = "id" if cells else "feature_number"
    with connection.cursor() as cursor:
        cursor.execute(sql, (*tile, *tile, *tile, *params, layer.name, number))
        return bytes(cursor.fetchone()[0] or b"")
