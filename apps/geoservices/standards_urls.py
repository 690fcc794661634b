"""Addresses in the standards' words; the same ones below ``/intern/`` answer to staff."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path, register_converter

from apps.geo.url_ids import PublicIdConverter
from apps.geofiles.writing import FORMATS
from apps.geoservices import downloads, ogcapi, tiles


class LayerConverter(PublicIdConverter):
    regex = r"[a-z][a-z0-9_]{0,40}"


class TileNumberConverter(PublicIdConverter):
    regex = r"[0-9]{1,7}"

    def to_python(self, value: str) -> int:  # type: ignore[override]
        return int(value)


class EndingConverter(PublicIdConverter):
    regex = "|".join(ending.replace(".", r"\.") for ending in FORMATS)


register_converter(EndingConverter, "ending")
register_converter(LayerConverter, "layer")
register_converter(TileNumberConverter, "tile_number")


def outlets(prefix: str, name_prefix: str, **options: object) -> list[URLPattern]:
    """Return the patterns below ``prefix``; ``options`` reach the views (``internal=True`` for staff)."""

    def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(prefix + route, view, options, name=f"{name_prefix}{name}")

    tile_route = "tiles/<layer:layer_name>/<tile_number:z>/<tile_number:x>/<tile_number:y>.mvt"
    return [
        at("ogc/", ogcapi.landing, "ogc_landing"),
        at("ogc/api", ogcapi.api, "ogc_api"),
        at("ogc/conformance", ogcapi.conformance, "ogc_conformance"),
        at("ogc/collections", ogcapi.collections, "ogc_collections"),
        at("ogc/collections/<layer:layer_name>", ogcapi.collection, "ogc_collection"),
        at("ogc/collections/<layer:layer_name>/items", ogcapi.items, "ogc_items"),
        at("ogc/collections/<layer:layer_name>/items/<public_id:feature_id>", ogcapi.item, "ogc_item"),
        at("tiles/<layer:layer_name>.json", tiles.tilejson, "tilejson"),
        at(tile_route, tiles.tile, "tile"),
        at("downloads/", downloads.offers, "downloads"),
        at("downloads/<layer:layer_name>.<ending:ending>", downloads.download, "download"),
    ]


urlpatterns = [*outlets("", ""), *outlets("intern/", "intern_", internal=True)]
