"""Silence is answered: the body is reminded on its day, later the town's desk is told. Working days of the town."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.places.working_days import is_working_day
from apps.reports.handovers import letters
from apps.reports.handovers.telling import record
from apps.reports.models import Handover
from apps.reports.transitions import CLOSED

Act = Callable[[Handover, dt.datetime], None]


def remind_the_silent(*, at: dt.datetime) -> tuple[int, int]:
    """Remind and escalate what is due at ``at``; return how many of each. A second run changes nothing.

    On a day on which the town hall does not work nothing is written; the next working day makes up for it.
    """
    today = timezone.localdate(at)
    reminded = sum(_each(Q(remind_on__lte=today, reminded_at=None), today, at, _remind))
    escalated = sum(_each(Q(escalate_on__lte=today, escalated_at=None), today, at, _escalate))
    return reminded, escalated


def _each(due: Q, today: dt.date, at: dt.datetime, act: Act) -> list[bool]:
    waiting = Handover.objects.filter(due, state=Handover.State.TOLD, report__executor=F("department")).exclude(
        report__status__in=sorted(CLOSED)
    )
    keys = list(waiting.order_by("pk").values_list("pk", "municipality__key"))
    return [_one(pk, due, at, act) for pk, town in keys if is_working_day(today, town)]


@transaction.atomic
def _one(pk: int, due: Q, at: dt.datetime, act: Act) -> bool:
    """Act on one handover unless it was answered, or another worker acts on it, in the meantime."""
    handover = (
        Handover.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related(
            "municipality",
            "department__organisation",
            "report__category",
            "report__municipality",
            "report__executor__organisation",
            "report__owner__organisation",
        )
        .defer("report__search_text")
        .filter(due, pk=pk, state=Handover.State.TOLD)
        .first()
    )
    if handover is None or not handover.is_open:
        return False
    act(handover, at)
    return True


def _remind(handover: Handover, at: dt.datetime) -> None:
    handover.reminded_at = at
    handover.save(update_fields=["reminded_at"])
    if handover.department.email:
        letters.remind_body(handover, at=at)
        record(handover, "reminded", at=at)


def _escalate(handover: Handover, at: dt.datetime) -> None:
    """Tell the triage desk, and the desk of the town that carries the cost when it is another one."""
    handover.escalated_at = at
    handover.save(update_fields=["escalated_at"])
    occasion = f"escalated-{handover.escalate_on}"
    letters.tell_desk(handover, occasion, "escalated")
    owner = handover.report.owner
    if not owner.organisation.is_external and not owner.is_triage:
        letters.tell_desk(handover, occasion, "escalated", to=owner)
    record(handover, "escalated", at=at)
