"""The documents of OGC API Features: landing page, conformance, collections and the OpenAPI definition.

Part 1: Core, OGC 17-069r4; Part 2: CRS by reference, OGC 18-058r1. All of it comes from the layer registry.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.utils.translation import gettext as _

from apps.geo.audience import Actor
from apps.geo.crs import CRS84, OUTPUT_CRS, STORAGE_CRS
from apps.geo.layers import MapLayer, all_layers
from apps.geoservices.requests import DEFAULT_LIMIT, MAX_LIMIT
from apps.places.models import AdministrativeArea, Municipality

CONFORMANCE = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
]
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def link(href: str, rel: str, type_: str, title: str = "") -> dict[str, str]:
    """Return a link object (RFC 8288 as JSON)."""
    return {"href": href, "rel": rel, "type": type_, **({"title": title} if title else {})}


def landing(root: str, town: Municipality | None) -> dict[str, Any]:
    """Return the landing page; ``root`` is its absolute address, ending in a slash."""
    name = town.name if town else ""
    return {
        "title": _("Geodaten %(town)s") % {"town": name},
        "description": _("Meldungen, WLAN-Standorte, Beteiligungen und Ideen als OGC API Features."),
        "links": [
            link(root, "self", JSON),
            link(f"{root}?f=html", "alternate", HTML),
            link(f"{root}api", "service-desc", OPENAPI, _("Definition der Schnittstelle")),
            link(f"{root}api?f=html", "service-doc", HTML, _("Beschreibung der Schnittstelle")),
            link(f"{root}conformance", "conformance", JSON, _("Erfüllte Konformitätsklassen")),
            link(f"{root}collections", "data", JSON, _("Sammlungen")),
        ],
    }


def extent_of(town: Municipality | None) -> list[float] | None:
    """Return the town's boundary box in CRS84.

    The boundary and not the features: the box of the visible features would move with each one of them, and tell
    where the outermost is.
    """
    if not town:
        return None
    areas = AdministrativeArea.objects.filter(municipality=town, kind=AdministrativeArea.Kind.MUNICIPALITY)
    box = areas.annotate(degrees=Transform("area", CRS84.srid)).aggregate(box=Extent("degrees"))["box"]
    return [round(number, 6) for number in box] if box else None


def collection(root: str, layer: MapLayer, box: list[float] | None) -> dict[str, object]:
    """Return the description of one collection."""
    here = f"{root}collections/{layer.name}"
    spatial = {"spatial": {"bbox": [box], "crs": CRS84.uri}} if box else {}
    return {
        "id": layer.name,
        "title": str(layer.title),
        "description": str(layer.abstract),
        "extent": {**spatial, "temporal": {"interval": [[None, None]]}},
        "itemType": "feature",
        "crs": [crs.uri for crs in OUTPUT_CRS],
        "storageCrs": STORAGE_CRS.uri,
        "links": [
            link(here, "self", JSON),
            link(f"{here}?f=html", "alternate", HTML),
            link(f"{here}/items", "items", GEOJSON, str(layer.title)),
            link(f"{here}/items?f=html", "items", HTML, str(layer.title)),
            link(layer.licence_url, "license", HTML, str(layer.licence)),
        ],
    }


def collections(root: str, town: Municipality | None) -> dict[str, object]:
    """Return all collections, each with its full CRS metadata (QGIS reads it here)."""
    box = extent_of(town)
    return {
        "links": [link(f"{root}collections", "self", JSON), link(f"{root}collections?f=html", "alternate", HTML)],
        "crs": [crs.uri for crs in OUTPUT_CRS],
        "collections": [collection(root, layer, box) for layer in all_layers()],
    }


def openapi(root: str, actor: Actor) -> dict[str, object]:
    """Return the OpenAPI 3.0 definition of exactly what is served."""
    paths: dict[str, Any] = {
        "/": _get(_("Startseite")),
        "/api": _get(_("Diese Definition")),
        "/conformance": _get(_("Konformitätsklassen")),
        "/collections": _get(_("Sammlungen")),
    }
    for layer in all_layers():
        path = f"/collections/{layer.name}"
        paths[path] = _get(str(layer.title))
        paths[f"{path}/items"] = _get(str(layer.abstract), _items_parameters(layer, actor), GEOJSON)
        paths[f"{path}/items/{{featureId}}"] = _get(
            str(layer.title),
            [{"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}, _CRS],
            GEOJSON,
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": _("Geodaten"), "version": "1.0.0", "license": {"name": "dl-de/by-2-0"}},
        "servers": [{"url": root.rstrip("/")}],
        "paths": paths,
    }


_CRS = {"name": "crs", "in": "query", "schema": {"type": "string", "enum": [crs.uri for crs in OUTPUT_CRS]}}
_FORMAT = {"name": "f", "in": "query", "schema": {"type": "string", "enum": ["json", "html"]}}
_TYPES = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}


def _get(summary: str, parameters: Sequence[object] | None = None, media: str = JSON) -> dict[str, object]:
    answers = {"200": {"description": "OK", "content": {media: {"schema": {"type": "object"}}}}}
    for status, text in (("400", _("Die Anfrage ist nicht gültig.")), ("404", _("Nicht gefunden."))):
        answers[status] = {"description": text, "content": {JSON: {"schema": {"type": "object"}}}}
    return {"get": {"summary": summary, "parameters": [*(parameters or []), _FORMAT], "responses": answers}}


def _items_parameters(layer: MapLayer, actor: Actor) -> list[object]:
    def number_list(name: str) -> dict[str, object]:
        items = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
        return {"name": name, "in": "query", "style": "form", "explode": False, "schema": items}

    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    return [
        {"name": "limit", "in": "query", "schema": limit},
        number_list("bbox"),
        {**_CRS, "name": "bbox-crs"},
        _CRS,
        {"name": "datetime", "in": "query", "schema": {"type": "string"}},
        {
            "name": "after",
            "in": "query",
            "schema": {"type": "string"},
            "description": _("Fortsetzung nach dieser Kennung"),
        },
        *(
            {
                "name": f.name,
                "in": "query",
                "description": str(f.title),
                "schema": _TYPES.get(layer.kind_of(f), {"type": "string"}),
            }
            for f in layer.fields_for(actor)
            if f.filterable
        ),
    ]
