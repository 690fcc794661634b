"""What bodies outside have in hand in the demonstration: rows as the services write them, without mail."""

import datetime as dt

from django.utils import timezone

from apps.places.models import Municipality
from apps.reports.handovers.telling import begin_waiting, record
from apps.reports.handovers.ways import way_to
from apps.reports.models import Handover, Report
from apps.reports.transitions import Status


def add_handovers(town: Municipality) -> int:
    """Give every open report at a body outside its handover, and return how many are new. Twice changes nothing.

    Days that have passed count as dealt with, so that nobody is reminded of an invention.
    """
    waiting = (
        Report.objects.open()
        .filter(municipality=town, executor__organisation__is_external=True, handovers=None)
        .select_related("municipality", "executor__organisation")
        .defer("search_text")
    )
    return sum(_add(report, timezone.now()) for report in waiting)


def _add(report: Report, now: dt.datetime) -> bool:
    way = way_to(report, report.executor)
    is_at_work = report.status not in (Status.SUBMITTED, Status.FORWARDED)
    handover = Handover(
        municipality=report.municipality,
        report=report,
        department=report.executor,
        way=way.name if way else "",
        told_at=report.created_at,
        state=Handover.State.TAKEN_OVER if is_at_work else Handover.State.TOLD,
        reacted_at=report.created_at if is_at_work else None,
    )
    begin_waiting(handover, at=report.created_at)
    today = timezone.localdate(now)
    handover.reminded_at = now if handover.remind_on and handover.remind_on <= today and not is_at_work else None
    handover.escalated_at = now if handover.escalate_on and handover.escalate_on <= today and not is_at_work else None
    handover.save(force_insert=True)
    record(handover, "told" if way else "no_way", at=report.created_at, way=str(way.title) if way else "")
    return True
