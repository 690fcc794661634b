"""Health check of a container: ``check_health.py web`` asks the site, ``check_health.py worker`` the worker's pulse.

Exits with 0 when healthy, otherwise with 1 and a sentence for ``docker inspect``.
"""

import os
import sys
import urllib.request

MAX_SILENCE_S = 60  # a worker reports every 5 seconds (apps/outbox/worker.py)


def check_web() -> str:
    """Ask /healthz under the name that the site answers to; return what is wrong, "" when nothing is."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".")
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=5) as answer:
            return "" if answer.status == 200 else f"/healthz answers {answer.status}"
    except OSError as error:
        return f"/healthz: {error}"


def check_worker() -> str:
    """Look for a worker that was alive lately; return what is wrong, "" when nothing is."""
    import psycopg

    url = os.environ["DATABASE_URL"].replace("postgis://", "postgresql://", 1)
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("SELECT extract(epoch FROM now() - max(seen_at)) FROM outbox_worker").fetchone()
    except psycopg.Error as error:
        return f"database: {error}"
    if not row or row[0] is None:
        return "no worker has reported"
    return "" if row[0] <= MAX_SILENCE_S else f"the last worker reported {row[0]:.0f} s ago"


if __name__ == "__main__":
    sys.exit((check_worker() if sys.argv[1:] == ["worker"] else check_web()) or 0)
