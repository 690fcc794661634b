"""What the browser's map draws of one layer: features, or counts per cell where there would be too many.

One statement around ``layer.rows()``; the database builds the JSON (RFC 7946, CRS84).
"""

import hashlib
import json
import math
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, FloatField, Func
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.geo.audience import ANONYMOUS, Actor
from apps.geo.crs import GEO_SRID, WGS84
from apps.geo.ids import ALPHABET, LENGTH
from apps.geo.layers import Bbox, MapLayer
from apps.geo.untrusted import InputRefused
from apps.geo.versions import current_version
from apps.geoservices.audience import layer_or_404, outlet, town_of
from apps.geoservices.map_query import MapQuery, facet_fields, parse_map_query
from apps.places.requests import TownRequest

#: Markers that a browser (and its reader) can bear; above, cells are counted.
MAX_FEATURES = 300
CELL_PX = 64
#: Circumference of the earth in EPSG:3857, metres: one tile of 256 px at zoom 0.
WORLD_M = 40_075_016.685_578_49
MAX_AGE_S = 20
CONTENT_TYPE = "application/geo+json"
EMPTY = '{"type":"FeatureCollection","mode":"features","total":0,"features":[]}'
# A path with this id is taken apart by the database to make each feature's address.
_SAMPLE_ID = ALPHABET[0] * LENGTH


@require_safe
@outlet
def layer_data(request: TownRequest, actor: Actor, name: str) -> HttpResponse:
    """Answer ``/karte/daten/<name>.json`` as nobody, and the same below ``/intern/`` to staff.

    400 with a sentence for a bad question; the public answer has a validator that moves with public changes only.
    """
    layer = layer_or_404(name)
    town = town_of(request)
    try:
        query = parse_map_query(layer, request.GET, actor)
        if actor.is_authenticated:
            return HttpResponse(layer_geojson(layer, actor, town, query), content_type=CONTENT_TYPE)
    except InputRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)
    etag = _etag(layer, town, request.GET.urlencode())
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(layer_geojson(layer, ANONYMOUS, town, query), content_type=CONTENT_TYPE)
    response["ETag"] = etag
    # Hidden means gone within these seconds, in every cache.
    response["Cache-Control"] = f"public, max-age={MAX_AGE_S}, must-revalidate"
    return response


def _etag(layer: MapLayer, town: int | None, query: str) -> str:
    """Return a validator from the public version of the layer and the declaration behind the answer."""
    declaration = [layer.name, layer.status, layer.label, _look(layer), _words(layer, layer.status), _path(layer)]
    parts = [declaration, town, current_version(layer.model, town), query, get_language(), MAX_FEATURES]
    return '"' + hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32] + '"'


def layer_geojson(layer: MapLayer, actor: Actor, municipality: int | None, query: MapQuery) -> str:
    """Return the FeatureCollection as text: ``mode`` features (at most 300) or cells (each with its ``count``)."""
    size = cell_m(query.zoom)
    try:
        rows = query.rows(layer, actor, municipality, srid=WGS84).order_by()
        flag = layer.flag if actor.is_authenticated else None
        if flag:
            rows = rows.annotate(flagged=ExpressionWrapper(flag(), BooleanField()))
        features, feature_params = _sql(rows)
        wide = query.rows(layer, actor, municipality, bbox=_whole_cells(query.bbox, size)).order_by()
        cells, cell_params = _sql(wide.values(mx=_Middle(layer, "ST_X"), my=_Middle(layer, "ST_Y")))
    except EmptyResultSet:
        return EMPTY
    properties, property_params = _properties(layer, actor)
    shape, anchor = _shapes(layer, query.zoom)
    sql = f"""
        WITH few AS MATERIALIZED (SELECT * FROM ({features}) AS q LIMIT {MAX_FEATURES + 1})
        SELECT CASE WHEN (SELECT count(*) FROM few) <= {MAX_FEATURES} THEN (
            SELECT '{{"type":"FeatureCollection","mode":"features","total":' || count(*) || ',"features":[' || coalesce(
                string_agg('{{"type":"Feature","id":"' || fid || '","geometry":' || {shape} || ',"properties":'
                    || ({properties}{anchor})::text || '}}', ',' ORDER BY fid), '') || ']}}'
            FROM few
        ) ELSE (
            SELECT '{{"type":"FeatureCollection","mode":"cells","total":' || sum(n) || ',"features":['
                || string_agg('{{"type":"Feature","geometry":' || ST_AsGeoJSON(ST_Transform(
                       ST_SetSRID(ST_MakePoint(x, y), {GEO_SRID}), {WGS84}), 6)
                       || ',"properties":{{"count":' || n || '}}}}', ',' ORDER BY i, j) || ']}}'
            FROM (
                SELECT floor(mx / {size}) AS i, floor(my / {size}) AS j, count(*) AS n, avg(mx) AS x, avg(my) AS y
                FROM ({cells}) AS middles GROUP BY 1, 2
            ) AS counted
        ) END
    """  # noqa: S608  (names come from checked declarations, values travel as parameters)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*feature_params, *property_params, *cell_params])
        return cursor.fetchone()[0] or EMPTY


def cell_m(zoom: int) -> float:
    """Return the side of a cell in metres of the storage CRS: 64 px at 51° north, the middle of Germany.

    Counting in the storage CRS spares a transformation per feature (six tenths of the time at 200,000), and a side
    that does not depend on the view keeps each cell where it is while the map moves.
    """
    return WORLD_M / 2**zoom / (256 / CELL_PX) * math.cos(math.radians(51))


class _Middle(Func):
    """One coordinate of the point that stands for a feature, without the bytes that ``values()`` would select."""

    output_field = FloatField()

    def __init__(self, layer: MapLayer, function: str) -> None:
        shape: Any = F(layer.geometry)
        if layer.geometry_type != "Point":
            shape = Func(shape, function="ST_PointOnSurface", output_field=layer.geometry_field)
        super().__init__(shape, function=function)


def _sql(rows: Any) -> tuple[str, tuple[Any, ...]]:
    return rows.query.sql_with_params()


def _whole_cells(bbox: Bbox | None, size: float) -> Bbox | None:
    """Return the box widened by one cell on each side (degrees), so that a cell counts the same in every view."""
    if bbox is None:
        return None
    margin = size / 60_000  # metres of a degree of longitude at 57° north: never too little in Germany
    return (
        max(-180.0, bbox[0] - margin),
        max(-85.0, bbox[1] - margin),
        min(180.0, bbox[2] + margin),
        min(85.0, bbox[3] + margin),
    )


def _shapes(layer: MapLayer, zoom: int) -> tuple[str, str]:
    """Return SQL for the geometry as GeoJSON and for the anchor of an area or line (the place of its marker)."""
    if layer.geometry_type == "Point":
        return "ST_AsGeoJSON(shape::geometry, 7)", ""
    half_a_pixel = 180 / 256 / 2**zoom
    shape = f"ST_AsGeoJSON(ST_SimplifyPreserveTopology(shape::geometry, {half_a_pixel}), 7)"
    anchor = (
        "|| jsonb_build_object('anchor', ST_AsGeoJSON(ST_PointOnSurface(shape::geometry), 7)::jsonb->'coordinates')"
    )
    return shape, anchor


def _properties(layer: MapLayer, actor: Actor) -> tuple[str, list[Any]]:
    """Return SQL for a feature's properties as jsonb, and its parameters."""
    look = _look(layer)
    by = f'"f_{layer.style.by}"' if layer.style.by else "NULL"
    status = f'"f_{layer.status}"' if layer.status else "NULL"
    status_label, status_params = _case(status, _words(layer, layer.status), otherwise="")
    colour, colour_params = _case(by, {value: style[0] for value, style in look.items()}, otherwise=layer.style.colour)
    icon, icon_params = _case(by, {value: style[1] for value, style in look.items()}, otherwise=layer.style.icon)
    path = _path(layer)
    flag, flag_params = "", []
    if layer.flag and actor.is_authenticated:
        flag, flag_params = ", 'flag', CASE WHEN flagged THEN %s ELSE '' END", [str(layer.flag_title)]
    facets = "".join(f", '{f.name}', \"f_{f.name}\"" for f in facet_fields(layer, actor) if f.name not in _RESERVED)
    sql = (
        f"jsonb_build_object('label', \"f_{layer.label}\"::text, 'status', {status}, 'status_label', {status_label},"
        f" 'colour', {colour}, 'icon', {icon}, 'url', replace(%s, %s, fid), 'changed', changed{flag}{facets})"
    )
    return sql, [*status_params, *colour_params, *icon_params, path, _SAMPLE_ID, *flag_params]


_RESERVED = {"label", "status", "status_label", "colour", "icon", "url", "changed", "anchor", "flag"}


def _case(column: str, mapping: dict[str, str], *, otherwise: str) -> tuple[str, list[str]]:
    """Return an SQL CASE over a column's text and its parameters."""
    if column == "NULL" or not mapping:
        return "%s::text", [otherwise]
    whens = " ".join("WHEN %s THEN %s" for _ in mapping)
    params = [text for pair in mapping.items() for text in pair]
    return f"CASE {column}::text {whens} ELSE %s END", [*params, otherwise]


def _look(layer: MapLayer) -> dict[str, tuple[str, str]]:
    """Return colour and icon by value of the style's field."""
    return {c.value: (c.colour, c.icon or layer.style.icon) for c in layer.style.classes}


def _words(layer: MapLayer, name: str) -> dict[str, str]:
    """Return the words for the coded values of a field."""
    if not name:
        return {}
    return {str(value): str(title) for value, title in layer.field(name).choices.items()}


def _path(layer: MapLayer) -> str:
    return layer.url_of(_SAMPLE_ID)
