"""A change of the rules is applied to the reports that are open: set by set, each once, every department told once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from apps.accounts.history import history
from apps.accounts.models import User
from apps.departments import explanations
from apps.departments.models import Department
from apps.departments.routed import Decision
from apps.places.models import Municipality
from apps.reports import applying_sql, digests
from apps.reports.handovers.telling import hand_over_moved
from apps.reports.models import AppliedReport, RuleApplication

#: Reports that are written in one transaction: locked for well below a second.
BATCH = 500
#: A worker that has not finished a batch for so long is dead.
LEASE = dt.timedelta(minutes=2)


@transaction.atomic
def order_application(*, municipality: Municipality, actor: User, reason: str, decisions: Sequence[Decision]) -> str:
    """Have a worker give these open reports to whom the rules name; return the address of the page that shows it.

    Called in the transaction that changes the rules. Nothing to do is no order, and an empty address.
    """
    if not decisions:
        return ""
    application = RuleApplication.objects.create(municipality=municipality, actor=actor, reason=reason[:300])
    AppliedReport.objects.bulk_create(
        (
            AppliedReport(
                municipality=municipality,
                application=application,
                report_id=decision.pk,
                executor_before_id=decision.executor_before,
            )
            for decision in decisions
        ),
        batch_size=5000,
    )
    return reverse("reports:desk_application", args=[application.pk])


def apply_due_rules() -> int:
    """Work off every order that nobody is working on; return how many were finished. Safe beside other workers."""
    finished = 0
    while (application := _lease_next()) is not None:
        while apply_batch(application):
            pass
        finished += _finish(application)
    return finished


def _lease_next() -> RuleApplication | None:
    now = timezone.now()
    with transaction.atomic():
        due = RuleApplication.objects.filter(state=RuleApplication.State.WAITING)
        free = due.filter(Q(lease_until=None) | Q(lease_until__lt=now)).order_by("pk")
        application = free.select_for_update(skip_locked=True, of=("self",)).select_related("municipality").first()
        if application is not None:
            RuleApplication.objects.filter(pk=application.pk).update(lease_until=now + LEASE)
    return application


@transaction.atomic
def apply_batch(application: RuleApplication, *, batch: int = BATCH) -> int:
    """Move the next reports of an order and return how many were looked at; 0 when none is left.

    One transaction: a worker that dies leaves the batch untouched or done, so that it can be begun again at any time.
    """
    now = timezone.now()
    actor = application.actor_id
    values = {"application": application.pk, "batch": batch}
    with history(actor, action="apply_rules"), connection.cursor() as cursor:
        cursor.execute(applying_sql.TAKE, values)
        reports = [row[0] for row in cursor.fetchall()]
        if not reports:
            return 0
        cursor.execute(
            applying_sql.MOVE,
            {
                **values,
                "reports": reports,
                "town": application.municipality_id,
                "day": timezone.localdate(now),
                "zone": settings.TIME_ZONE,
                "at": now,
                "actor": actor,
                "reason": application.reason,
                "fallback": explanations.fallback(),
            },
        )
    RuleApplication.objects.filter(pk=application.pk).update(lease_until=now + LEASE)
    return len(reports)


@transaction.atomic
def _finish(application: RuleApplication) -> bool:
    """Tell each department once what came to it and what left it, and close the order; False if it is closed."""
    mine = RuleApplication.objects.select_for_update().filter(pk=application.pk, state=RuleApplication.State.WAITING)
    if not mine:
        return False
    gained, lost, copied = defaultdict(list), defaultdict(list), defaultdict(list)
    moved = AppliedReport.objects.filter(application=application, state=AppliedReport.State.MOVED)
    for item in moved.select_related("report__category").defer("report__search_text").order_by("report__created_at"):
        assert item.executor_id is not None
        if item.executor_id != item.executor_before_id:
            gained[item.executor_id].append(item.report)
            lost[item.executor_before_id].append(item.report)
        if item.copy_to_id and item.copy_to_id not in (item.copy_before_id, item.executor_id):
            copied[item.copy_to_id].append(item.report)
    told = Department.objects.filter(pk__in={*gained, *lost, *copied}).select_related("organisation", "municipality")
    for department in told.order_by("pk"):
        pk = department.pk
        if department.organisation.is_external:
            # A body outside answers by a link for each report; its digest speaks of what left it.
            for report in gained.pop(pk, ()):
                hand_over_moved(report, department=department, at=timezone.now())
            if not (lost[pk] or copied[pk]):
                continue
        digests.tell_rules_applied(
            application=application, department=department, gained=gained[pk], lost=lost[pk], copied=copied[pk]
        )
    RuleApplication.objects.filter(pk=application.pk).update(
        state=RuleApplication.State.DONE, finished_at=timezone.now(), lease_until=None
    )
    return True
