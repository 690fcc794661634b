"""What a planner may open at the desk."""

from typing import Any

from django.shortcuts import get_object_or_404

from apps.consultations.models import Consultation
from apps.consultations.querysets import ConsultationQuerySet
from apps.places.requests import TownRequest


def find(request: TownRequest, public_id: str) -> Any:
    """Return the consultation of this town that the planner may edit, with periods and all papers; 404 otherwise."""
    return get_object_or_404(mine(request).with_papers(unpublished=True), public_id=public_id)


def mine(request: TownRequest) -> ConsultationQuerySet:
    """Return the consultations of this town that the reader may see, drafts of planners included."""
    town = request.municipality.pk
    return Consultation.objects.visible_to(request.user).filter(municipality=town)
