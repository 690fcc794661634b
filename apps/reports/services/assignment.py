"""Which person of the responsible department works on a report."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Role, User
from apps.departments.models import Department
from apps.geo.editing import ChangeRefused
from apps.reports import changes, notifications
from apps.reports.models import Event, Report


def colleagues(department: Department | int) -> QuerySet[User]:
    """Return the people to whom a department's reports may be given: its active members, by name.

    A seat alone is not enough: it needs a role in the town besides, as the desk's doors do.
    """
    town = Department.objects.filter(pk=getattr(department, "pk", department)).values("municipality")
    role = Role.objects.filter(user=OuterRef("pk"), municipality__in=town)
    members = User.objects.filter(Exists(role), is_active=True, memberships__department=department)
    return members.order_by("name", "pk")


@transaction.atomic
def assign(
    *,
    report: Report,
    person: User | None,
    actor: User | None,
    version: int | None = None,
    at: dt.datetime | None = None,
) -> Report:
    """Give a report to a person of its department, or (None) to nobody in particular.

    Raises ``ChangeRefused`` for somebody who does not work there, ``StaleEdit`` for an older ``version``. Giving it to
    whom it belongs already changes nothing. The person is told, unless they took it themselves.
    """
    report = changes.lock(report, version=version)
    if report.assignee_id == (person.pk if person else None):
        return report
    if person and not colleagues(report.executor_id).filter(pk=person.pk).exists():
        raise ChangeRefused(
            _("%(who)s gehört nicht zu %(where)s. Geben Sie die Meldung erst an die richtige Stelle weiter.")
            % {"who": person, "where": report.executor.name}
        )
    _record(report, person, actor=actor, at=at or timezone.now())
    report.assignee = person
    changes.save(report, "assignee")
    if person and (actor is None or person.pk != actor.pk):
        notifications.tell_assignee(report, f"assigned-{report.version}", "reports/mail/assigned.txt", who=actor)
    return report


def let_go_of_assignee(report: Report, *, actor: User | None, at: dt.datetime) -> None:
    """Take a locked report, whose department has just changed, from a person who does not work there; unsaved."""
    if report.assignee_id and not colleagues(report.executor_id).filter(pk=report.assignee_id).exists():
        _record(report, None, actor=actor, at=at)
        report.assignee = None


def _record(report: Report, person: User | None, *, actor: User | None, at: dt.datetime) -> None:
    data = {"from": report.assignee_id, "to": person.pk if person else None}
    changes.record(report, Event.Kind.ASSIGNED, actor=actor, at=at, data=data)
