"""Outlines and pins for the maps of the desk's pages about rules (GeoJSON in WGS 84)."""

import json
from collections.abc import Iterable

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.utils import timezone

from apps.departments.models import Jurisdiction, RoutingExample
from apps.geo.crs import WGS84
from apps.places.models import AdministrativeArea, Municipality

GREEN, RED, GREY = "#1b6b4a", "#a2431f", "#5c6662"


def outline_of(town: Municipality) -> list[dict[str, object]]:
    """Return the boundary in force today as a feature to find one's way by (one query)."""
    boundary = AdministrativeArea.objects.valid_on(timezone.localdate()).filter(
        municipality=town, kind=AdministrativeArea.Kind.MUNICIPALITY
    )
    drawn = boundary.annotate(drawn=AsGeoJSON(Transform("area", WGS84), precision=6)).values_list("drawn", flat=True)
    return [
        {"type": "Feature", "geometry": json.loads(text), "properties": {"title": "", "colour": GREY, "ground": True}}
        for text in drawn
    ]


def degrees_of(examples: Iterable[RoutingExample]) -> dict[int, tuple[float, float]]:
    """Return longitude and latitude of examples by primary key; the database transforms them (one query)."""
    rows = RoutingExample.objects.filter(pk__in=[example.pk for example in examples])
    points = rows.annotate(degrees=Transform("point", WGS84)).values_list("pk", "degrees")
    return {pk: (round(point.x, 6), round(point.y, 6)) for pk, point in points}


def pin(pk: str, title: str, colour: str, lon: float, lat: float) -> dict[str, object]:
    """Return a point feature for ``{% shapes_map %}``."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"id": pk, "title": title, "colour": colour},
    }


def areas_of(zones: Iterable[AdministrativeArea]) -> list[dict[str, object]]:
    """Return areas as features for ``{% shapes_map %}``; the database transforms them (one query)."""
    rows = AdministrativeArea.objects.filter(pk__in=[zone.pk for zone in zones]).order_by("name", "pk")
    drawn = rows.annotate(drawn=AsGeoJSON(Transform("area", WGS84), precision=6)).values_list("pk", "name", "drawn")
    return [
        {
            "type": "Feature",
            "geometry": json.loads(text),
            "properties": {"id": str(pk), "title": name, "colour": GREEN},
        }
        for pk, name, text in drawn
    ]


def surroundings_of(town: Municipality, *, rule_id: int = 0, zone_key: str = "") -> dict[str, object]:
    """Return what a map to draw on shows besides the drawing: town, districts, named areas, areas of rules.

    The rule or the named area that is being drawn is left out. Two queries.
    """
    features = []
    boundaries = AdministrativeArea.objects.valid_on(timezone.localdate()).filter(
        municipality=town, kind__in=["municipality", "district", "zone"]
    )
    boundaries = boundaries.exclude(kind="zone", key=zone_key)
    rules = Jurisdiction.objects.filter(municipality=town).exclude(own_area=None).exclude(pk=rule_id)
    for rows, name, kind, shape in ((boundaries, "name", "district", "area"), (rules, "code", "plan", "own_area")):
        drawn = rows.annotate(drawn=AsGeoJSON(Transform(shape, WGS84), precision=6)).values_list(name, "drawn")
        features += [
            {"type": "Feature", "properties": {"title": title, "kind": kind}, "geometry": json.loads(text)}
            for title, text in drawn.order_by("pk")[:200]
        ]
    return {"type": "FeatureCollection", "features": features}
