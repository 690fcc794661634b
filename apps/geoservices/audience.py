"""Who an outlet answers to: nobody in particular on public addresses, a member of staff below ``/intern/``."""

import functools
import hashlib
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from apps.accounts import access
from apps.geo.audience import ANONYMOUS, Actor
from apps.geo.layers import MapLayer, get_layer
from apps.geo.untrusted import InputRefused
from apps.geo.versions import current_version
from apps.places.requests import TownRequest

View = Callable[..., HttpResponse]
# Answers are young and carry a validator: hidden means gone within this time everywhere.
PUBLIC_SECONDS = 60


def outlet(view: View) -> View:
    """Make a view of ``view(request, actor, …)``; the route's ``internal=True`` asks for staff.

    Public answers never look at the session, so that they may be cached; internal ones are ``private, no-store``.
    A refusal of the input becomes a 400 in the shape of OGC 17-069r4 § 7.5.1 (``code``, ``description``).
    """

    @functools.wraps(view)
    def wrapped(request: TownRequest, *args: object, internal: bool = False, **kwargs: object) -> HttpResponse:
        if internal:
            actor = access.actor_of(request)
            town = request.municipality.pk if request.municipality else None
            if actor is None:
                response = HttpResponse(status=401)
                response["WWW-Authenticate"] = 'Basic realm="intern", charset="UTF-8"'
            elif town is None or not actor.roles_in(town):
                raise Http404
            else:
                response = _answer(view, request, actor, *args, **kwargs)
            response["Cache-Control"] = "private, no-store"
            return response
        response = _answer(view, request, ANONYMOUS, *args, **kwargs)
        if response.status_code in (200, 304) and "Cache-Control" not in response:
            response["Cache-Control"] = f"public, max-age={PUBLIC_SECONDS}, must-revalidate"
        response["Access-Control-Allow-Origin"] = "*"  # open data: no credentials are read here
        return response

    return wrapped


def _answer(view: View, request: HttpRequest, actor: Actor, *args: object, **kwargs: object) -> HttpResponse:
    try:
        return view(request, actor, *args, **kwargs)
    except InputRefused as refusal:
        return JsonResponse({"code": "InvalidParameterValue", "description": str(refusal)}, status=400)


def layer_or_404(name: str) -> MapLayer:
    """Return the declared layer of that name; ``Http404`` when there is none."""
    try:
        return get_layer(name)
    except KeyError as error:
        raise Http404 from error


def town_of(request: TownRequest) -> int | None:
    """Return the primary key of the town that the request is about (None in an empty installation)."""
    town = request.municipality
    return town.pk if town else None


def etag_of(request: TownRequest, layers: list[MapLayer]) -> str:
    """Return a strong validator from versions alone, before any row is read.

    It holds the host, the full address, the declarations and each table's public version: equal validators mean equal
    bytes, and nothing that the public cannot see moves it.
    """
    parts = [request.get_host(), request.get_full_path(), request.headers.get("Accept", "")]
    for layer in layers:
        parts += [
            repr((layer.name, str(layer.title), layer.fields, layer.style)),
            str(current_version(layer.model, town_of(request))),
        ]
    return '"' + hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32] + '"'


def conditional(
    request: TownRequest, actor: Actor, layers: list[MapLayer], answer: Callable[[], HttpResponse]
) -> HttpResponse:
    """Return 304 when the client holds the current version, else ``answer()`` with its ETag; staff get no validator."""
    if actor.is_authenticated:
        return answer()
    etag = etag_of(request, layers)
    held = parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponseNotModified() if etag in held or "W/" + etag in held or "*" in held else answer()
    if response.status_code in (200, 304):
        response["ETag"] = etag
        patch_vary_headers(response, ["Accept"])
    return response
