"""``GET /api/v1/hotspots/nearest/``: the nearest public WLAN as JSON."""

from typing import Any, cast

from django.contrib.gis.db.models.functions import Transform
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.geo.audience import ANONYMOUS
from apps.geo.crs import WGS84
from apps.geo.untrusted import InputRefused, parse_lonlat, whole_number
from apps.hotspots.models import Hotspot
from apps.places.requests import TownRequest

DEFAULT_LIMIT = 5
MAX_LIMIT = 50


class NearHotspot(serializers.Serializer[Any]):
    """One hotspot and its distance in metres (straight line)."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    ssid = serializers.CharField()
    operator = serializers.CharField()
    environment = serializers.ChoiceField(choices=Hotspot.Environment.choices)
    radius_m = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Hotspot.Status.choices)
    last_seen_at = serializers.DateTimeField(allow_null=True)
    distance_m = serializers.FloatField()
    lon = serializers.FloatField(source="lonlat.x")
    lat = serializers.FloatField(source="lonlat.y")
    url = serializers.CharField()


class NearHotspots(serializers.Serializer[Any]):
    hotspots = NearHotspot(many=True)


class NearestHotspotsView(APIView):
    """Sorted in the database by the GiST index; answers as nobody, whoever asks."""

    @extend_schema(
        summary="Nächstgelegene WLAN-Standorte",
        description="Länge und Breite in Grad (WGS 84). Entfernungen sind Luftlinie in Metern.",
        parameters=[
            OpenApiParameter("lon", OpenApiTypes.DOUBLE, required=True, description="Länge (Ost), z. B. 12.6095"),
            OpenApiParameter("lat", OpenApiTypes.DOUBLE, required=True, description="Breite (Nord), z. B. 51.3339"),
            OpenApiParameter("limit", OpenApiTypes.INT, description=f"1 bis {MAX_LIMIT}, sonst {DEFAULT_LIMIT}"),
        ],
        responses={200: NearHotspots, 400: OpenApiTypes.OBJECT},
        tags=["WLAN"],
    )
    def get(self, request: Request) -> Response:
        """Answer ``{"hotspots": [...]}``, nearest first; 400 with ``detail`` for anything that is not asked right."""
        try:
            if unknown := set(request.query_params) - {"lon", "lat", "limit"}:
                raise InputRefused(_("Unbekannter Parameter: %(names)s.") % {"names": ", ".join(sorted(unknown))[:80]})
            point = parse_lonlat(request.query_params.get("lon", ""), request.query_params.get("lat", ""))
            limit = _limit(request.query_params.get("limit", str(DEFAULT_LIMIT)))
        except InputRefused as refusal:
            return Response({"detail": str(refusal)}, status=400)
        town = cast(TownRequest, request._request).municipality
        rows: Any = (
            Hotspot.objects.visible_to(ANONYMOUS)
            .filter(municipality=town.pk if town else None)
            .annotate(lonlat=Transform("point", WGS84, precision=7))
            .nearest_to(point)[:limit]
        )
        for row in rows:
            row.distance_m = round(row.distance.m, 1)
            row.url = request.build_absolute_uri(reverse("hotspots:detail", args=[row.public_id]))
        answer = Response(NearHotspots({"hotspots": rows}).data)
        answer["Cache-Control"] = "private, no-store"
        return answer


def _limit(text: str) -> int:
    if limit := whole_number(text, most=MAX_LIMIT):
        return limit
    raise InputRefused(_("limit ist eine Zahl von 1 bis %(most)d.") % {"most": MAX_LIMIT})
