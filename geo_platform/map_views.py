"""The map page: map and list side by side, one form for both, and everything without JavaScript as well."""

import datetime as dt
from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.geo.layers import MapLayer, all_layers
from apps.geo.untrusted import InputRefused, clean_text, parse_lonlat, whole_number
from apps.geoservices.map_config import map_config
from apps.geoservices.map_list import NEAREST, NEWEST, Page, list_page
from apps.geoservices.map_query import MapQuery, facet_fields, parse_days, parse_degree_bbox, parse_values
from apps.places.models import Municipality
from apps.places.requests import TownRequest

DAYS = (7, 30, 365)


@dataclass
class MapState:
    """What the page is asked for, checked. ``error`` is a sentence when something was not; the rest is then default."""

    questions: list[tuple[MapLayer, MapQuery]] = field(default_factory=list)
    layers_on: set[str] = field(default_factory=set)
    chosen: dict[str, set[str]] = field(default_factory=dict)
    days: str = ""
    sort: str = NEWEST
    near: Point | None = None
    place: str = ""
    lon: str = ""
    lat: str = ""
    error: str = ""


@require_safe
def map_page(request: TownRequest) -> HttpResponse:
    """``/karte/``: filters as a GET form, the map, and the first page of the list."""
    town = request.municipality
    state, page = _answer(request, town)
    config = map_config(town or None)
    for layer in config["layers"]:
        layer["on"] = layer["name"] in state.layers_on
        for facet in layer["facets"]:
            facet["param"] = f"{layer['name']}.{facet['name']}"
            facet["chosen"] = state.chosen.get(facet["param"], set())
    today = timezone.localdate()
    context = {
        **_list_context(request, state, page),
        "config": config,
        # Numbers as the form holds them (a comma is a point), for the map's first view.
        "near_lon": state.lon.replace(",", "."),
        "near_lat": state.lat.replace(",", "."),
        "days": [(str(n), _days_label(n), today - dt.timedelta(days=n)) for n in DAYS],
    }
    return render(request, "map/page.html", context, status=400 if state.error else 200)


@require_safe
def map_list(request: TownRequest) -> HttpResponse:
    """``/karte/liste``: only the list, for the page's script and for the next page of the list."""
    state, page = _answer(request, request.municipality)
    response = render(request, "map/list.html", _list_context(request, state, page), status=400 if state.error else 200)
    response["Cache-Control"] = "public, max-age=20, must-revalidate"
    return response


def _answer(request: HttpRequest, town: Municipality) -> tuple[MapState, Page]:
    pk = town.pk if town else None
    try:
        state = read_state(request.GET)
        near = state.near or (town.centre if town and state.sort == NEAREST else None)
        page = list_page(
            state.questions, pk, near=near if state.sort == NEAREST else None, after=request.GET.get("after", "")
        )
    except InputRefused as refusal:
        state = read_state(QueryDict())
        state.error = str(refusal)
        page = list_page(state.questions, pk)
    return state, page


def read_state(query: QueryDict) -> MapState:
    """Return the page's state; raises ``InputRefused`` for a known parameter with a bad value, ignores others."""
    layers = all_layers()
    asked = set(query.getlist("layer"))
    state = MapState(layers_on={layer.name for layer in layers if not asked or layer.name in asked})
    state.days = query.get("days", "")
    since_day = query.get("since", "")
    if state.days:
        if (days := whole_number(state.days, most=9999)) is None:
            raise InputRefused(_("Der Zeitraum ist eine Zahl von Tagen."))
        since_day = (timezone.localdate() - dt.timedelta(days=days)).isoformat()
    since, until = parse_days(since_day, query.get("until", ""))
    bbox = parse_degree_bbox(query["bbox"]) if query.get("bbox") else None  # type: ignore[arg-type]
    for layer in layers:
        filters = {}
        for declared in facet_fields(layer):
            texts = [text for text in query.getlist(f"{layer.name}.{declared.name}") if text]
            if texts:
                filters[declared.name] = parse_values(layer, declared, texts)
                state.chosen[f"{layer.name}.{declared.name}"] = set(texts)
        if layer.name in state.layers_on:
            state.questions.append((layer, MapQuery(bbox=bbox, since=since, until=until, filters=filters)))
    state.place = clean_text(query.get("ort", ""))[:120]
    if query.get("lon") or query.get("lat"):
        state.near = parse_lonlat(query.get("lon", ""), query.get("lat", ""))
        state.lon, state.lat = query.get("lon", ""), query.get("lat", "")
    state.sort = NEAREST if query.get("sort", NEAREST if state.near else NEWEST) == NEAREST else NEWEST
    return state


def _list_context(request: HttpRequest, state: MapState, page: Page) -> dict[str, object]:
    """Return what the list's template needs: entries, and links that keep everything else of the question."""

    def link(**changes: str) -> str:
        query = request.GET.copy()
        for gone in ("after", "bbox") if "sort" not in changes else ("after",):
            query.pop(gone, None)
        if not state.error and "bbox" in request.GET and "after" in changes:
            query["bbox"] = request.GET["bbox"]
        for name, value in changes.items():
            query[name] = value
        return f"?{query.urlencode()}"

    return {
        "state": state,
        "page": page,
        "next_url": link(after=page.after) if page.after else "",
        "newest_url": link(sort=NEWEST),
        "nearest_url": link(sort=NEAREST),
        "first_url": link() if request.GET.get("after") else "",
    }


def _days_label(days: int) -> str:
    return _("letztes Jahr") if days == 365 else _("letzte %(n)d Tage") % {"n": days}
