"""Small helpers of citizens' forms: photos that are sent before their form, and how they look there."""

import uuid

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.contributions.limits import TooMany, admit_upload
from apps.contributions.models import Upload
from apps.contributions.photo_form import FILES
from apps.contributions.photos import PhotoRefused
from apps.contributions.serving import photo_response
from apps.contributions.uploads import drop_upload, keep_upload
from apps.places.models import Municipality
from apps.places.requests import TownRequest


@require_POST
def upload_photo(request: TownRequest) -> JsonResponse:
    """Keep one photo of a draft while its form is still being filled in (JavaScript only); sentences on refusal."""
    town, draft = _town(request), _draft(request)
    upload = request.FILES.get(FILES)
    if upload is None:
        return JsonResponse({"error": _("Es kam kein Foto an. Bitte versuchen Sie es noch einmal.")}, status=400)
    try:
        admit_upload(request)
        kept = keep_upload(municipality=town, draft=draft, upload=upload)
    except TooMany as refusal:
        headers = {"Retry-After": str(refusal.retry_after)}
        return JsonResponse({"error": str(refusal)}, status=refusal.status, headers=headers)
    except PhotoRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=503 if refusal.code == "busy" else 400)
    answer = {
        "token": kept.token,
        "thumbnail": reverse("contributions:draft_photo", args=[kept.token, "klein"]),
        "width": kept.width,
        "height": kept.height,
    }
    response = JsonResponse(answer, status=201)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def draft_photo(request: HttpRequest, token: str, size: str) -> HttpResponseBase:
    """Show a photo of an unfinished form to whoever has its token, which is the form itself."""
    upload = get_object_or_404(Upload, token=token)
    return photo_response(request, upload, size, name="foto", is_public=False)


@require_POST
def remove_photo(request: TownRequest, token: str) -> JsonResponse:
    """Remove a photo of a draft for good; the same answer whether it was there or not."""
    drop_upload(municipality=_town(request), draft=_draft(request), token=token)
    return JsonResponse({})


def _town(request: TownRequest) -> Municipality:
    town = request.municipality
    if not town:
        raise Http404
    return town


def _draft(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("draft", ""))
    except ValueError:
        raise Http404 from None
