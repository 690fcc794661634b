"""What the desk may read of statements, and what all its pages show."""

from typing import Any

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404

from apps.accounts.requests import StaffRequest
from apps.consultations.models import Consultation
from apps.consultations.querysets import ConsultationQuerySet
from apps.statements.models import Statement
from apps.statements.querysets import StatementQuerySet


def consultations_of(request: StaffRequest) -> ConsultationQuerySet:
    """Return the town's consultations that this member of staff works on."""
    return Consultation.objects.visible_to(request.user).filter(municipality=request.municipality)


def find_consultation(request: StaffRequest, public_id: str) -> Consultation:
    """Return one of them with its periods; 404 otherwise."""
    found: Consultation = get_object_or_404(
        consultations_of(request).select_related("municipality").prefetch_related("periods"), public_id=public_id
    )
    return found


def statements_of(request: StaffRequest, consultation: Consultation) -> StatementQuerySet:
    """Return the statements of a consultation."""
    return Statement.objects.visible_to(request.user).filter(consultation=consultation)


def find_statement(request: StaffRequest, public_id: str, number: int) -> Statement:
    """Return one statement by its number in the consultation; 404 otherwise."""
    mine = statements_of(request, find_consultation(request, public_id))
    found: Statement = get_object_or_404(
        mine.select_related("consultation__municipality", "period", "group", "invitation__authority"), number=number
    )
    return found


def counts_of(request: StaffRequest) -> dict[int, Any]:
    """Return for each consultation how many statements there are, and how many nobody has cut into concerns yet."""
    rows = (
        Statement.objects.visible_to(request.user)
        .filter(municipality=request.municipality)
        .counted()
        .values("consultation")
        .annotate(
            all=Count("pk", distinct=True),
            late=Count("pk", filter=Q(is_late=True), distinct=True),
            untouched=Count("pk", filter=Q(segments=None), distinct=True),
        )
    )
    return {row["consultation"]: row for row in rows}
