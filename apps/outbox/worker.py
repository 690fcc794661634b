"""The worker process: delivers messages, runs periodic jobs and procrastinate's tasks, and says that it is alive.

Any number may run. Every loop is a thread that survives errors (a database that restarts, above all): it logs, waits
and begins anew. Nothing is kept in memory that a killed process could take with it.
"""

import asyncio
import logging
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app as tasks

from apps.outbox import jobs, services
from apps.outbox.delivery import Deliverer
from apps.outbox.models import Worker
from apps.outbox.querysets import ClockTimestamp

logger = logging.getLogger("apps.outbox")
HEARTBEAT_SECONDS = 5
# After a TERM a message in hand may still get its answer; what takes longer is swept after the lease.
GRACE_SECONDS = 3


def run_worker(*, deliverers: int = 4, stop: threading.Event | None = None) -> None:
    """Work until SIGTERM or SIGINT; must be called in the main thread."""
    stop = stop or threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    key = str(uuid.uuid4())
    loops: list[tuple[str, Callable[[threading.Event], None]]] = [
        ("heartbeat", lambda stop: _beat(stop, key)),
        ("jobs", lambda stop: _schedule(stop, key)),
        ("tasks", _run_tasks),
        *((f"delivery-{number}", Deliverer().run) for number in range(deliverers)),
    ]
    threads = [
        threading.Thread(target=_keep_running, args=(loop, stop), name=name, daemon=True) for name, loop in loops
    ]
    for thread in threads:
        thread.start()
    logger.info("worker %s started", key)
    while not stop.wait(1):
        pass
    deadline = time.monotonic() + GRACE_SECONDS
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    _sign_off(key)
    logger.info("worker %s stopped", key)


def _keep_running(loop: Callable[[threading.Event], None], stop: threading.Event) -> None:
    wait = 1.0
    while not stop.is_set():
        began = time.monotonic()
        try:
            loop(stop)
        except Exception as error:
            logger.error("%s was interrupted: %s", threading.current_thread().name, type(error).__name__)
        finally:
            connection.close()
        wait = 1.0 if time.monotonic() - began > 60 else min(wait * 2, 10)
        stop.wait(wait)


def _beat(stop: threading.Event, key: str) -> None:
    """Say that this process lives, keep its leases, and take back what others have dropped."""
    while not stop.is_set():
        Worker.objects.update_or_create(
            key=key,
            defaults={"seen_at": ClockTimestamp()},
            create_defaults={"host": socket.gethostname()[:120], "process": os.getpid()},
        )
        services.extend_leases(owners=Deliverer.owners)
        if abandoned := services.take_back_abandoned():
            logger.warning("%s abandoned messages are offered again", abandoned)
        stop.wait(min(HEARTBEAT_SECONDS, settings.OUTBOX_LEASE_SECONDS / 3))


def _schedule(stop: threading.Event, key: str) -> None:
    while not stop.is_set():
        jobs.run_due(worker=key)
        stop.wait(HEARTBEAT_SECONDS)


def _run_tasks(stop: threading.Event) -> None:
    asyncio.run(_work_on_tasks(stop))


async def _work_on_tasks(stop: threading.Event) -> None:
    with tasks.replace_connector(cast(Any, tasks.connector).get_worker_connector()) as worker_app:
        async with worker_app.open_async():
            working = asyncio.create_task(
                worker_app.run_worker_async(
                    concurrency=2, install_signal_handlers=False, shutdown_graceful_timeout=GRACE_SECONDS / 2
                )
            )
            while not stop.is_set() and not working.done():
                await asyncio.sleep(0.5)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def _sign_off(key: str) -> None:
    """Leave no trace of a worker that ended properly, so that others take over its jobs at once."""
    try:
        Worker.objects.filter(key=key).delete()
    except Exception:
        logger.warning("worker %s could not sign off", key)
