"""Is the worker alive, and does what must leave the house leave it? For the desk, health checks and alarms."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from apps.outbox.models import Message, PeriodicRun, Worker

# A worker says every five seconds that it is there.
SILENT_AFTER = dt.timedelta(seconds=60)
# A message that is due leaves within seconds; with the mail server down it waits at most two minutes for a new attempt.
LATE_AFTER = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class WorkerHealth:
    """``seen_at``: last sign of any worker; ``waiting``, ``stuck``: messages; ``oldest_due_at``: longest overdue one;
    ``failing_jobs``: names of periodic jobs whose last run failed."""

    seen_at: dt.datetime | None
    waiting: int
    stuck: int
    oldest_due_at: dt.datetime | None
    failing_jobs: list[str]

    @property
    def is_silent(self) -> bool:
        return self.seen_at is None or timezone.now() - self.seen_at > SILENT_AFTER

    @property
    def is_late(self) -> bool:
        return self.oldest_due_at is not None and timezone.now() - self.oldest_due_at > LATE_AFTER


def worker_health() -> WorkerHealth:
    """Return the state of workers and outbox of the installation (three queries, no locks)."""
    pending = Q(state__in=["queued", "sending"])
    counts = Message.objects.filter(~Q(state="sent")).aggregate(
        waiting=Count("pk", filter=pending),
        stuck=Count("pk", filter=Q(state__in=["failed", "dead"])),
        oldest=Min("next_attempt_at", filter=pending),
    )
    return WorkerHealth(
        seen_at=Worker.objects.aggregate(seen=Max("seen_at"))["seen"],
        waiting=counts["waiting"],
        stuck=counts["stuck"],
        oldest_due_at=counts["oldest"],
        failing_jobs=list(PeriodicRun.objects.filter(failures__gt=0).order_by("name").values_list("name", flat=True)),
    )
