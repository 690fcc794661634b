"""Which town a request is about."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from apps.places.models import Municipality
from apps.places.requests import TownRequest

# Asked with nearly every request: written out, because composing it anew takes Django longer than running it.
_OF_HOST = """
SELECT * FROM places_municipality
ORDER BY CASE WHEN hostname = %s THEN 0 WHEN key = %s THEN 1 ELSE 2 END, id LIMIT 1
"""


def town_of(request: HttpRequest) -> Municipality | None:
    """Return the town of the host name, else the installation's default, else the first one (None when empty)."""
    host = request.get_host().partition(":")[0].lower()
    return next(iter(Municipality.objects.raw(_OF_HOST, [host, settings.DEFAULT_MUNICIPALITY])), None)


class MunicipalityMiddleware:
    """Sets ``request.municipality``, looked up only when somebody asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cast(TownRequest, request).municipality = cast(Municipality, SimpleLazyObject(lambda: town_of(request)))
        return self.get_response(request)
