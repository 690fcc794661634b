"""Running a town's examples: all of them by one statement."""

import datetime as dt

from django.db.models import DateField, Value
from django.utils import timezone

from apps.departments.assigning import Assignment, assign
from apps.departments.assigning_sql import relation_of
from apps.departments.models import RoutingExample


def answered(municipality_id: int, *, on: dt.date | None = None) -> dict[int, Assignment]:
    """Return who the rules name for each example of the town (by its primary key) as of ``on`` (default: today)."""
    day = Value(on or timezone.localdate(), DateField())
    rows = RoutingExample.objects.filter(municipality=municipality_id).order_by().annotate(day=day, made_on=day)
    relation = relation_of(rows.values("id", "category_id", "point", "answers", "day", "made_on"))
    return assign(relation, municipality_id=municipality_id)
