"""Questions that other apps ask of departments, categories and rules."""

import datetime as dt
from typing import Any, Self

from django.db.models import Q, QuerySet

from apps.geo.staff import StaffMember


class DepartmentQuerySet(QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def internal(self) -> Self:
        """Keep the town's own desks."""
        return self.filter(organisation__is_external=False)

    def of(self, user: StaffMember, municipality_id: int) -> Self:
        """Keep the departments where the person works, in one town."""
        return self.filter(memberships__user=user.pk, municipality=municipality_id)


class CategoryQuerySet(QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def of_town(self, municipality_id: int) -> Self:
        return self.filter(municipality=municipality_id)

    def for_picker(self) -> Self:
        """Return categories with their groups (one query), in the order in which a form offers them.

        Templates group them with ``{% regroup categories by group as groups %}``.
        """
        return self.select_related("group").order_by("group__order", "group__name", "order", "name", "pk")


class JurisdictionQuerySet(QuerySet[Any]):
    def valid_on(self, day: dt.date) -> Self:
        """Keep the rules in force on a local date; ``valid_to`` is the first day on which a rule no longer counts."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def to_confirm(self) -> Self:
        """Keep the rules that were inferred, not decided by the town."""
        return self.filter(to_confirm=True)
