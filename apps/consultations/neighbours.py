"""What a planner sees and snaps to while drawing: the town's other plan areas and its own boundaries."""

import json
from collections.abc import Iterable

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.utils import timezone

from apps.accounts.models import User
from apps.consultations.models import Consultation
from apps.consultations.querysets import ConsultationQuerySet
from apps.geo.crs import WGS84
from apps.places.models import AdministrativeArea, Municipality
from apps.places.querysets import AreaQuerySet

MOST = 200


def neighbours_of(actor: User, town: Municipality, consultation: Consultation | None) -> dict[str, object]:
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


def _shapes(rows: ConsultationQuerySet | AreaQuerySet, *names: str) -> Iterable[tuple[str, ...]]:
    return rows.annotate(drawn=AsGeoJSON(Transform("area", WGS84), precision=8)).values_list(*names, "drawn")[:MOST]


def _feature(title: str, kind: str, shape: str) -> dict[str, object]:
    return {"type": "Feature", "properties": {"title": title, "kind": kind}, "geometry": json.loads(shape)}
