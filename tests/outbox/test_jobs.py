"""Periodic jobs: each tick once, whatever the number of workers and their fate."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.outbox import jobs
from apps.outbox.models import PeriodicRun, Worker
from tests.patience import PATIENCE_S


@pytest.fixture
def job(monkeypatch):
    monkeypatch.setattr(jobs, "_jobs", {})
    jobs.periodic(every_minutes=7 * 24 * 60)(lambda: None)  # no tick ends while a test looks
    [only] = jobs.all_jobs()
    return only


@pytest.fixture
def alive(db):
    for key in ("a", "b"):
        Worker.objects.create(key=key, host="here", process=1)


def rewrite(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_tick_is_won_once(job, alive):
    tick = jobs.claim_tick(job, worker="a")
    assert tick is not None
    assert jobs.claim_tick(job, worker="b") is None
    assert jobs.run_job(job, worker="a", tick=tick)
    assert jobs.claim_tick(job, worker="b") is None
    assert jobs.jobs_to_try() == []


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_exactly_one_wins_a_tick(job):
    def claim(number):
        try:
            return jobs.claim_tick(job, worker=str(number))
        finally:
            connection.close()

    for number in range(16):
        Worker.objects.create(key=str(number), host="here", process=number)
    with ThreadPoolExecutor(8) as pool:
        assert sum(tick is not None for tick in pool.map(claim, range(16))) == 1


def test_the_next_tick_comes(job, alive):
    jobs.run_job(job, worker="a", tick=jobs.claim_tick(job, worker="a"))
    PeriodicRun.objects.update(tick=1)
    assert jobs.jobs_to_try() == [job]
    assert jobs.claim_tick(job, worker="b") is not None


def test_a_job_that_still_runs_is_not_started_beside_itself(job, alive):
    jobs.claim_tick(job, worker="a")
    PeriodicRun.objects.update(tick=1)
    assert jobs.claim_tick(job, worker="b") is None


def test_what_a_dead_worker_had_begun_is_begun_anew(job, alive):
    tick = jobs.claim_tick(job, worker="a")
    rewrite("UPDATE outbox_worker SET seen_at = clock_timestamp() - interval '5 minutes' WHERE key = 'a'")
    assert jobs.claim_tick(job, worker="b") == tick


def test_what_a_worker_had_begun_that_signed_off_is_begun_anew(job, alive):
    tick = jobs.claim_tick(job, worker="a")
    Worker.objects.filter(key="a").delete()
    assert jobs.claim_tick(job, worker="b") == tick


def test_a_job_that_fails_is_tried_again_after_a_while(monkeypatch, alive):
    monkeypatch.setattr(jobs, "_jobs", {})

    @jobs.periodic(every_minutes=24 * 60)
    def broken():
        raise ZeroDivisionError("x")

    [job] = jobs.all_jobs()
    assert not jobs.run_job(job, worker="a", tick=jobs.claim_tick(job, worker="a"))
    run = PeriodicRun.objects.get()
    assert (run.failures, run.last_error) == (1, "ZeroDivisionError: x")
    assert jobs.claim_tick(job, worker="a") is None
    rewrite("UPDATE outbox_periodicrun SET finished_at = finished_at - interval '16 minutes'")
    assert jobs.claim_tick(job, worker="b") is not None


@pytest.mark.django_db(transaction=True)
def test_a_job_that_hangs_holds_up_no_other(monkeypatch):
    monkeypatch.setattr(jobs, "_jobs", {})
    Worker.objects.create(key="a", host="here", process=1)
    hang, done = threading.Event(), threading.Event()

    @jobs.periodic(every_minutes=1)
    def hanging():
        hang.wait(PATIENCE_S)

    @jobs.periodic(every_minutes=1)
    def quick():
        done.set()

    threads = jobs.run_due(worker="a")
    assert done.wait(PATIENCE_S)
    hang.set()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_the_house_has_its_jobs():
    names = {job.name for job in jobs.all_jobs()}
    assert {"apps.outbox.jobs.let_messages_die", "geo_platform.jobs.sweep_rate_counts"} <= names


@pytest.mark.django_db
def test_every_job_of_the_house_runs(town):
    for job in jobs.all_jobs():
        job.work()
