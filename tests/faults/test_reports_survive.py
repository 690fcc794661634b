"""A receipt means: stored, routed, notification queued. Web, worker and database are killed in the middle of it.

Real processes on a cluster of their own. The client writes every submission to a ledger before it sends it and after
it was answered; afterwards ledger and database must tell the same story (threats-and-faults 3.3, I1-I4).
"""

import concurrent.futures
import contextlib
import hashlib
import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from geo_platform import embedded_postgis
from geo_platform.cluster_places import locate
from tests.empty_database import pour_into
from tests.patience import PATIENCE_S, unused_port, wait_until
from tests.soak.amounts import DONE, amount, chance

pytestmark = [
    pytest.mark.slow(reason="web, worker and database are started and killed for real"),
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="needs programs"),
]

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = amount(4)
A_KILL = 15  # so many submissions for each
SUBMISSIONS = KILLS * A_KILL
ANSWER_S = 120  # a client that waits as long as a loaded machine may need for fifty answers
MARKET = [12.609467, 51.333915]

#: The demonstration town with its rules, without people and reports; prints an API key.
TOWN = """
from django.conf import settings
from apps.accounts.services import create_api_key
from apps.departments.demo import load as load_departments
from apps.geo.untrusted import parse_lonlat
from apps.places.demo import load as load_places
from apps.places.models import Municipality

folder = settings.BASE_DIR / "fixtures" / "brandis"
centre = parse_lonlat(12.609467, 51.333915)
town = Municipality.objects.create(key="14729070", name="Brandis", centre=centre, is_demo=True)
load_places(town, folder)
load_departments(town, folder)
print(create_api_key(municipality=town, name="Ledger")[1])
"""


class House:
    """An installation in a directory of its own: cluster, web, worker."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.port = unused_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DB_NAME", "DJANGO_SETTINGS_MODULE")},
            "VAR_DIR": str(base / "var"),
            "PORT": str(self.port),
            "OUTBOX_LEASE_SECONDS": "3",
            "OUTBOX_BACKOFF_SECONDS": "0.5",
            "RATE_LIMIT_FACTOR": "100",  # one client sends what comes from a whole town
            "LOG_LEVEL": "CRITICAL",
        }
        self.api_key = ""
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        # In a process group of its own, so that a kill takes the master and its children at once.
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start_web(self) -> None:
        # gunicorn gives up a worker that takes long to start: on a loaded machine it would never get further.
        threads = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", str(PATIENCE_S))
        self.web = self._start("-m", "gunicorn", "geo_platform.wsgi", *threads, "--bind", f"127.0.0.1:{self.port}")

    def start_worker(self) -> None:
        self.worker = self._start("manage.py", "run_worker")

    def kill(self, process: subprocess.Popen[bytes] | None) -> None:
        if process and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            # The master is gone, its children may still be dying, with the port in their hands.
            wait_until(lambda: not _lives(process.pid), "the end of the whole group")

    def kill_database(self) -> None:
        """SIGKILL to the postmaster and every session: nothing is written any more, nothing said goodbye."""
        pid = locate(self.base).pid
        assert pid
        sessions = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for victim in (pid, *map(int, sessions)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        wait_until(lambda: locate(self.base).pid is None, "the end of the postmaster")

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(host=str(locate(self.base).socket), user="geo", dbname="geo_platform") as connection:
            return connection.execute(query, values).fetchall()


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    base = Path(tempfile.mkdtemp(prefix="geo-faults-", dir="/tmp"))
    base.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("VAR_DIR", "DB_NAME"):
            patch.delenv(name, raising=False)
        built = House(base)
        try:
            embedded_postgis.ensure_running(base)
            pour_into(locate(base), "geo_platform")
            built.api_key = built.manage("shell", "-v0", "-c", TOWN)
            built.start_web()
            built.start_worker()
            yield built
        finally:
            built.kill(built.web)
            built.kill(built.worker)
            with contextlib.suppress(Exception):
                embedded_postgis.stop(base)
            shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="module")
def api_key(house: House) -> str:
    return house.api_key


class Ledger:
    """What the client intended and what it was told, on disk before the next step is taken."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.answered: dict[str, dict[str, Any]] = {}

    def write(self, **line: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def send(house: House, api_key: str, key: str, text: str) -> tuple[int, dict[str, Any]]:
    """POST one report; status 0 when nobody answered."""
    body = {
        "category": "street_light",
        "point": {"type": "Point", "coordinates": MARKET},
        "description": text,
        "contact": {"email": f"{key[:8]}@brandis.invalid", "wants_updates": True},
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.port}/api/v1/reports/",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Api-Key {api_key}", "Idempotency-Key": key},
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {}
    except (OSError, ValueError, http.client.HTTPException):  # also an answer cut off in the middle
        return 0, {}


def submit_until_told(house: House, api_key: str, ledger: Ledger, number: int) -> None:
    """Do what a good client does: the same key and the same words until there is a receipt."""
    key, text = str(uuid.uuid4()), f"Laterne {number} ist dunkel."
    digest = hashlib.sha256(text.encode()).hexdigest()
    deadline = time.monotonic() + 2 * PATIENCE_S
    while time.monotonic() < deadline:
        ledger.write(key=key, sha256=digest, step="sending")
        status, receipt = send(house, api_key, key, text)
        ledger.write(key=key, sha256=digest, step="answered", status=status, reference=receipt.get("reference"))
        if status == 201:
            ledger.answered[key] = {"reference": receipt["reference"].replace("-", ""), "sha256": digest}
            return
        assert status in (0, 500, 502, 503), status
        time.sleep(0.3)
    raise AssertionError(f"no receipt for {number}")


def is_serving(house: House) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/healthz", timeout=ANSWER_S) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def test_every_receipt_is_kept_though_web_worker_and_database_are_killed(
    house: House, api_key: str, record_property: Any
) -> None:
    wait_until(lambda: is_serving(house), "the first answer")
    ledger = Ledger(house.base / "ledger.jsonl")

    def kill_web() -> None:
        house.kill(house.web)
        house.start_web()

    def kill_worker() -> None:
        house.kill(house.worker)
        house.start_worker()

    def kill_database() -> None:
        house.kill_database()
        embedded_postgis.ensure_running(house.base)

    def kill_everything() -> None:
        house.kill(house.web)
        house.kill(house.worker)
        kill_database()
        house.start_web()
        house.start_worker()

    # Each as often as the others, after receipts that nobody foresees: two may fall together, one while another mends.
    blows = itertools.islice(itertools.cycle([kill_web, kill_worker, kill_database, kill_everything]), KILLS)
    moment = chance("kills")
    plan = [(number * A_KILL + moment.randrange(A_KILL), blow) for number, blow in enumerate(blows)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(submit_until_told, house, api_key, ledger, number) for number in range(SUBMISSIONS)]
        for after, blow in plan:
            wait_until(lambda after=after: len(ledger.answered) >= after, f"receipt {after}", 2 * PATIENCE_S)
            blow()
            record_property(DONE, 1)
        for job in jobs:
            job.result(3 * PATIENCE_S)
    assert len(ledger.answered) == SUBMISSIONS

    stored = house.rows(
        "SELECT public_id, description, id FROM reports_report WHERE description LIKE %s", "Laterne % ist dunkel."
    )
    # I1, I2: every acknowledged report exists once, with the words that were sent; nothing else does.
    found = {(public_id, hashlib.sha256(text.encode()).hexdigest()) for public_id, text, _id in stored}
    assert found == {(one["reference"], one["sha256"]) for one in ledger.answered.values()}
    assert len(stored) == SUBMISSIONS
    ids = [row[2] for row in stored]
    # I3: each is routed and says why in exactly one first event.
    routed = house.rows(
        "SELECT count(*), count(DISTINCT report_id) FROM reports_event"
        " WHERE report_id = ANY(%s) AND kind = 'submitted' AND data->'trace'->>'reason' <> ''",
        ids,
    )
    assert routed == [(SUBMISSIONS, SUBMISSIONS)]
    # I4: one mail to the department, one to its copy recipient and one to the reporter each, none twice; in the end
    # they all leave the house.
    public_ids = [row[0] for row in stored]
    mails = (
        "SELECT count(*) = count(DISTINCT recipient) AND bool_or(recipient LIKE '%%@brandis.invalid'), count(*)"
        " FROM outbox_message WHERE reference = ANY(%s) GROUP BY reference"
    )
    assert house.rows(mails, public_ids) == [(True, 3)] * SUBMISSIONS
    unsent = "SELECT count(*) FROM outbox_message WHERE reference = ANY(%s) AND state <> 'sent'"
    wait_until(lambda: house.rows(unsent, public_ids) == [(0,)], "delivery")


def test_fifty_equal_posts_at_once_make_one_report(house: House, api_key: str) -> None:
    wait_until(lambda: is_serving(house), "the first answer")
    key, text = str(uuid.uuid4()), "Fünfzigmal dieselbe Laterne."
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _n: send(house, api_key, key, text), range(50)))
    assert {status for status, _receipt in answers} == {201}
    assert len({receipt["reference"] for _status, receipt in answers}) == 1
    assert house.rows("SELECT count(*) FROM reports_report WHERE description = %s", text) == [(1,)]
    events = "SELECT count(*) FROM reports_event e JOIN reports_report r ON r.id = e.report_id WHERE r.description = %s"
    assert house.rows(events, text) == [(1,)]
