"""Photos of ideas on their way out: for everybody, for whoever had the idea, for the desk; and their review."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.access import staff_act, staff_page
from apps.accounts.requests import StaffRequest
from apps.contributions.serving import photo_response
from apps.contributions.tokens import hash_token
from apps.contributions.wrong_links import NoSuchLink, counting_wrong_links
from apps.geo.audience import ANONYMOUS
from apps.geo.refusals import said_above
from apps.geo.untrusted import clean_text
from apps.ideas import services
from apps.ideas.models import Idea, IdeaPhoto
from apps.ideas.querysets import KEEPERS
from apps.places.requests import TownRequest


@require_safe
def public_photo(request: TownRequest, public_id: str, photo: str, size: str) -> HttpResponseBase:
    """A released photo of a public idea; every other one gives the 404 of one that never was."""
    found = get_object_or_404(
        IdeaPhoto.objects.visible_to(ANONYMOUS),
        idea__municipality=request.municipality,
        idea__public_id=public_id,
        public_id=photo,
    )
    return photo_response(request, found, size, name=f"idee-{found.public_id}", is_public=True)


@counting_wrong_links
@require_safe
def own_photo(request: HttpRequest, token: str, photo: str, size: str) -> HttpResponseBase:
    """Whoever had the idea sees its photos behind the secret link, whatever became of them."""
    idea = Idea.objects.filter(status_token_hash=hash_token(token)).first()
    if idea is None:
        raise NoSuchLink
    found = get_object_or_404(idea.photos, public_id=photo)
    return photo_response(request, found, size, name=f"idee-{found.public_id}", is_public=False)


@staff_page(*KEEPERS)
def desk_photo(request: StaffRequest, public_id: str, photo: str, size: str) -> Any:
    """Keepers see every photo of the town's ideas."""
    found = _readable(request, public_id, photo)
    return photo_response(request, found, size, name=f"idee-{found.public_id}", is_public=False)


@staff_act(*KEEPERS)
def review(request: StaffRequest, public_id: str, photo: str) -> HttpResponse:
    """Release or hide one photo, and say what it shows."""
    found = _readable(request, public_id, photo)
    state = request.POST.get("state", "")
    if state not in (IdeaPhoto.State.RELEASED, IdeaPhoto.State.HIDDEN):
        raise Http404
    with said_above(request):
        alt = clean_text(request.POST.get("alt", "")).strip()[:250]
        services.review_photo(photo=found, actor=request.user, state=state, alt=alt)
        done = _("Das Foto ist freigegeben.") if state == IdeaPhoto.State.RELEASED else _("Das Foto ist verborgen.")
        messages.success(request, done)
    return redirect("ideas:desk_work", public_id=public_id)


def _readable(request: TownRequest, public_id: str, photo: str) -> IdeaPhoto:
    return get_object_or_404(
        IdeaPhoto.objects.visible_to(request.user),
        idea__municipality=request.municipality,
        idea__public_id=public_id,
        public_id=photo,
    )
