"""The promises of the outbox against real worker processes and a real socket (R4, R5, R6, R7, R23, R27)."""

import random
import threading

import pytest
from django.db import connection

from apps.outbox.health import worker_health
from apps.outbox.models import Message, PeriodicRun, Worker
from apps.outbox.services import enqueue
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.slow(reason="starts and kills real workers")


def write(count, prefix="anna"):
    for number in range(count):
        enqueue(municipality=None, recipient=f"{prefix}{number}@rasterstadt.example", subject="S", body="T")


def all_sent():
    return not Message.objects.exclude(state="sent").exists()


def message_ids():
    return set(Message.objects.values_list("message_id", flat=True))


def test_two_workers_deliver_everything_once_and_within_seconds(workers, smtp, until):
    workers.start(2)
    until(lambda: Worker.objects.count() == 2, what="both workers' sign of life")
    greylisted = set()

    def sometimes_later(address):
        if hash(address) % 7 == 0 and address not in greylisted:
            greylisted.add(address)
            return "451 4.7.1 later"
        return "250 OK"

    smtp.answer_rcpt = sometimes_later
    write(1, "emil")
    until(all_sent, what="the first mail, without anybody ringing")
    write(150)
    until(all_sent, what="delivery")
    codes = workers.terminate()
    assert set(smtp.counts().values()) == {1}
    assert set(smtp.counts()) == message_ids()
    assert (codes, Worker.objects.count()) == ([0, 0], 0)
    assert not PeriodicRun.objects.exclude(failures=0).exists()


def test_workers_killed_in_the_middle_lose_nothing_and_double_only_what_they_held(workers, smtp, until):
    """Each kill comes when the server has the whole message and has not said "250": the worst moment there is."""
    random.seed(20260101)
    kill_at = set(random.sample(range(5, 110), 6))
    arrived, kills = [], []
    workers.environment["OUTBOX_LEASE_SECONDS"] = "20"

    def kill_before_250(mail):
        arrived.append(mail["Message-ID"])
        if len(arrived) in kill_at and workers.running:
            workers.kill(random.choice(workers.running))
            kills.append(len(arrived))
            workers.start()
        return "250 OK"

    smtp.answer_data = kill_before_250
    write(120)
    workers.start(2)
    until(all_sent, what="delivery in spite of six kills")
    counts = smtp.counts()
    assert len(kills) == 6
    assert set(counts) == message_ids()
    doubled = sum(count - 1 for count in counts.values())
    assert doubled <= 6 * 4  # at most what the killed ones held: four deliverers each
    assert not Message.objects.exclude(lease_until=None).exists()


def test_a_server_that_is_down_delays_and_nothing_else(workers, smtp, until):
    smtp.stop()
    write(40)
    workers.start()
    until(lambda: Message.objects.exclude(last_error="").exists(), what="a failed attempt")
    assert Message.objects.filter(state__in=["queued", "sending"]).count() == 40
    smtp.start()
    until(all_sent, what="delivery after the outage")
    assert set(smtp.counts().values()) == {1}


def test_a_refused_recipient_fails_alone(workers, smtp, until):
    smtp.answer_rcpt = lambda address: "550 5.1.1 unknown" if address.startswith("niemand") else "250 OK"
    write(1, "niemand")
    write(10)
    workers.start()
    until(lambda: not Message.objects.filter(state__in=["queued", "sending"]).exists(), what="the end of the queue")
    assert Message.objects.get(state="failed").last_error == "550 5.1.1 unknown"
    assert Message.objects.filter(state="sent").count() == 10


def test_a_worker_outlives_its_database_connections(workers, smtp, until):
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [before] = cursor.fetchone()
        workers.start()
        until(lambda: Worker.objects.exists(), what="the worker's start")
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND backend_start > %s",
            [before],
        )
        assert cursor.fetchone()[0] > 0
    write(5)
    until(all_sent, what="delivery over new connections")
    assert workers.running[0].poll() is None
    until(lambda: not worker_health().is_silent, what="a sign of life over a new connection")


def test_term_ends_a_worker_at_once_though_the_mail_server_hangs(workers, smtp, until):
    hanging, go_on = threading.Event(), threading.Event()

    def hang(mail):
        hanging.set()
        go_on.wait(3 * PATIENCE_S)
        return "250 OK"

    smtp.answer_data = hang
    write(1)
    workers.start()
    until(hanging.is_set, what="the hanging delivery")
    try:
        assert workers.terminate() == [0]  # while the server still has not answered
    finally:
        go_on.set()


def test_with_procrastinate_s_tables_emptied_mail_still_leaves(workers, smtp, until):
    write(3)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    workers.start()
    until(all_sent, what="delivery")
