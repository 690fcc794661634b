"""A request that brings too much is refused before a byte of its body is parsed (threats F5, W20)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.geo.untrusted import whole_number

DESK = "/intern/"


class BodyLimitMiddleware:
    """Answer 413 when the announced body is larger than an honest form can be.

    The announced length is the real one: the server reads no more than that, and nothing when none is announced. Must
    stand after the middlewares that a page needs, and works because none of them looks at the body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = settings.DESK_REQUEST_MAX_BYTES if request.path.startswith(DESK) else settings.REQUEST_MAX_BYTES
        announced = request.META.get("CONTENT_LENGTH") or "0"
        # What is no number is taken for 0 by Django too.
        if announced.isascii() and announced.isdigit() and whole_number(announced, most=limit) is None:
            return too_large(request, limit)
        return self.get_response(request)


def too_large(request: HttpRequest, limit_bytes: int) -> HttpResponse:
    """Return a 413 that says what to do: a page for people, JSON for programs (``error``, ``detail``)."""
    megabytes = limit_bytes // 1_000_000
    if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
        return render(request, "413.html", {"megabytes": megabytes}, status=413)
    told = _("Das ist zusammen zu groß: höchstens %(mb)d MB sind möglich. Bitte senden Sie weniger oder Kleineres.")
    return JsonResponse({"error": told % {"mb": megabytes}, "detail": told % {"mb": megabytes}}, status=413)
