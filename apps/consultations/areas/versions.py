"""Which area belongs to which round, for the public page and the desk."""

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform

from apps.consultations.models import Consultation, RoundArea
from apps.geo.crs import WGS84


def with_areas(consultation: Consultation, periods: list[Any]) -> list[Any]:
    """Give each period ``kept_area``, the version that it was published with (None before), and ``area_differs``.

    ``area_differs`` says that the consultation shows another area today. One statement.
    """
    kept = RoundArea.objects.filter(consultation=consultation).order_by("pk")
    latest = {(row.kind, row.starts_on): row for row in kept}
    now = consultation.area
    for period in periods:
        period.kept_area = latest.get((period.kind, period.starts_on)) if period.is_published else None
        shown = period.kept_area.area if period.kept_area else None
        period.area_differs = shown is not None and (now is None or not shown.equals_exact(now, 0.001))
    return periods


def version_as_geojson(consultation: Consultation, number: int) -> dict[str, object] | None:
    """Return a version of the area as a GeoJSON feature (RFC 7946, CRS84, 7 decimals); None when there is none."""
    drawn = AsGeoJSON(Transform("area", WGS84), precision=7)
    row = (
        RoundArea.objects.filter(consultation=consultation, number=number).annotate(drawn=drawn).order_by("pk").first()
    )
    if row is None:
        return None
    return {
        "type": "Feature",
        "id": f"{consultation.public_id}-{number}",
        "properties": {
            "title": consultation.title,
            "version": number,
            "shown_since": row.kept_at.isoformat(),
            "area_m2": round(row.area_m2, 1),
        },
        "geometry": json.loads(row.drawn),
    }
