"""Who may do what with a report, one sentence each. Reading is decided by ``visible_to`` alone.

The same rules once for one report (``rights``) and once as conditions over many (``handled_by``, ``assigned_by``); a
test holds the two together.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.departments.models import Membership
from apps.geo.staff import StaffMember
from apps.reports.models import Cover, Report


@dataclass(frozen=True)
class Rights:
    """What one member of staff may do with one report. ``assign``: give it to a person or another department."""

    handle: bool
    assign: bool
    publish: bool
    see_contact: bool


class Seat:
    """Where a person sits in one town: roles, desks, and whose reports they look after while somebody is away."""

    def __init__(self, user: StaffMember, municipality_id: int) -> None:
        self.user, self.municipality_id = user, municipality_id
        self.roles = user.roles_in(municipality_id)

    @cached_property
    def _seats(self) -> list[tuple[int, bool]]:
        seats = Membership.objects.filter(user=self.user.pk, department__municipality=self.municipality_id)
        return list(seats.values_list("department_id", "department__is_triage"))

    @property
    def desks(self) -> set[int]:
        return {desk for desk, _ in self._seats}

    @property
    def minds_triage(self) -> bool:
        return any(is_triage for _, is_triage in self._seats)

    @cached_property
    def stands_in_for(self) -> set[int]:
        """Keys of the people whom the person covers today."""
        covers = Cover.objects.filter(municipality=self.municipality_id, cover=self.user.pk)
        return set(covers.on(timezone.localdate()).values_list("person_id", flat=True))


def rights(user: User, report: Report) -> Rights:
    """Return the rights of a member of staff who already may read the report.

    ``report.executor.organisation`` is needed. A body outside may have no accounts here, so the town's triage desk
    works on its reports too; whoever covers for somebody works on what is assigned to that person.
    """
    seat = Seat(user, report.municipality_id)
    responsible = "clerk" in seat.roles and (
        report.executor_id in seat.desks
        or (seat.minds_triage and report.executor.organisation.is_external)
        or (report.assignee_id is not None and report.assignee_id in seat.stands_in_for)
    )
    handle = responsible or "administrator" in seat.roles
    return Rights(
        handle=handle,
        assign=handle or "supervisor" in seat.roles,
        publish="moderator" in seat.roles,
        see_contact=responsible,
    )


def handled_by(user: User, municipality_id: int) -> Q:
    """Return the condition under which ``rights(...).handle`` holds, over reports of one town."""
    seat = Seat(user, municipality_id)
    if "administrator" in seat.roles:
        return Q()
    if "clerk" not in seat.roles:
        return Q(pk__in=[])
    condition = Q(executor__in=seat.desks)
    if seat.minds_triage:
        condition |= Q(executor__organisation__is_external=True)
    return condition | Q(assignee__in=seat.stands_in_for) if seat.stands_in_for else condition


def assigned_by(user: User, municipality_id: int) -> Q:
    """Return the condition under which ``rights(...).assign`` holds, over reports of one town."""
    is_supervisor = "supervisor" in user.roles_in(municipality_id)
    return Q() if is_supervisor else handled_by(user, municipality_id)


def may_enter_reports(user: User, municipality_id: int) -> bool:
    """Clerks and administrators may write down what somebody tells them."""
    return user.has_role(municipality_id, "clerk", "administrator")
