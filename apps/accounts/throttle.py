"""Counting with an upper limit that holds when requests arrive in parallel and in several processes (threat W11).

The counter is one row; one statement raises it and reads it. A cache could not do that: read, then write, lets as many
pass as there are processes. Call it outside of a transaction: inside, others wait for the commit, and a rollback would
give the attempt back.
"""

import datetime as dt
import hmac
import ipaddress
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, Exists, Func
from django.http import HttpRequest
from django.utils import timezone

# Counting goes on beyond the limit, but the window does not move: whoever keeps trying is free again at its end.
_TAKE = """
INSERT INTO accounts_ratecount AS r (name, key, count, expires_at)
SELECT {name}, {key}, 1, clock_timestamp() + make_interval(secs => {seconds}) {when}
ON CONFLICT (name, key) DO UPDATE SET
    count = CASE WHEN r.expires_at <= clock_timestamp() THEN 1 ELSE r.count + 1 END,
    expires_at = CASE WHEN r.expires_at <= clock_timestamp() THEN excluded.expires_at ELSE r.expires_at END
RETURNING count
"""


def take(name: str, key: str, limit: int, seconds: float) -> bool:
    """Count one use of ``name`` by ``key``; True for the first ``limit`` uses in the window that the first one opens.

    Only a keyed hash of ``key`` is stored, with a salt that changes every day (so windows end at midnight, UTC, too):
    the rows tell nobody who was here.
    """
    return take_in_turn([Use(name, key, limit, seconds)]) == 1


class Use(NamedTuple):
    """One use of ``name`` by ``key``, and how many are free in a window of ``seconds``."""

    name: str
    key: str
    limit: int
    seconds: float


def take_in_turn(uses: Sequence[Use]) -> int:
    """Count several uses like ``take``, in one statement, up to the first that has reached its limit.

    Returns how many passed: all of them, or the place of the one that did not. What comes behind it is not counted.
    """
    steps: list[str] = []
    values: list[str | float] = []
    for place, use in enumerate(uses):
        when = f"FROM use{place - 1} WHERE use{place - 1}.count <= {uses[place - 1].limit:d}" if place else ""
        steps.append(f"use{place} AS ({_TAKE.format(name='%s', key='%s', seconds='%s', when=when)})")
        values += [use.name, hashed(use.name, use.key), use.seconds]
    counts = ", ".join(f"(SELECT count FROM use{place})" for place in range(len(uses)))  # noqa: S608  (numbers)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(steps)} SELECT {counts}", values)
        counted = cursor.fetchone()
    passed = [count is not None and count <= use.limit for count, use in zip(counted, uses, strict=True)]
    return passed.index(False) if False in passed else len(passed)


def is_exhausted(name: str, key: str, limit: int) -> bool:
    """Has ``key`` used up its ``limit`` of ``name``? Counts nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count >= %s FROM accounts_ratecount"
            " WHERE name = %s AND key = %s AND expires_at > clock_timestamp()",
            [limit, name, hashed(name, key)],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def exhausted(name: str, key: str, limit: int) -> Exists:
    """Return ``is_exhausted`` as a condition, for a query that has to be made anyway."""
    from apps.accounts.models import RateCount

    now = Func(function="clock_timestamp", output_field=DateTimeField())
    return Exists(RateCount.objects.filter(name=name, key=hashed(name, key), count__gte=limit, expires_at__gt=now))


def forget(name: str, key: str) -> None:
    """Set the count of ``key`` back to nothing, after it has proved to be in the right."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_ratecount WHERE name = %s AND key = %s", [name, hashed(name, key)])


def sweep() -> int:
    """Delete the counts whose window is over; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_ratecount WHERE expires_at <= clock_timestamp()")
        return cursor.rowcount


def client_of(request: HttpRequest) -> str:
    """Return whom to count a request for: an IPv4 address, or the /64 of an IPv6 address (one connection owns it all).

    Each of the ``TRUSTED_PROXIES`` appends the address that it saw to X-Forwarded-For, so the one that counts is that
    many from the end; what stands before it was written by the client. Without proxies the header is not read.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        address = hops[-settings.TRUSTED_PROXIES]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def hashed(name: str, key: str) -> str:
    """Return what is stored instead of ``key``: for each name and day another hash, so that nobody can be followed."""
    day = timezone.now().astimezone(dt.UTC).date()
    return hmac.new(settings.SECRET_KEY.encode(), f"{day}|{name}|{key}".encode(), "sha256").hexdigest()
