"""A worker is killed while it gives open reports to their new departments: the next one goes on, nothing twice.

Real processes on the test database. The worker is stopped in the middle of its second batch by a lock that the test
holds, and gets a SIGKILL there: once with the batch just begun, once with everything written and the COMMIT waiting.
"""

import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.departments.models import Department, Jurisdiction
from apps.departments.rehearsal import carry_out
from apps.outbox.models import Message, Worker
from apps.reports.models import AppliedReport, Event, Report, RuleApplication
from apps.reports.services import applying
from tests.conftest import at, box
from tests.patience import wait_until

ROOT = Path(__file__).resolve().parents[2]
#: A worker as ``manage.py run_worker`` starts it, on the database of this test; nothing is sent to anybody.
WORK = """
import sys
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from apps.outbox.worker import run_worker
run_worker(deliverers=0)
"""

pytestmark = [pytest.mark.slow(reason="starts and kills real workers"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Return a function that starts a worker in a process group of its own; what still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []
    sessions = "pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    before = count_of(sessions)

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORK, connection.settings_dict["NAME"]]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "LOG_LEVEL": "CRITICAL",
            "TMPDIR": str(tmp_path),
        }
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        kill(process)
    # The server notices a dead client late; the tables are emptied when nobody works on them any more.
    wait_until(lambda: count_of(sessions) <= before, "the end of the workers' sessions")


def kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def count_of(rows: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {rows}")
        return int(cursor.fetchone()[0])


@pytest.fixture
def reports(submit: Any) -> list[int]:
    """Two full batches and a bit of open reports at the depot, by key: the first in the west, all later in the east."""
    first = submit(point=at(500, 500)).report
    copies = [
        Report(
            **{
                field.attname: getattr(first, field.attname)
                for field in Report._meta.concrete_fields
                if not field.primary_key and not field.generated
            }
            | {
                "public_id": f"{number:012d}",
                "idempotency_key": uuid.uuid4(),
                "status_token_hash": f"{number:064d}",
                "point": at(500 if number < applying.BATCH else 1500, 500),
            }
        )
        for number in range(1, 2 * applying.BATCH + 50)
    ]
    Report.objects.bulk_create(copies)
    Message.objects.all().delete()
    return list(Report.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize("stopped", ["as the batch begins", "as the batch is committed"])
def test_a_worker_killed_in_a_batch_is_continued_by_another_and_nothing_happens_twice(
    town: Any, desks: Any, fatma: Any, reports: list[int], start_worker: Any, stopped: str
) -> None:
    batch = applying.BATCH
    east = Department.objects.create(
        municipality=town, organisation=desks.own, code="east", name="Bauhof Ost", email="ost@rasterstadt.example"
    )

    def change() -> None:
        for code, area, executor in [("w", box(0, 0, 1000, 1000), desks.parks), ("e", box(1001, 0, 2000, 1000), east)]:
            Jurisdiction.objects.create(
                municipality=town, code=code, category=desks.street_light, own_area=area, executor=executor,
                valid_from="2020-01-01", reason="Neu verteilt.",
            )  # fmt: skip

    carry_out(change, municipality=town, actor=fatma, reason="Neuer Vertrag", apply_to_open=True)
    application = RuleApplication.objects.get()
    moved = AppliedReport.objects.filter(application=application, state="moved")

    with transaction.atomic():
        if stopped == "as the batch begins":
            Report.objects.select_for_update().get(pk=reports[batch + 10])
        else:  # its foreign keys are checked at the end, and the new department's row is locked
            Department.objects.select_for_update().get(pk=east.pk)
        dead = start_worker()
        waiting = "pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        wait_until(
            lambda: (moved.count() == batch and count_of(waiting)) or dead.poll() is not None,
            "the worker's wait in its second batch",
        )
        assert dead.poll() is None
        assert sorted(moved.values_list("report_id", flat=True)) == reports[:batch]
        kill(dead)

    assert RuleApplication.objects.get().state == "waiting"
    # Time passes: the dead worker's lease ends, and it was not seen for long (its last sign of life may come late).
    past = timezone.now() - 2 * applying.LEASE
    RuleApplication.objects.update(lease_until=past)
    heir = start_worker()

    def is_done() -> bool:
        Worker.objects.filter(process=dead.pid).update(seen_at=past)
        return heir.poll() is not None or RuleApplication.objects.get().state == "done"

    wait_until(is_done, "the end of the application")
    assert heir.poll() is None
    kill(heir)

    assert sorted(moved.values_list("report_id", flat=True)) == reports
    by_desk = Counter(Report.objects.values_list("executor__code", flat=True))
    assert by_desk == {"parks": batch, "east": len(reports) - batch}
    assert set(Report.objects.values_list("version", flat=True)) == {2}, "each was moved exactly once"
    told = Event.objects.filter(kind="routed").values_list("report_id", flat=True)
    assert sorted(told) == reports, "the history says it once for each"
    assert count_of("reports_reporthistory WHERE version = 2") == len(reports)
    mails = Counter(Message.objects.filter(dedupe_key__startswith="rules-applied-").values_list("recipient", flat=True))
    assert mails == {desks.depot.email: 1, desks.parks.email: 1, east.email: 1}
