"""Whoever stops working at a desk leaves its reports: they are nobody's again, and say why."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Role, User
from apps.departments.models import Membership
from apps.reports.digests import tell_back_to_nobody
from apps.reports.models import Event, Report


@transaction.atomic
def let_go_of_leavers(
    *, people: Collection[int] | None = None, actor: User | None = None, at: dt.datetime | None = None
) -> int:
    """Take the open reports from those who do not work at their department any more; return how many that were.

    Each of the town's departments is told of its own in one mail. ``people`` narrows it to some accounts. Somebody
    works there with an active account, a seat at the department and a role in its town. Set-based, with a line of
    history each. What is closed keeps the name of whoever closed it.
    """
    at = at or timezone.now()
    seat = Membership.objects.filter(user=OuterRef("assignee"), department=OuterRef("executor"))
    role = Role.objects.filter(user=OuterRef("assignee"), municipality=OuterRef("municipality"))
    left = Report.objects.open().exclude(assignee=None)
    if people is not None:
        left = left.filter(assignee__in=people)
    stays = Exists(seat) & Exists(role)
    left = left.exclude(stays, assignee__is_active=True)
    # In one order, so that it never waits for a change of many that waits for it.
    rows = list(left.order_by("pk").select_for_update(of=("self",)).values_list("pk", "assignee_id", "version"))
    if not rows:
        return 0
    reason = _("arbeitet nicht mehr an dieser Stelle")
    Event.objects.bulk_create(
        Event(
            report_id=report,
            kind=Event.Kind.ASSIGNED,
            actor=actor,
            at=at,
            version=version + 1,
            data={"from": person, "to": None, "reason": reason},
        )
        for report, person, version in rows
    )
    Report.objects.filter(pk__in=[row[0] for row in rows]).update(
        assignee=None, version=F("version") + 1, changed_at=at
    )
    tell_back_to_nobody([row[0] for row in rows])
    return len(rows)
