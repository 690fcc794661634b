"""What the browser's map must know before it asks for data: layers with legend and facets, base map, place."""

import hashlib
import json
from typing import Any

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.core.cache import caches
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.geo.audience import ANONYMOUS
from apps.geo.crs import WGS84
from apps.geo.layers import Field, MapLayer, all_layers
from apps.geo.versions import current_version
from apps.geoservices.map_query import facet_fields
from apps.places.models import AdministrativeArea, Municipality
from apps.places.requests import TownRequest

#: Where the map opens when the installation has no town yet: the middle of Saxony.
NOWHERE = (13.3, 51.0)
DEFAULT_ZOOM = 14
MAX_CHOICES = 100


@require_safe
def configuration(request: TownRequest) -> HttpResponse:
    """Answer ``/karte/konfiguration.json``: the same for everybody, revalidated each time."""
    body = json.dumps(map_config(request.municipality or None), ensure_ascii=False)
    etag = '"' + hashlib.sha256(body.encode()).hexdigest()[:32] + '"'
    held = etag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponseNotModified() if held else HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60, must-revalidate"
    return response


def map_config(municipality: Municipality | None) -> dict[str, Any]:
    """Return layers, base map, ``centre`` (lon, lat), ``zoom`` and ``bounds`` (w, s, e, n in degrees) of a town."""
    from apps.geoservices.tile_proxy import basemap_config

    town = municipality.pk if municipality else None
    centre, bounds = town_extent(municipality)
    return {
        "layers": [_layer(layer, town) for layer in all_layers()],
        "basemap": basemap_config(),
        "centre": centre,
        "zoom": DEFAULT_ZOOM,
        "bounds": bounds,
    }


def _layer(layer: MapLayer, town: int | None) -> dict[str, Any]:
    try:
        listing = reverse(layer.listing) if layer.listing else ""
    except NoReverseMatch:
        listing = ""
    facets: list[dict[str, Any]] = [
        {
            "name": declared.name,
            "title": str(word_field(layer, declared).title),
            "choices": facet_choices(layer, declared, town),
        }
        for declared in facet_fields(layer)
    ]
    shown = {facet["name"]: {choice["value"] for choice in facet["choices"]} for facet in facets}
    return {
        "name": layer.name,
        "title": str(layer.title),
        "abstract": str(layer.abstract),
        "colour": layer.style.colour,
        "icon": layer.style.icon,
        "geometry_type": layer.geometry_type,
        "min_zoom": layer.style.min_zoom,
        "listing": listing,
        "data": reverse("map_data", args=[layer.name]),
        "facets": facets,
        "legend": [
            {
                "value": entry.value,
                "title": str(entry.title),
                "colour": entry.colour,
                "icon": entry.icon or layer.style.icon,
            }
            for entry in layer.style.classes
            if entry.value in shown.get(layer.style.by, {entry.value})
        ],
    }


def facet_choices(layer: MapLayer, declared: Field, town: int | None) -> list[dict[str, str]]:
    """Return ``{value, title}`` of a facet: of its declared words those that visible rows have (without rows: all).

    A value without a declared word is its own title. Read once for each public version of the layer.
    """
    key = f"facet-{layer.name}-{declared.name}-{town}-{current_version(layer.model, town)}-{get_language()}"
    pairs = caches["local"].get(key)
    if pairs is None:
        rows = layer.rows(ANONYMOUS, municipality=town).order_by()
        columns = rows.values_list(f"f_{declared.name}", f"f_{word_field(layer, declared).name}").distinct()
        pairs = [(str(value), str(title)) for value, title in columns[:MAX_CHOICES] if value not in (None, "")]
        caches["local"].set(key, pairs, 3600)
    if declared.choices:
        seen = {value for value, _title in pairs}
        words = {str(value): str(title) for value, title in declared.choices.items()}
        return [{"value": v, "title": title} for v, title in words.items() if not seen or v in seen]
    yes_no = {"True": _("ja"), "False": _("nein")} if layer.kind_of(declared) == "boolean" else {}
    titles = {value: yes_no.get(value, title) for value, title in pairs}
    return [{"value": value, "title": title} for value, title in sorted(titles.items(), key=lambda item: item[1])]


def word_field(layer: MapLayer, declared: Field) -> Field:
    """Return the field that says a facet's values in words.

    A code of something that has a name ("category__code") is read by the name, where the layer declares that too.
    """
    named = declared.path.removesuffix("__code") + "__name"
    return next((candidate for candidate in layer.fields_for(ANONYMOUS) if candidate.path == named), declared)


def town_extent(municipality: Municipality | None) -> tuple[list[float], list[float]]:
    """Return centre (lon, lat) and bounds (w, s, e, n) of a town in degrees, transformed by the database."""
    if municipality is None:
        lon, lat = NOWHERE
        return [lon, lat], [lon - 1, lat - 0.6, lon + 1, lat + 0.6]
    centre = Municipality.objects.filter(pk=municipality.pk).values_list(Transform("centre", WGS84), flat=True).get()
    extent = (
        AdministrativeArea.objects.filter(municipality=municipality, kind=AdministrativeArea.Kind.MUNICIPALITY)
        .valid_on(timezone.localdate())
        .aggregate(box=Extent(Transform("area", WGS84)))["box"]
    )
    box = extent or (centre.x - 0.1, centre.y - 0.06, centre.x + 0.1, centre.y + 0.06)
    return [round(centre.x, 6), round(centre.y, 6)], [round(number, 6) for number in box]
