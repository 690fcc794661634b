"""The examples that a town keeps as tests of its rules."""

from collections.abc import Mapping

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.departments.models import Category, Department, RoutingExample
from apps.departments.routing import route
from apps.geo.editing import ChangeRefused


@transaction.atomic
def save_example(
    *,
    category: Category,
    point: Point,
    department: Department,
    actor: User | None,
    answers: Mapping[str, object] | None = None,
    note: str = "",
) -> RoutingExample:
    """Keep a pin (storage CRS) as an example, or replace what the same pin was expected to lead to.

    Raises ``ChangeRefused`` for a point outside the town: nobody there can be expected.
    """
    if route(category, point).outside:
        raise ChangeRefused(_("Diese Stelle liegt außerhalb des Gemeindegebiets. Dort ist keine Stelle zuständig."))
    with history(actor, action="save_example"):
        example, _created = RoutingExample.objects.update_or_create(
            municipality_id=category.municipality_id,
            category=category,
            point=point,
            answers=dict(answers or {}),
            defaults={"department": department, "note": note},
        )
        return example


@transaction.atomic
def delete_example(*, example: RoutingExample, actor: User | None) -> None:
    """Forget an example; its history stays."""
    with history(actor, action="delete_example"):
        RoutingExample.objects.filter(pk=example.pk).delete()
