"""OGC API Features: the views. Documents come from ``ogc_documents``, features from ``rows_sql``."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.geo.audience import Actor
from apps.geo.layers import MapLayer
from apps.geoservices import ogc_documents as documents
from apps.geoservices.audience import conditional, layer_or_404, outlet, town_of
from apps.geoservices.ogc_documents import GEOJSON, HTML, JSON, OPENAPI, link
from apps.geoservices.requests import BadParameter, ItemsQuery, items_query, only, parse_crs
from apps.geoservices.rows_sql import geojson_feature, geojson_page
from apps.places.requests import TownRequest


def wants_html(request: HttpRequest) -> bool:
    """Is HTML asked for, by ``f`` or without it by ``Accept``? Raises ``BadParameter`` for another ``f``."""
    wanted = request.GET.get("f")
    if wanted not in (None, "json", "html"):
        raise BadParameter("f=json|html")
    return wanted == "html" if wanted else HTML in request.headers.get("Accept", "")


def root_of(request: HttpRequest) -> str:
    """Return the absolute address of the landing page that this request hangs under, with its closing slash."""
    prefix = "/intern/ogc/" if request.path.startswith("/intern/") else "/ogc/"
    return request.build_absolute_uri(prefix)


def _document(request: HttpRequest, data: dict[str, Any], title: str, content_type: str = JSON) -> HttpResponse:
    if wants_html(request):
        response = render(request, "geoservices/ogc_document.html", {"title": title, "document": data})
    else:
        response = HttpResponse(json.dumps(data, ensure_ascii=False), content_type=content_type)
    response["Vary"] = "Accept"
    return response


@outlet
def landing(request: TownRequest, actor: Actor) -> HttpResponse:
    """Answer the landing page (§ 7.2)."""
    only(request, "f")
    data = documents.landing(root_of(request), request.municipality)
    return _document(request, data, data["title"])


@outlet
def conformance(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer the conformance declaration (§ 7.4)."""
    only(request, "f")
    return _document(request, {"conformsTo": documents.CONFORMANCE}, "Konformität")


@outlet
def api(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer the API definition (§ 7.3)."""
    only(request, "f")
    return _document(request, documents.openapi(root_of(request), actor), "Schnittstelle", OPENAPI)


@outlet
def collections(request: TownRequest, actor: Actor) -> HttpResponse:
    """Answer the list of collections (§ 7.13)."""
    only(request, "f")
    data = documents.collections(root_of(request), request.municipality)
    return _document(request, data, "Sammlungen")


@outlet
def collection(request: TownRequest, actor: Actor, layer_name: str) -> HttpResponse:
    """Answer one collection (§ 7.14)."""
    layer = layer_or_404(layer_name)
    only(request, "f")
    box = documents.extent_of(request.municipality)
    return _document(request, documents.collection(root_of(request), layer, box), str(layer.title))


@outlet
def items(request: TownRequest, actor: Actor, layer_name: str) -> HttpResponse:
    """Answer the features of a collection (§ 7.15); the header ``Content-Crs`` names their CRS (Part 2 § 6.4)."""
    layer = layer_or_404(layer_name)
    html = wants_html(request)
    query = items_query(request, layer, actor)

    def answer() -> HttpResponse:
        return _items_page(request, actor, layer, query, html)

    return conditional(request, actor, [layer], answer)


def _items_page(request: TownRequest, actor: Actor, layer: MapLayer, query: ItemsQuery, html: bool) -> HttpResponse:
    features = query.matching(layer, actor, town_of(request))
    rows = layer.read(features, actor, srid=query.crs.srid)
    # Counting every match is done once, with the first page; later pages would only repeat it.
    is_first = query.after is None
    page = geojson_page(layer, actor, rows, query.crs, query.limit, matching=features if is_first else None)
    here = request.build_absolute_uri()
    links = [
        link(here, "self", HTML if html else GEOJSON),
        link(_with(request, f="json" if html else "html"), "alternate", GEOJSON if html else HTML),
    ]
    if page.last:
        links.append(link(_with(request, after=page.last), "next", HTML if html else GEOJSON))
    head = {
        "type": "FeatureCollection",
        **({"numberMatched": page.matched} if is_first else {}),
        "numberReturned": page.returned,
        # No timeStamp (it is optional): the same state must give the same bytes, clock or not.
        "links": links,
    }
    if html:
        shown = json.loads(f"[{page.features}]")
        response = render(
            request,
            "geoservices/ogc_items.html",
            {
                "layer": layer,
                "fields": layer.fields_for(actor),
                "features": shown,
                "head": head,
                "next": page.last and links[-1]["href"],
            },
        )
    else:
        text = json.dumps(head, ensure_ascii=False)[:-1] + ',"features":[' + page.features + "]}"
        response = HttpResponse(text, content_type=GEOJSON)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    return response


def _with(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
    return request.build_absolute_uri(f"{request.path}?{query.urlencode(safe=',:/')}")


@outlet
def item(request: TownRequest, actor: Actor, layer_name: str, feature_id: str) -> HttpResponse:
    """Answer one feature (§ 7.16); hidden and unknown ids get the same 404."""
    layer = layer_or_404(layer_name)
    html = wants_html(request)
    crs = parse_crs(only(request, "f", "crs").get("crs"))
    rows = layer.rows(actor, municipality=town_of(request), ids=[feature_id], srid=crs.srid)
    feature = geojson_feature(layer, actor, rows, crs)
    if feature is None:
        raise Http404
    here = request.build_absolute_uri(request.path)
    links = [
        link(here, "self", GEOJSON),
        link(f"{here}?f=html", "alternate", HTML),
        link(f"{root_of(request)}collections/{layer.name}", "collection", JSON),
    ]
    if page := layer.url_of(feature_id):
        links.append(link(request.build_absolute_uri(page), "alternate", HTML, str(layer.title)))
    text = f'{feature},"links":{json.dumps(links, ensure_ascii=False)}}}'
    if html:
        response = render(
            request,
            "geoservices/ogc_feature.html",
            {"layer": layer, "fields": layer.fields_for(actor), "feature": json.loads(text)},
        )
    else:
        response = HttpResponse(text, content_type=GEOJSON)
    response["Content-Crs"] = f"<{crs.uri}>"
    response["Vary"] = "Accept"
    return response
