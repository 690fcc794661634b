"""Periodic housekeeping that belongs to no app above the outbox."""

from django.core.management import call_command
from django.db import connection

from apps.accounts import throttle
from apps.outbox.jobs import periodic


@periodic(every_minutes=30)
def sweep_rate_counts() -> None:
    """Delete counts whose window is over: they are about people, and may live seven days at most."""
    throttle.sweep()


@periodic(every_minutes=6 * 60)
def sweep_sessions() -> None:
    """Delete ended sessions and cache entries past their time; nothing else does."""
    call_command("clearsessions")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shared_cache WHERE expires < clock_timestamp()")
