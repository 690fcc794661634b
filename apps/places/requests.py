"""What a request is when a view gets it."""

from django.http import HttpRequest

from apps.places.models import Municipality


class TownRequest(HttpRequest):
    """A request as ``MunicipalityMiddleware`` hands it on, for the signatures of views: nobody makes one.

    ``municipality`` is falsy in an installation that has no town yet; pages that such an installation shows say ``if``.
    """

    municipality: Municipality
