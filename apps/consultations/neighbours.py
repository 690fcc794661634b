"""What a planner sees and snaps to while drawing: the town's other plan areas and its own boundaries."""

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.db.models import QuerySet
from django.utils import timezone

from apps.consultations.models import Consultation
from apps.geo.crs import WGS84
from apps.places.models import AdministrativeArea

MOST = 200


def neighbours_of(actor: Any, town: Any, consultation: Consultation | None) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection (CRS84) with ``title`` and ``kind`` (plan, municipality, district).

    Plan areas as the actor may see them, ``consultation`` itself left out. Two statements.
    """
    plans = Consultation.objects.visible_to(actor).filter(municipality=town).exclude(area=None).order_by("-changed_at")
    if consultation is not None:
        plans = plans.exclude(pk=consultation.pk)
    kinds = [AdministrativeArea.Kind.MUNICIPALITY, AdministrativeArea.Kind.DISTRICT]
    areas = AdministrativeArea.objects.valid_on(timezone.localdate()).filter(municipality=town, kind__in=kinds)
    features = [_feature(title, "plan", shape) for title, shape in _shapes(plans, "title")]
    features += [_feature(name, kind, shape) for name, kind, shape in _shapes(areas.order_by("pk"), "name", "kind")]
    return {"type": "FeatureCollection", "features": features}


def _shapes(rows: QuerySet[Any], *names: str) -> Any:
    return rows.annotate(drawn=AsGeoJSON(Transform("area", WGS84), precision=8)).values_list(*names, "drawn")[:MOST]


def _feature(title: str, kind: str, shape: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"title": title, "kind": kind}, "geometry": json.loads(shape)}
