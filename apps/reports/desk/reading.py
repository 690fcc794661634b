"""Which reports a member of staff may open."""

from django.shortcuts import get_object_or_404

from apps.places.requests import TownRequest
from apps.reports.models import Report
from apps.reports.querysets import ReportQuerySet


def readable_reports(request: TownRequest) -> ReportQuerySet:
    """Return the reports of this town that the member of staff may read."""
    return Report.objects.visible_to(request.user).filter(municipality=request.municipality)


def readable_report(request: TownRequest, public_id: str) -> Report:
    """Return one of them; 404 for every other, as for unknown ones."""
    return get_object_or_404(readable_reports(request).for_page(), public_id=public_id)
