"""One worker thread that delivers: take what is due, hand it to its channel, write down what became of it."""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.db import DatabaseError, connection

from apps.outbox import channels, services

logger = logging.getLogger("apps.outbox")
POLL_SECONDS = 2.0
UNEXPECTED_BEFORE_DEAD = 10


def deliver_next(*, owner: str) -> bool | None:
    """Deliver the message that is due longest. True: done with one; None: its channel is down; False: nothing due."""
    message = services.claim_next(owner=owner)
    if message is None:
        return False
    try:
        channels.deliver(message)
    except channels.Refused as error:
        services.record_refused(message=message, owner=owner, reason=str(error))
        logger.warning("message %s refused", message.pk)
    except channels.TryLater as error:
        services.record_postponed(message=message, owner=owner, reason=str(error))
        logger.info("message %s postponed after attempt %s", message.pk, message.attempts)
    except channels.ChannelDown as error:
        services.record_postponed(message=message, owner=owner, reason=str(error), outage=True)
        logger.warning("channel %s is down, message %s waits", message.channel, message.pk)
        return None
    except Exception as error:
        # A fault of ours: it must not stop the others, nor be repeated for ever (R27).
        reason = f"{type(error).__name__}: {error}"
        if message.attempts >= UNEXPECTED_BEFORE_DEAD:
            services.record_refused(message=message, owner=owner, reason=reason)
        else:
            services.record_postponed(message=message, owner=owner, reason=reason)
        logger.error("message %s could not be delivered: %s", message.pk, type(error).__name__)
    else:
        _insist(lambda: services.record_sent(message=message))
        logger.info("message %s sent", message.pk)
    return True


def _insist(record: Callable[[], None]) -> None:
    """Write down that a message has left even if the database restarts just now; else it would leave twice."""
    for wait in (0.5, 1, 2, 4, 8, None):
        try:
            return record()
        except DatabaseError:
            if wait is None:
                raise
            connection.close()
            time.sleep(wait)


class Deliverer:
    """Delivers in one thread. Its leases live as long as it does: ``owners`` names the deliverers at work."""

    owners: ClassVar[set[str]] = set()

    def run(self, stop: threading.Event) -> None:
        """Deliver until ``stop`` is set. Rows are the truth, so looking every two seconds is all the signal needed.

        An error here is an error of the database: the lease of what was in hand is no longer renewed.
        """
        owner = str(uuid.uuid4())
        self.owners.add(owner)
        try:
            while not stop.is_set():
                done = deliver_next(owner=owner)
                if done is None:
                    stop.wait(min(settings.OUTBOX_BACKOFF_SECONDS, 10))
                elif not done:
                    channels.hang_up()
                    stop.wait(POLL_SECONDS)
        finally:
            self.owners.discard(owner)
            channels.hang_up()
