"""The desk works on a report: status, another desk, note, answer, "not yet"."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contributions.models import contact_dies_on
from apps.departments.models import Department
from apps.geo.editing import ChangeRefused
from apps.reports import changes, notifications
from apps.reports.deciding import target_day
from apps.reports.handovers.telling import hand_over
from apps.reports.models import Event, Follower, Report
from apps.reports.readers import reporters
from apps.reports.services.assignment import let_go_of_assignee
from apps.reports.transitions import Status, is_closed, may_follow, status_of_place


@transaction.atomic
def change_status(
    *,
    report: Report,
    status: str,
    actor: User | None,
    version: int | None = None,
    note: str = "",
    at: dt.datetime | None = None,
) -> Report:
    """Move a report along the table of transitions; ``note`` is read by the public. The reporter hears of it."""
    report = changes.lock(report, version=version)
    if not may_follow(report.status, status):
        raise ChangeRefused(
            _("Von „%(old)s“ kann eine Meldung nicht zu „%(new)s“ wechseln.")
            % {"old": report.get_status_display(), "new": dict(Status.choices).get(status, status)}
        )
    at, was_closed = at or timezone.now(), report.is_closed
    event = set_status(report, status, actor=actor, at=at, note=note)
    if was_closed and not report.is_closed:
        let_go_of_assignee(report, actor=actor, at=at)  # who closed it may work elsewhere by now
    changes.save(report, "status", "closed_at", "assignee")
    notifications.tell_reporter_changed(report, event)
    return report


def set_status(report: Report, status: str, *, actor: User | None, at: dt.datetime, note: str = "") -> Event:
    """Set status, closing time and the date on which addresses die on a locked report, with the line of history."""
    old, report.status = report.status, Status(status)
    if old == Status.DUPLICATE:  # it goes on by itself
        report.merges.filter(undone_at=None).update(undone_at=at)
    report.closed_at = at if is_closed(status) else None
    dies_on = contact_dies_on(timezone.localdate(at)) if is_closed(status) else None
    reporters(report).update(dies_on=dies_on)
    Follower.objects.filter(report=report).update(dies_on=dies_on)
    return changes.record(
        report, Event.Kind.STATUS, actor=actor, at=at, is_public=True, text=note, data={"from": old, "to": str(status)}
    )


def follow_executor(report: Report, *, actor: User | None, at: dt.datetime) -> None:
    """Let the status of a locked report say where it lies now: ``forwarded`` outside, ``received`` when it is back."""
    status = status_of_place(report.status, is_external=report.executor.organisation.is_external)
    if status is not None:
        set_status(report, status, actor=actor, at=at)


@transaction.atomic
def reassign(
    *,
    report: Report,
    department: Department,
    actor: User | None,
    reason: str,
    version: int | None = None,
    at: dt.datetime | None = None,
) -> Report:
    """Give a report to another department of the town or a body outside; the reason is kept in the history.

    Given to a body outside it is also ``forwarded``; back at a desk of the town it is ``received``. The new department
    is told.
    """
    report = changes.lock(report, version=version)
    at = at or timezone.now()
    if department.pk == report.executor_id:
        raise ChangeRefused(_("Die Meldung liegt schon bei dieser Stelle."))
    before = report.executor
    report.executor = department
    report.routing_reason = _("%(who)s hat die Meldung hierher gegeben: %(reason)s")[:500] % {
        "who": before.name,
        "reason": reason,
    }
    report.routing_reason = report.routing_reason[:500]
    changes.record(
        report,
        Event.Kind.REASSIGNED,
        actor=actor,
        at=at,
        is_public=True,
        data={"from": before.code, "to": department.code, "to_name": department.name, "reason": reason},
    )
    follow_executor(report, actor=actor, at=at)
    let_go_of_assignee(report, actor=actor, at=at)
    changes.save(report, "executor", "assignee", "routing_reason", "status", "closed_at")
    hand_over(report, at=at)
    return report


@transaction.atomic
def add_note(
    *, report: Report, text: str, actor: User, idempotency_key: uuid.UUID, at: dt.datetime | None = None
) -> Event:
    """Write an internal note, once per key. Two colleagues may note at the same time: no version is asked for."""
    report = changes.lock(report)
    earlier = report.events.filter(idempotency_key=idempotency_key).first()
    return earlier or changes.record(
        report,
        Event.Kind.NOTE,
        actor=actor,
        at=at or timezone.now(),
        text=text,
        idempotency_key=idempotency_key,
    )


@transaction.atomic
def set_public_answer(
    *, report: Report, text: str, actor: User | None, version: int | None = None, at: dt.datetime | None = None
) -> Report:
    """Set or replace the answer that everybody reads beside the report. The reporter hears of it."""
    report = changes.lock(report, version=version)
    report.public_answer = text
    event = changes.record(
        report, Event.Kind.ANSWER, actor=actor, at=at or timezone.now(), is_public=bool(text), text=text
    )
    changes.save(report, "public_answer")
    if text:
        notifications.tell_reporter_changed(report, event)
    return report


@transaction.atomic
def say_still_broken(
    *, report: Report, idempotency_key: uuid.UUID, text: str = "", at: dt.datetime | None = None
) -> bool:
    """The reporter says that a report closed as done is not; it opens again with a new day, the department is told.

    Returns False when there was nothing to do: the same POST had come before, or the report is open anyway.
    """
    report = changes.lock(report)
    if report.status != Status.DONE or report.events.filter(idempotency_key=idempotency_key).exists():
        return False
    at = at or timezone.now()
    changes.record(
        report,
        Event.Kind.STILL_BROKEN,
        at=at,
        text=text,
        is_public=False,
        idempotency_key=idempotency_key,
    )
    report.still_broken_count = F("still_broken_count") + 1
    report.due_on = target_day(report.category, report.municipality, at)
    set_status(report, Status.RECEIVED, actor=None, at=at)
    let_go_of_assignee(report, actor=None, at=at)  # who closed it may work elsewhere by now
    changes.save(report, "status", "closed_at", "due_on", "still_broken_count", "assignee")
    report.refresh_from_db(fields=["still_broken_count"])
    hand_over(report, at=at, still_broken=text)
    return True
