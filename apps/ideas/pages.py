"""What pages of ideas share: whose ideas everybody may read here, and how secret pages answer."""

import re

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from apps.geo.audience import ANONYMOUS
from apps.geo.ids import PATTERN
from apps.ideas.models import Call, Idea
from apps.ideas.querysets import CallQuerySet, IdeaQuerySet
from apps.places.requests import TownRequest


def public_id_in(text: object) -> str:
    """Return a public id as it came from outside, or an empty string for anything else (the database takes no NUL)."""
    return text if isinstance(text, str) and re.fullmatch(PATTERN, text) else ""


def public_ideas(request: TownRequest) -> IdeaQuerySet:
    """Return the ideas of the town that everybody may read, whoever asks."""
    town = request.municipality
    return Idea.objects.visible_to(ANONYMOUS).filter(municipality=town.pk if town else None)


def public_calls(request: TownRequest) -> CallQuerySet:
    """Return the calls of the town that everybody may read, whoever asks."""
    town = request.municipality
    return Call.objects.visible_to(ANONYMOUS).filter(municipality=town.pk if town else None)


def public_idea(request: TownRequest, public_id: str) -> Idea:
    """Return one public idea with its call; hidden and unknown ones give the same 404."""
    return get_object_or_404(public_ideas(request).select_related("call", "municipality"), public_id=public_id)


def private(response: HttpResponse) -> HttpResponse:
    """A page behind a secret link: never stored, never indexed, and its address never sent to others (threat W8)."""
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
