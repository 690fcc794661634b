"""Asking the rules who is responsible and by when, and what stands in the way of an answer."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.departments.models import Category
from apps.departments.routing import NoTriageDesk, Routing, route, route_and_describe
from apps.geo.editing import ChangeRefused
from apps.places.models import Municipality
from apps.places.nearest import Whereabouts
from apps.places.working_days import add_working_days


class OutsideTown(ChangeRefused):
    """The place is not in the town; ``neighbour`` (may be None) says who answers there. Nothing was stored."""

    def __init__(self, routing: Routing) -> None:
        self.neighbour = routing.neighbour
        super().__init__(f"{routing.reason} " + _("Hier wurde nichts gespeichert."))


def decide(
    category: Category, point: Point, *, answers: Mapping[str, object] | None = None, at: dt.datetime | None = None
) -> Routing:
    """Return a routing that ends with a department; ``OutsideTown`` or ``ChangeRefused`` where there is none."""
    with _refusals():
        return _inside(route(category, point, answers=answers, at=at))


def decide_and_describe(
    category: Category, point: Point, *, answers: Mapping[str, object] | None = None, at: dt.datetime | None = None
) -> tuple[Routing, Whereabouts]:
    """Like ``decide``, with the address of the point, in one statement."""
    with _refusals():
        routing, place = route_and_describe(category, point, answers=answers, at=at)
        return _inside(routing), place


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except NoTriageDesk as error:
        raise ChangeRefused(str(error)) from error


def _inside(routing: Routing) -> Routing:
    if routing.outside:
        raise OutsideTown(routing)
    return routing


def target_day(category: Category, municipality: Municipality, since: dt.datetime) -> dt.date | None:
    """Return the working day by which a report that came at ``since`` should be done; None without a target."""
    if category.target_days is None:
        return None
    return add_working_days(timezone.localdate(since), category.target_days, municipality.key)
