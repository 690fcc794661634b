"""A mail server that does what a test tells it, and workers that are real processes."""

import contextlib
import email
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from tests.patience import PATIENCE_S, unused_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = "worker-of-a-test"  # what the database calls the sessions of the processes below


class FakeSmtp:
    """Receives mail on 127.0.0.1. ``answer_rcpt(address)`` and ``answer_data(message)`` return the server's reply;
    ``received`` holds (Message-ID, recipients, message) in order of arrival."""

    def __init__(self):
        self.port = unused_port()
        self.received = []
        self.answer_rcpt = lambda address: "250 OK"
        self.answer_data = lambda message: "250 OK"
        self._lock = threading.Lock()
        self._controller = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answer_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content)
        answer = self.answer_data(message)
        if answer.startswith("250"):
            with self._lock:
                self.received.append((message["Message-ID"], tuple(envelope.rcpt_tos), message))
        return answer

    def start(self):
        # A name of its own: looking up the machine's would ask the network at each connection.
        name = {"server_hostname": "mail.example", "ready_timeout": PATIENCE_S}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **name)
        self._controller.start()

    def stop(self):
        if self._controller:
            self._controller.stop()
            self._controller = None

    def counts(self):
        """Return how often each Message-ID has arrived."""
        with self._lock:
            return Counter(message_id for message_id, _to, _message in self.received)


@pytest.fixture
def smtp(settings):
    server = FakeSmtp()
    server.start()
    settings.EMAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    from apps.outbox import channels

    channels.hang_up()
    server.stop()


class Workers:
    """Worker processes on the test database, with short waits between attempts.

    Leases are long, so that a worker which a loaded machine holds up loses none; the test that kills asks for short.
    """

    def __init__(self, smtp):
        database = connection.settings_dict["NAME"]
        self.environment = os.environ | {
            "DB_NAME": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
            "EMAIL_TRANSPORT": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_TIMEOUT_SECONDS": str(4 * PATIENCE_S),
            "OUTBOX_LEASE_SECONDS": "900",
            "OUTBOX_BACKOFF_SECONDS": "0.5",
            "LOG_LEVEL": "INFO",
            "PYTHONFAULTHANDLER": "1",
            "PGAPPNAME": WORKER,
        }
        if url := os.environ.get("DATABASE_URL"):
            self.environment["DATABASE_URL"] = f"{url.partition('?')[0].rpartition('/')[0]}/{database}"
        self.running = []
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed by ``leave``)

    def start(self, count=1):
        for _ in range(count):
            self.running.append(
                subprocess.Popen(
                    [sys.executable, "manage.py", "run_worker"],
                    cwd=ROOT,
                    env=self.environment,
                    stdout=subprocess.DEVNULL,
                    stderr=self._log,
                )
            )

    def kill(self, process=None):
        """SIGKILL one worker, the oldest unless told otherwise."""
        process = process or self.running[0]
        self.running.remove(process)
        process.kill()
        process.wait()

    def terminate(self):
        """SIGTERM all; return their exit codes. An SMTP answer is waited for four times as long as they are here."""
        codes = []
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            codes.append(self._end_of(process))
        self.running = []
        return codes

    def _end_of(self, process):
        try:
            return process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # says where each of its threads stands
            process.wait()
            self._log.seek(0)
            pytest.fail(self._log.read().decode(errors="replace")[-8000:])

    def leave(self):
        """End what still runs, and wait until the database has noticed: its tables are emptied next."""
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
        self._log.close()
        wait_until(lambda: not sessions_of_workers(), "the end of the workers' sessions")


def sessions_of_workers():
    """Return how many sessions the workers have in the test database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND application_name = %s",
            [WORKER],
        )
        return cursor.fetchone()[0]


@pytest.fixture
def workers(transactional_db, smtp):
    team = Workers(smtp)
    yield team
    team.leave()


@pytest.fixture
def until():
    """Return ``until(condition, what=…)``, which waits for what other processes do."""
    return wait_until
