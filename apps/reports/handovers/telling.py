"""Handing a report to the department that acts now: a mail for a desk of the town, a handover for a body outside."""

import datetime as dt
import uuid

from django.utils import timezone

from apps.accounts.models import User
from apps.departments.models import Department
from apps.places.working_days import add_working_days
from apps.reports import changes, notifications
from apps.reports.handovers.ways import way_named, way_to
from apps.reports.models import Agreement, Event, Handover, Report


def hand_over(report: Report, *, at: dt.datetime, still_broken: str | None = None) -> Handover | None:
    """Tell the executor of a locked (or new) report; what another body had in hand is withdrawn.

    ``still_broken`` is what the reporter wrote when a finished thing is not repaired (may be empty). Returns the
    handover for a body outside, None for a desk of the town. Part of the caller's transaction.
    """
    withdraw(report, at=at)
    department = report.executor
    if not department.organisation.is_external:
        if still_broken is None:
            notifications.tell_department(report, department)
        else:
            notifications.tell_department_still_broken(report, still_broken)
        return None
    way = way_to(report, department)
    handover = Handover(
        municipality=report.municipality,
        report=report,
        department=department,
        way=way.name if way else "",
        told_at=at,
    )
    begin_waiting(handover, at=at)
    handover.save(force_insert=True)
    if way:
        handover.message = way.tell(handover, still_broken or "")
        handover.save(update_fields=["message"])
    record(handover, "told" if way else "no_way", at=at, way=str(way.title) if way else "")
    return handover


def hand_over_moved(report: Report, *, department: Department, at: dt.datetime) -> None:
    """Hand over a report that a set-based change has moved to a body outside; once, however often it is called."""
    report = changes.lock(report)
    in_hand = report.handovers.filter(department=department, state__in=Handover.OPEN)
    if report.executor_id == department.pk and not in_hand.exists():
        hand_over(report, at=at)


def begin_waiting(handover: Handover, *, at: dt.datetime) -> None:
    """Set the days on which silence from ``at`` on is answered; unsaved. A body without a way is not reminded."""
    agreed = Agreement.objects.filter(department=handover.department_id).first() or Agreement()
    today, town = timezone.localdate(at), handover.municipality.key
    way = way_named(handover.way)
    is_reminded = way is not None and way.is_reminded
    handover.remind_on = add_working_days(today, agreed.remind_after_days, town) if is_reminded else None
    handover.escalate_on = add_working_days(today, agreed.escalate_after_days, town)
    handover.reminded_at = handover.escalated_at = None


def withdraw(report: Report, *, at: dt.datetime) -> None:
    """End what a body has in hand, because the report goes elsewhere; its link then says so."""
    open_ones = report.handovers.filter(state__in=Handover.OPEN).select_related("department")
    for handover in open_ones:
        handover.report = report
        end(handover, Handover.State.WITHDRAWN, at=at)
        record(handover, "withdrawn", at=at)


def end(handover: Handover, state: Handover.State, *, at: dt.datetime) -> None:
    """Move a handover to a final state, in the caller's transaction."""
    handover.state, handover.ended_at = state, at
    handover.reacted_at = handover.reacted_at or (None if state == Handover.State.WITHDRAWN else at)
    handover.save(update_fields=["state", "ended_at", "reacted_at"])


def record(
    handover: Handover,
    step: str,
    *,
    at: dt.datetime,
    actor: User | None = None,
    text: str = "",
    idempotency_key: uuid.UUID | None = None,
    **data: object,
) -> Event:
    """Write a step of a handover into the report's history, where only the desk reads it."""
    department = handover.department
    return changes.record(
        handover.report,
        Event.Kind.HANDOVER,
        actor=actor,
        at=at,
        text=text,
        idempotency_key=idempotency_key,
        data={"step": step, "department": department.code, "name": department.name, **data},
    )
