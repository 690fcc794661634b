"""Secret links that open nothing: whoever tries many of them in a row is asked to wait (threat W8).

128 bits cannot be guessed, however often somebody tries; the limit keeps trying from costing anything and makes it
visible in the log. A link that does open is never counted and never refused, from whatever address it is opened.
"""

import logging
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.accounts import throttle
from apps.contributions.limits import HOUR, take

log = logging.getLogger(__name__)

#: Wrong links by one connection in an hour. An office behind one address may well open a few dead ones.
WRONG_LINKS = 30


class NoSuchLink(Http404):
    """A secret that opens nothing."""


def counting_wrong_links(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let ``view`` raise ``NoSuchLink``: a 404, and above the limit of this connection a 429 with a sentence."""

    @wraps(view)
    def counted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NoSuchLink:
            if take("wrong-link", throttle.client_of(request), limit=WRONG_LINKS, seconds=HOUR):
                raise
        log.warning("one connection has tried more than %d secret links that open nothing", WRONG_LINKS)
        response = render(request, "contributions/wrong_links.html", status=429)
        response["Retry-After"] = str(HOUR)
        response["Cache-Control"] = "private, no-store"
        return response

    return counted
