"""Public WLAN for everybody: the list, nearest first when a place is named, and a page for each hotspot."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.db.models.functions import Transform
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from apps.geo.audience import ANONYMOUS
from apps.geo.crs import WGS84
from apps.hotspots.models import Hotspot
from apps.places.nearest import describe_point
from apps.places.requests import TownRequest
from apps.places.starting import starting_point

MOST = 200


@require_safe
def hotspot_list(request: TownRequest) -> HttpResponse:
    """``?lon=&lat=`` or ``?ort=`` sorts by distance; without them by name. Answers as nobody, whoever asks."""
    town = request.municipality
    start = starting_point(
        town,
        lon=request.GET.get("lon", ""),
        lat=request.GET.get("lat", ""),
        query=request.GET.get("ort", ""),
    )
    hotspots = Hotspot.objects.visible_to(ANONYMOUS).filter(municipality=town.pk if town else None)
    hotspots = hotspots.nearest_to(start.point) if start.point else hotspots.order_by("name", "pk")
    context = {"hotspots": hotspots[:MOST], "start": start}
    response = render(request, "hotspots/list.html", context, status=400 if start.error and not start.query else 200)
    if start.point:
        # Where somebody stands is nobody else's business: no shared cache keeps it.
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def detail(request: TownRequest, public_id: str) -> HttpResponse:
    """One hotspot: what it is called, how far it reaches, how it stands, and how to say that it is broken."""
    town = request.municipality
    hotspots = Hotspot.objects.visible_to(ANONYMOUS).filter(municipality=town.pk if town else None)
    hotspot: Any = get_object_or_404(hotspots.annotate(lonlat=Transform("point", WGS84)), public_id=public_id)
    context = {
        "hotspot": hotspot,
        "only": [hotspot],
        "where": describe_point(town, hotspot.point),
        "lon": f"{hotspot.lonlat.x:.6f}",
        "lat": f"{hotspot.lonlat.y:.6f}",
        "fault_url": _fault_url(hotspot),
    }
    return render(request, "hotspots/detail.html", context)


def _fault_url(hotspot: Any) -> str:
    """Return the report form filled in for this hotspot, or an empty string where nothing can be reported."""
    try:
        form = reverse("reports:new")
    except NoReverseMatch:
        return ""
    place = {"lon": f"{hotspot.lonlat.x:.6f}", "lat": f"{hotspot.lonlat.y:.6f}"}
    return f"{form}?{urlencode({'kategorie': 'wifi', **place, 'bezug': f'hotspots/{hotspot.public_id}'})}"
