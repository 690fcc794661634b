"""How many contributions one connection, and all together, may send: tight where nothing speaks against a robot.

Counted by ``accounts.throttle`` in one statement, so that parallel requests cannot slip through (threat W11). Ask
before the transaction that stores something. ``RATE_LIMIT_FACTOR`` widens every limit of an installation.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts import throttle
from apps.places.requests import TownRequest

HOUR, DAY = 3600, 86_400


class Trust(Enum):
    """What speaks for a person: a proof of work, or at least the time that a person needs, or nothing."""

    PROVEN = "proven"
    PATIENT = "patient"
    HASTY = "hasty"


@dataclass(frozen=True)
class Allowance:
    """Uses in an hour and in a day by one connection, and in an hour by all connections of a town together."""

    hour: int
    day: int
    everybody: int


#: For each thing that can be sent. A telephone network puts hundreds of people behind one address, hence the width of
#: what is proven; the brake on everybody makes a wave from many addresses end in the desk's inbox, not in its despair.
ALLOWANCES = {
    "report": {
        Trust.PROVEN: Allowance(60, 200, 5000),
        Trust.PATIENT: Allowance(12, 40, 300),
        Trust.HASTY: Allowance(4, 10, 60),
    },
    # Everybody may say something about a plan, and a whole street may do so through one connection.
    "statement": {
        Trust.PROVEN: Allowance(60, 200, 5000),
        Trust.PATIENT: Allowance(20, 60, 1000),
        Trust.HASTY: Allowance(6, 15, 100),
    },
    "follow": {
        Trust.PROVEN: Allowance(20, 60, 1000),
        Trust.PATIENT: Allowance(6, 20, 100),
        Trust.HASTY: Allowance(3, 6, 30),
    },
    "idea": {
        Trust.PROVEN: Allowance(30, 100, 2000),
        Trust.PATIENT: Allowance(8, 25, 200),
        Trust.HASTY: Allowance(3, 8, 40),
    },
    # A school class supports through one connection: the mail behind each address is the real brake.
    "support": {
        Trust.PROVEN: Allowance(120, 400, 5000),
        Trust.PATIENT: Allowance(40, 120, 500),
        Trust.HASTY: Allowance(10, 30, 100),
    },
    "comment": {
        Trust.PROVEN: Allowance(30, 100, 1000),
        Trust.PATIENT: Allowance(10, 30, 150),
        Trust.HASTY: Allowance(3, 8, 30),
    },
    "abuse": {
        Trust.PROVEN: Allowance(20, 60, 300),
        Trust.PATIENT: Allowance(8, 20, 60),
        Trust.HASTY: Allowance(3, 6, 20),
    },
    # Guessing codes of letters and asking for ballots by mail.
    "ballot": {
        Trust.PROVEN: Allowance(60, 200, 5000),
        Trust.PATIENT: Allowance(20, 60, 600),
        Trust.HASTY: Allowance(6, 15, 100),
    },
    # Each makes a mail to an address that somebody typed.
    "account": {
        Trust.PROVEN: Allowance(20, 60, 1000),
        Trust.PATIENT: Allowance(8, 20, 100),
        Trust.HASTY: Allowance(3, 6, 20),
    },
    "feedback": {
        Trust.PROVEN: Allowance(10, 30, 60),
        Trust.PATIENT: Allowance(5, 15, 30),
        Trust.HASTY: Allowance(3, 6, 10),
    },
}
#: Photos are cleaned before their form is sent: no proof yet, and each costs a second of work (threat F5).
UPLOADS = Allowance(80, 300, 4000)
#: Receipts to one e-mail address, whoever asked for them (threat W7).
RECEIPTS = ((3, HOUR), (10, DAY))


class TooMany(Exception):
    """A limit is reached; ``retry_after`` (seconds) is when it is certainly open again. Its text may be shown."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        wait = _("in einer Stunde") if retry_after <= HOUR else _("morgen")
        super().__init__(
            _(
                "Von Ihrem Anschluss oder insgesamt kam gerade sehr viel an. Ihre Angaben stehen noch hier: Bitte "
                "senden Sie sie %(wait)s noch einmal ab. Wenn es eilt, rufen Sie uns bitte an."
            )
            % {"wait": wait}
        )


def take(name: str, key: str, *, limit: int, seconds: float) -> bool:
    """Count one use of ``name`` by ``key``; True while no more than ``limit`` (times the installation's factor)."""
    return take_in_turn([(name, key, limit, seconds)]) == 1


def take_in_turn(uses: Sequence[tuple[str, str, int, float]]) -> int:
    """Count uses (name, key, limit, seconds) in one statement up to the first that reaches its limit; return how many
    passed."""
    factor = settings.RATE_LIMIT_FACTOR
    return throttle.take_in_turn(
        [throttle.Use(name, key, max(1, round(limit * factor)), seconds) for name, key, limit, seconds in uses]
    )


def admit(request: TownRequest, name: str, *, key: uuid.UUID, trust: Trust) -> None:
    """Count one contribution of kind ``name`` in ``ALLOWANCES``; raises ``TooMany``.

    The same POST again (the same ``key``) is not counted again, also when both arrive at once: it makes no row.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{name} {key}"])
        if throttle.is_exhausted(f"{name}-admitted", str(key), 1):
            return
        closed_for = _count(request, f"{name}-{trust.value}", ALLOWANCES[name][trust])
        if not closed_for:
            throttle.take(f"{name}-admitted", str(key), 1, DAY)
    if closed_for:
        raise TooMany(closed_for)


def admit_upload(request: TownRequest) -> None:
    """Count one photo that is sent before its form, and so before any proof; raises ``TooMany``."""
    if closed_for := _count(request, "upload", UPLOADS):
        raise TooMany(closed_for)


def may_mail_receipt(address: str) -> bool:
    """Count one receipt to an e-mail address; False when it has had its share. The sender is told nothing of it."""
    lower = address.strip().lower()
    return all(take(f"receipt-{seconds}", lower, limit=limit, seconds=seconds) for limit, seconds in RECEIPTS)


def _count(request: TownRequest, name: str, allowance: Allowance) -> int:
    """Count one use and return 0, or the seconds after which a limit that is reached is certainly open again."""
    client = throttle.client_of(request)
    town = request.municipality
    # Whoever is over the own limit does not use up what belongs to everybody.
    uses = (
        (f"{name}-hour", client, allowance.hour, HOUR),
        (f"{name}-day", client, allowance.day, DAY),
        (f"{name}-all", str(town.pk), allowance.everybody, HOUR),
    )
    passed = take_in_turn(uses)
    return 0 if passed == len(uses) else uses[passed][3]
