"""Periodic work: an app writes functions into its ``jobs.py`` and says how often; workers share the ticks."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone

from apps.outbox.querysets import ClockTimestamp

logger = logging.getLogger("apps.outbox")
# A worker that was not seen for so long does not work any more; what it had begun is begun anew.
WORKER_LOST_SECONDS = 40
TASK_RESCUES = 5


@dataclass(frozen=True)
class Job:
    """A function without arguments, run once in each period of ``every_minutes`` (counted from 1970, UTC)."""

    name: str
    work: Callable[[], object]
    every_minutes: int


_jobs: dict[str, Job] = {}


def periodic(*, every_minutes: int) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register the decorated function. It must bear being run twice: a worker may die before it can say "done"."""

    def register(work: Callable[[], object]) -> Callable[[], object]:
        name = f"{work.__module__}.{work.__qualname__}"
        _jobs[name] = Job(name, work, every_minutes)
        return work

    return register


def all_jobs() -> list[Job]:
    """Return the registered jobs by name."""
    return [job for _, job in sorted(_jobs.items())]


# Three ways to win a tick: it is new and the last run is over; its owner died in the middle; it failed a while ago.
_CLAIM = """
INSERT INTO outbox_periodicrun AS run (name, tick, worker, started_at, failures, last_error)
VALUES (%(name)s, floor(extract(epoch FROM clock_timestamp()) / %(seconds)s), %(worker)s, clock_timestamp(), 0, '')
ON CONFLICT (name) DO UPDATE
SET tick = excluded.tick, worker = excluded.worker, started_at = clock_timestamp(), finished_at = NULL
WHERE CASE
    WHEN run.finished_at IS NULL THEN NOT EXISTS (
        SELECT FROM outbox_worker AS worker
        WHERE worker.key = run.worker AND worker.seen_at > clock_timestamp() - make_interval(secs => %(lost)s))
    WHEN run.failures > 0 AND run.finished_at < clock_timestamp() - interval '15 minutes' THEN run.tick <= excluded.tick
    ELSE run.tick < excluded.tick
END
RETURNING tick
"""


def claim_tick(job: Job, *, worker: str) -> int | None:
    """Win the present tick of ``job`` for ``worker``, or None: somebody has it. One statement, so no two can win."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {"name": job.name, "seconds": job.every_minutes * 60, "worker": worker, "lost": WORKER_LOST_SECONDS},
        )
        row = cursor.fetchone()
    return row[0] if row else None


def run_job(job: Job, *, worker: str, tick: int) -> bool:
    """Do the work of a tick that ``worker`` has won and write down how it ended; False when it failed."""
    from apps.outbox.models import PeriodicRun

    mine = PeriodicRun.objects.filter(name=job.name, worker=worker, tick=tick)
    try:
        job.work()
    except Exception as error:
        logger.exception("job %s failed", job.name)
        run = mine.first()
        mine.update(
            finished_at=ClockTimestamp(),
            failures=(run.failures if run else 0) + 1,
            last_error=f"{type(error).__name__}: {error}"[:300],
        )
        return False
    mine.update(finished_at=ClockTimestamp(), failures=0, last_error="")
    return True


def jobs_to_try() -> list[Job]:
    """Return the jobs whose present tick is not done, by one query; ``claim_tick`` decides who gets them."""
    from apps.outbox.models import PeriodicRun

    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        now = int(cursor.fetchone()[0])
    done = dict(PeriodicRun.objects.filter(failures=0).exclude(finished_at=None).values_list("name", "tick"))
    return [job for job in all_jobs() if done.get(job.name, -1) < now // (job.every_minutes * 60)]


def run_due(*, worker: str) -> list[threading.Thread]:
    """Start every due job in a thread of its own, so that a job that hangs holds up nobody; return the threads."""
    started = []
    for job in jobs_to_try():
        tick = claim_tick(job, worker=worker)
        if tick is not None:
            thread = threading.Thread(target=_in_thread, args=(job, worker, tick), name=job.name, daemon=True)
            thread.start()
            started.append(thread)
    return started


def _in_thread(job: Job, worker: str, tick: int) -> None:
    try:
        run_job(job, worker=worker, tick=tick)
    finally:
        connection.close()


@periodic(every_minutes=60)
def let_messages_die() -> None:
    """Erase what has reached its date: texts and addresses first, later the rows."""
    from apps.outbox import services

    services.erase_overdue(day=timezone.localdate())


@periodic(every_minutes=1)
def rescue_stalled_tasks() -> None:
    """Offer procrastinate's tasks again that a killed worker left in "doing"; it does not do so by itself."""
    from procrastinate.contrib.django import app
    from procrastinate.jobs import Status

    async def rescue() -> None:
        for task in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=WORKER_LOST_SECONDS):
            logger.warning("task %s was abandoned", task.id)
            if task.attempts >= TASK_RESCUES:
                await app.job_manager.finish_job(task, status=Status.FAILED, delete_job=False)
            else:
                await app.job_manager.retry_job(task)

    async_to_sync(rescue)()


@periodic(every_minutes=24 * 60)
def forget_finished_work() -> None:
    """Delete procrastinate's finished tasks after a week, failed ones included, and workers that were killed."""
    from procrastinate.contrib.django import app

    from apps.outbox import services

    services.forget_lost_workers()
    async_to_sync(app.job_manager.delete_old_jobs)(
        nb_hours=7 * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )
