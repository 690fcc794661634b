"""Test databases are clones: migrations run once for a state of the migrations, each process copies the result.

A template stands between: the empty database with what the tests' settings add. It is kept between runs and carries
the state of the code as a comment; ``--create-db`` makes it anew.
"""

import contextlib
import hashlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from tests import empty_database
from tests.emptying import count_rows, replace_flush

ROOT = Path(__file__).resolve().parents[1]
# One process makes the template, the others wait: any number that nobody else uses as an advisory lock.
LOCK = 14_729_070


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Generator[None]:
    """Replaces pytest-django's fixture of this name: clone, use, drop."""
    original = connection.settings_dict["NAME"]
    template = f"test_{original}{os.environ.get('TEST_DB_SUFFIX', '')}_template"
    clone = connection.settings_dict["TEST"]["NAME"]
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            state = _state()
            if request.config.getvalue("create_db") and not hasattr(request.config, "workerinput"):
                _drop(cursor, template)
            if empty_database.mark_of(cursor, template) != state:
                _make(cursor, template)
                cursor.execute(f"COMMENT ON DATABASE \"{template}\" IS '{state}'")
            _drop(cursor, clone)
            _copy(cursor, template, clone)
            # No test of this process pulls the plug; those that do have a cluster of their own.
            cursor.execute(f'ALTER DATABASE "{clone}" SET synchronous_commit TO off')
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        _use(clone)
        left = count_rows()
    with pytest.MonkeyPatch.context() as patch:
        replace_flush(patch, left)
        yield
    with django_db_blocker.unblock():
        _use(original)
        with connection._nodb_cursor() as cursor:
            _drop(cursor, clone)


def _drop(cursor: Any, database: str) -> None:
    """Drop a database with our own connections to it.

    ``WITH (FORCE)`` fails where autovacuum happens to look at it, which only a superuser may end; the plain command
    sends autovacuum away by itself.
    """
    for patience in reversed(range(60)):
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [database],
        )
        with _while_others_leave(patience):
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')
            return


def _copy(cursor: Any, template: str, clone: str) -> None:
    """Create a database from a template, which nobody may be connected to."""
    for patience in reversed(range(60)):
        with _while_others_leave(patience):
            cursor.execute(f'CREATE DATABASE "{clone}" TEMPLATE "{template}"')
            return


@contextlib.contextmanager
def _while_others_leave(patience: int) -> Iterator[None]:
    """PostgreSQL itself waits five seconds for sessions to end; on a loaded machine that may not be enough."""
    try:
        yield
    except OperationalError as error:
        if not patience or not isinstance(error.__cause__, psycopg.errors.ObjectInUse):
            raise


def _state() -> str:
    """Everything that the tables and what migrate leaves in them are made of, as one word."""
    digest = hashlib.sha256()
    files = [*ROOT.glob("apps/**/*.py"), *ROOT.glob("geo_platform/**/*.py"), *ROOT.glob("tests/fifth_kind/**/*.py")]
    for path in [*sorted(files), ROOT / "uv.lock", ROOT / "tests/settings.py"]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _make(cursor: Any, template: str) -> None:
    _drop(cursor, template)
    if os.environ.get("DATABASE_URL"):
        cursor.execute(f'CREATE DATABASE "{template}"')
    else:
        _copy(cursor, empty_database.make(), template)
    _use(template)
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    call_command("createcachetable", verbosity=0)
    connection.close()  # a database with a connection cannot be copied


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name
