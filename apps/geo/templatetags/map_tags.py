"""The map in a template: ``{% feature_map %}`` for reading, ``{% pin_input form %}`` for showing where something is."""

import json
from collections.abc import Iterable

from django import template
from django.contrib.gis.geos import GEOSGeometry, Point
from django.forms import BaseForm, BoundField
from django.template import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from apps.geo.degrees import to_degrees
from apps.geo.layers import get_layer
from apps.geo.stills import Still, draw_still
from apps.geo.templatetags.map_words import map_words

register = template.Library()

#: Of a place that no layer gives a colour: the mark of ``feature_map at=``.
PLACE_COLOUR = "#123a31"
HEIGHTS = ("small", "medium", "large", "fill")


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _common(context: Context) -> dict[str, object]:
    """Return what every map needs: a number of its own, the nonce, and whether Leaflet is in the page already."""
    request = context.get("request")
    # The frame below the template's own: a map in an included template counts as well.
    shared = context.render_context.dicts[0]
    number = shared["map_number"] = shared.get("map_number", 0) + 1  # type: ignore[assignment, operator]
    return {
        "map_id": f"karte-{number}",
        "is_first": number == 1,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "config_url": _url("map_config"),
        "icons": static("icons/"),
        "words": json.dumps(map_words(), ensure_ascii=False),
    }


def _degrees(point: Point) -> tuple[float, float]:
    """Return longitude and latitude of the one point of a page (lists are transformed in SQL)."""
    moved = to_degrees(point)
    return round(moved.x, 6), round(moved.y, 6)


@register.inclusion_tag("geo/feature_map.html", takes_context=True)
def feature_map(
    context: Context,
    layers: str = "",
    height: str = "medium",
    layer: str = "",
    lon: float | None = None,
    lat: float | None = None,
    zoom: int | None = None,
    label: str = "",
    at: Point | None = None,
    bbox: str = "",
    panel: str = "",
    ids: Iterable[object] | None = None,
    internal: bool = False,
    detail: str = "",
    listed: str | None = None,
    area: str = "",
    overlays: str = "",
    still_shapes: Iterable[tuple[GEOSGeometry, str]] = (),
    still_label: str = "",
) -> dict[str, object]:
    """Show layers on a map: ``{% feature_map layers="reports,ideas" height="large" %}``.

    ``layers`` (or ``layer``) are names of map layers, empty for all; ``height`` small, medium, large or fill;
    ``lon``, ``lat`` (WGS 84) or ``at`` (a storage-CRS point) with ``zoom`` place the view, and with ``label`` one
    marker, without any layer unless one is named; ``bbox`` ("w,s,e,n") fits the view; ``panel`` is the id of the form
    whose fields filter the layers. ``ids`` are the features (anything with a ``public_id``) that a list beside the
    map shows: the map then shows these and no others. ``listed`` is the query string of the layer's list at the desk
    (``desk_lists.py``): the map shows what that list finds. ``area`` is the id of a hidden field of the list's form:
    the map gets tools that fill it with a drawn area and send the form. ``internal`` asks as staff, and ``detail`` is
    the address of the desk's page for a feature whose id is written as twelve zeros. ``overlays`` is the id of an
    element whose ``[data-overlay]`` are pictures in tiles that lie between the base map and the layers.
    ``still_shapes`` (storage CRS, each with its colour) are what the picture without JavaScript shows where no list
    stands beside the map; ``still_label`` says so.
    """
    names = layers or layer or ("" if not label else "-")
    still = draw_still(still_shapes) or _still_of(names, at, ids, zoom)
    if at is not None:
        lon, lat = _degrees(at)
    return {
        **_common(context),
        "layers": names,
        "height": height if height in HEIGHTS else "medium",
        "lon": lon,
        "lat": lat,
        "zoom": zoom,
        "label": label,
        "bbox": bbox,
        "panel": panel,
        "only": None if ids is None else ",".join(getattr(feature, "public_id", "") or str(feature) for feature in ids),
        "internal": internal,
        "detail": detail,
        "still": still,
        "words_of_still": _still_words(still_label or label),
        "listed": listed,
        "area": area,
        "overlays": overlays,
    }


def _still_of(names: str, at: Point | None, ids: Iterable[object] | None, zoom: int | None) -> Still | None:
    """Return the picture for readers without JavaScript: what a list of features shows, or else the one place."""
    shapes = [shape for name in names.split(",") for feature in ids or () for shape in _shape_of(name.strip(), feature)]
    if not shapes and at is not None:
        shapes = [(at, PLACE_COLOUR)]
    return draw_still(shapes, zoom=zoom)


def _shape_of(name: str, feature: object) -> Iterable[tuple[GEOSGeometry, str]]:
    """Yield shape and colour of a feature of that layer, unless its shape was not loaded with it."""
    try:
        layer = get_layer(name)
    except KeyError:
        return
    shape = getattr(feature, "__dict__", {}).get(layer.geometry)
    if shape:
        yield shape, layer.style.colour_of(layer.style.by and getattr(feature, layer.field(layer.style.by).path, ""))


@register.inclusion_tag("geo/still.html")
def still_map(
    shape: GEOSGeometry,
    label: str,
    layer: str = "",
    feature: object = None,
    zoom: int | None = None,
    source: bool = True,
) -> dict[str, object]:
    """Show where something is on a picture that needs no script: ``{% still_map report.point label=report.address %}``.

    ``shape`` has the storage CRS; with ``layer`` and ``feature`` it takes the colour that the layer declares.
    ``source=False`` where another map of the same page names whose data it shows.
    """
    colour = next((colour for _, colour in _shape_of(layer, feature)), PLACE_COLOUR)
    return {"still": draw_still([(shape, colour)], zoom=zoom), "words": _still_words(label), "is_silent": not source}


def _still_words(label: str) -> str:
    return _("Karte: %(place)s") % {"place": label} if label else _("Karte mit der Lage")


@register.inclusion_tag("geo/pin_input.html", takes_context=True)
def pin_input(context: Context, form: BaseForm, height: str = "medium") -> dict[str, object]:
    """Let somebody show a place: map, address search and numbers for a form with ``lon``, ``lat`` and ``address``.

    The form is a ``places.pin.PinFormMixin`` or has fields of these names. Without JavaScript the address and the two
    numbers remain, and the places that an address may mean (``form.place_choices``) are offered as choices.
    """
    return {
        **_common(context),
        "form": form,
        "lon": form["lon"],
        "lat": form["lat"],
        "address": form["address"] if "address" in form.fields else None,
        "place_choices": getattr(form, "place_choices", []),
        "search_url": _url("place_search_json"),
        "nearest_url": _url("place_nearest_json"),
        "height": height if height in HEIGHTS else "medium",
    }


@register.inclusion_tag("geo/pin_map.html", takes_context=True)
def pin_map(
    context: Context, field_lon: BoundField, field_lat: BoundField, height: str = "medium"
) -> dict[str, object]:
    """Let somebody show a place in two bound fields of any names: only the map, the fields stand elsewhere."""
    return {
        **_common(context),
        "lon": field_lon,
        "lat": field_lat,
        "search_url": _url("place_search_json"),
        "nearest_url": _url("place_nearest_json"),
        "height": height if height in HEIGHTS else "medium",
    }


@register.inclusion_tag("geo/shapes_map.html", takes_context=True)
def shapes_map(
    context: Context,
    collection: dict[str, object],
    shapes_id: str = "shapes",
    height: str = "medium",
    brings_leaflet: bool = True,
    overlays: str = "",
) -> dict[str, object]:
    """Show a GeoJSON collection (WGS 84) that the page itself has: no layer of the registry, nothing that is fetched.

    Properties of a feature: ``title``, ``colour`` (``#rrggbb``), ``id`` (a button ``data-shape="id"
    data-shape-of="shapes_id"`` shows it), and ``ground`` for an outline that only helps to find one's way.
    A page that loads Leaflet itself says ``brings_leaflet=False``. ``overlays`` as in ``feature_map``.
    """
    common = _common(context)
    return {
        **common,
        "is_first": common["is_first"] and brings_leaflet,
        "collection": collection,
        "shapes_id": shapes_id,
        "overlays": overlays,
        "height": height if height in HEIGHTS else "medium",
    }
