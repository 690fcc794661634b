"""Reports that were given to a body outside without being handed over: many at once, or a worker died in between."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from apps.reports import changes
from apps.reports.handovers.telling import hand_over_moved, withdraw
from apps.reports.models import Event, Handover, Report

#: A change of many reports may be taken back for a minute; its mails wait a little longer, and so does this.
WAIT = dt.timedelta(seconds=75)
#: What lies longer is not the business of a sweep: an older installation had no handovers at all.
LOOK_BACK = dt.timedelta(days=7)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def hand_over_the_moved(*, at: dt.datetime) -> int:
    """Hand over every open report whose last move to a body outside has led to no handover; return how many."""
    told = Handover.objects.filter(report=OuterRef("report"), department=OuterRef("report__executor"))
    last_told = Subquery(told.order_by("-told_at").values("told_at")[:1])
    moves = (
        Event.objects.filter(
            report=OuterRef("pk"), kind__in=[Event.Kind.REASSIGNED, Event.Kind.ROUTED], at__lte=at - WAIT
        )
        .annotate(
            to=KT("data__to"),
            source=KT("data__from"),
            told_at=last_told,
        )
        .filter(to=OuterRef("executor__code"), at__gt=Coalesce(F("told_at"), EPOCH))
        .exclude(source=F("to"))
    )
    in_hand = Handover.objects.filter(report=OuterRef("pk"), department=OuterRef("executor"), state__in=Handover.OPEN)
    moved = (
        Report.objects.open()
        .filter(Q(executor__organisation__is_external=True), changed_at__gte=at - LOOK_BACK)
        .filter(Exists(moves), ~Exists(in_hand))
        .select_related("executor")
        .defer("search_text")
    )
    return sum(_hand_over(report, at) for report in moved)


def withdraw_from_the_left(*, at: dt.datetime) -> int:
    """End what bodies have in hand of reports that many at once, or the rules, have given elsewhere; return how many.

    Until the change cannot be taken back any more the handover stays as it was; its link says meanwhile that no answer
    is needed.
    """
    left = Handover.objects.filter(state__in=Handover.OPEN, report__changed_at__lte=at - WAIT)
    keys = left.exclude(department=F("report__executor")).order_by("report").values_list("report", flat=True)
    return sum(_withdraw(key, at) for key in list(keys))


@transaction.atomic
def _withdraw(key: int, at: dt.datetime) -> bool:
    report = changes.lock(Report(pk=key))
    elsewhere = report.handovers.filter(state__in=Handover.OPEN).exclude(department=report.executor)
    if not elsewhere.exists():
        return False
    withdraw(report, at=at)
    return True


@transaction.atomic
def _hand_over(report: Report, at: dt.datetime) -> bool:
    hand_over_moved(report, department=report.executor, at=at)
    return True
