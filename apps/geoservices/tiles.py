"""Vector tiles of every layer, for QGIS and other GIS clients."""

import math

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from apps.geo.audience import Actor
from apps.geo.crs import WEB_MERCATOR
from apps.geo.layers import Bbox
from apps.geoservices.audience import conditional, layer_or_404, outlet, town_of
from apps.geoservices.requests import only
from apps.geoservices.rows_sql import vector_tile
from apps.places.requests import TownRequest

MAX_ZOOM = 20
#: Up to this zoom points are counted per cell: a tile of a whole Land stays small.
CELLS_UP_TO = 11
HALF_WORLD_M = math.pi * 6_378_137
CONTENT_TYPE = "application/vnd.mapbox-vector-tile"


def tile_bbox(z: int, x: int, y: int, margin: float = 0.0) -> Bbox:
    """Return a tile's box in EPSG:3857 metres, widened by ``margin`` (a share of the tile's side) on each side."""
    side = 2 * HALF_WORLD_M / 2**z
    west, north = -HALF_WORLD_M + x * side, HALF_WORLD_M - y * side
    pad = margin * side
    return west - pad, north - side - pad, west + side + pad, north + pad


@outlet
def tile(request: TownRequest, actor: Actor, layer_name: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer ``/tiles/{layer}/{z}/{x}/{y}.mvt``; 404 for a tile that does not exist, an empty body for an empty one."""
    layer = layer_or_404(layer_name)
    only(request)
    if z > MAX_ZOOM or x >= 2**z or y >= 2**z:
        raise Http404

    def answer() -> HttpResponse:
        rows = layer.rows(
            actor,
            municipality=town_of(request),
            bbox=tile_bbox(z, x, y, margin=1 / 16),
            bbox_srid=WEB_MERCATOR,
            srid=WEB_MERCATOR,
        )
        cells = z <= CELLS_UP_TO and layer.geometry_type == "Point"
        return HttpResponse(vector_tile(layer, actor, rows, z, x, y, cells=cells), content_type=CONTENT_TYPE)

    return conditional(request, actor, [layer], answer)


@outlet
def tilejson(request: HttpRequest, actor: Actor, layer_name: str) -> JsonResponse:
    """Answer ``/tiles/{layer}.json``: TileJSON 3.0 with the address of the tiles."""
    layer = layer_or_404(layer_name)
    only(request)
    path = request.path.removesuffix(".json")
    return JsonResponse(
        {
            "tilejson": "3.0.0",
            "name": str(layer.title),
            "description": str(layer.abstract),
            "attribution": str(layer.licence),
            "tiles": [request.build_absolute_uri(path) + "/{z}/{x}/{y}.mvt"],
            "minzoom": 0,
            "maxzoom": MAX_ZOOM,
            "vector_layers": [{"id": layer.name, "fields": {f.name: str(f.title) for f in layer.fields_for(actor)}}],
        }
    )
