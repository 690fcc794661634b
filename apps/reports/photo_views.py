"""The photos of a report on their way out: for everybody, for the reporter, for the desk; and their review."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.access import staff_act, staff_page
from apps.accounts.requests import StaffRequest
from apps.contributions.serving import photo_response
from apps.contributions.wrong_links import counting_wrong_links
from apps.geo.audience import ANONYMOUS
from apps.geo.refusals import said_above
from apps.geo.untrusted import clean_text
from apps.places.requests import TownRequest
from apps.reports.models import ReportPhoto
from apps.reports.permissions import rights
from apps.reports.photos import review_photo
from apps.reports.views import own_report


def _name(photo: ReportPhoto) -> str:
    return f"meldung-{photo.report.reference}-foto-{photo.position + 1}"


@require_safe
def public_photo(request: TownRequest, public_id: str, photo: str, size: str) -> HttpResponseBase:
    """A released photo of a released report; every other one gives the 404 of one that never was."""
    town = request.municipality
    found = get_object_or_404(
        ReportPhoto.objects.visible_to(ANONYMOUS).select_related("report", "blurred"),
        report__municipality=town,
        report__public_id=public_id,
        public_id=photo,
    )
    return photo_response(request, found.public_picture, size, name=_name(found), is_public=True)


@counting_wrong_links
@require_safe
def own_photo(request: HttpRequest, token: str, photo: str, size: str) -> HttpResponseBase:
    """The reporter sees the photos of the own report behind the secret link, whatever became of them."""
    found = get_object_or_404(own_report(token).photos.select_related("report"), public_id=photo)
    return photo_response(request, found, size, name=_name(found), is_public=False)


@staff_page()
def desk_photo(request: StaffRequest, public_id: str, photo: str, size: str) -> Any:
    """Staff see every photo of the reports that they may read."""
    found = _readable(request, public_id, photo)
    return photo_response(request, found, size, name=_name(found), is_public=False)


@staff_act()
def review(request: StaffRequest, public_id: str, photo: str) -> HttpResponse:
    """Release or hide one photo, and say what it shows."""
    found = _readable(request, public_id, photo)
    if not rights(request.user, found.report).publish:
        raise PermissionDenied
    state = request.POST.get("state", "")
    if state not in (ReportPhoto.State.RELEASED, ReportPhoto.State.HIDDEN):
        raise Http404
    with said_above(request):
        alt = clean_text(request.POST.get("alt", "")).strip()[:250]
        review_photo(photo=found, state=state, actor=request.user, alt=alt)
        done = _("Das Foto ist freigegeben.") if state == ReportPhoto.State.RELEASED else _("Das Foto ist verborgen.")
        messages.success(request, done)
    return redirect("reports:work", public_id=public_id)


def _readable(request: TownRequest, public_id: str, photo: str) -> ReportPhoto:
    return get_object_or_404(
        ReportPhoto.objects.visible_to(request.user).select_related("report__executor__organisation"),
        report__municipality=request.municipality,
        report__public_id=public_id,
        public_id=photo,
    )
