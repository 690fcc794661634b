"""Lists of the desk whose filter a map or a download may share: what the list finds, the map shows and a file holds.

A kind registers how it reads the query string of its own list page; outlets below ``/intern/`` ask here.
"""

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import QueryDict

from apps.geo.audience import Actor
from apps.geo.layers import MapLayer
from apps.geo.models import MapFeature
from apps.geo.staff import StaffMember
from apps.geo.untrusted import InputRefused

#: Of a query string that is passed along; an area of a hundred corners fits.
MAX_LENGTH = 6000

#: ``(actor, municipality's primary key, query) -> features visible to the actor``; raises ``InputRefused``.
Finder = Callable[[StaffMember, int, QueryDict], QuerySet[MapFeature]]

_finders: dict[str, Finder] = {}


def desk_list(layer_name: str) -> Callable[[Finder], Finder]:
    """Register the decorated function as the reader of the query string of a layer's list at the desk."""

    def register(finder: Finder) -> Finder:
        _finders[layer_name] = finder
        return finder

    return register


def has_desk_list(layer: MapLayer) -> bool:
    return layer.name in _finders


def found_by(layer: MapLayer, actor: Actor, municipality: int | None, text: str) -> QuerySet[MapFeature]:
    """Return what the list of the layer finds for a query string; raises ``InputRefused`` for one it does not take."""
    if not actor.is_authenticated or municipality is None or not has_desk_list(layer):
        raise InputRefused("list")
    if len(text) > MAX_LENGTH:
        raise InputRefused("list")
    return _finders[layer.name](actor, municipality, QueryDict(text))
