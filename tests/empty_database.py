"""A database with the tables and nothing in them, beside the installation's own: ``<name>_empty``.

Migrating takes half a minute, copying a database half a second: whatever needs fresh tables copies this one. It is
made for a state of the migrations and carries that state as a comment. ``python -m tests.empty_database`` makes it
where it is missing or older, and prints its name; it needs the private cluster.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from geo_platform import embedded_postgis
from geo_platform.cluster_places import Cluster, locate, programs

ROOT = Path(__file__).resolve().parents[1]
#: The cluster of this checkout and the database in it, whatever a test makes of the environment later.
HERE = locate(ROOT)
NAME = f"{embedded_postgis.database_name()}_empty"
#: Two who ask at once do not both migrate: any number that nobody else uses as an advisory lock.
LOCK = 14_729_071
#: What migrates is the platform itself, not the platform as a test sees it.
_OF_TESTS = ("DJANGO_SETTINGS_MODULE", "EXTRA_APPS", "GEO_ENV", "DATABASE_URL")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in _OF_TESTS} | {"DB_NAME": NAME}


def state() -> str:
    """Everything that the tables are made of, as one word: migrations of this house, versions of all others."""
    digest = hashlib.sha256()
    files = [*ROOT.glob("apps/*/migrations/*.py"), *ROOT.glob("geo_platform/migrations/*.py"), ROOT / "uv.lock"]
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def mark_of(cursor: Any, database: str) -> str | None:
    """Return the comment of a database; None where there is no database or no comment."""
    cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database])
    row = cursor.fetchone()
    return row[0] if row else None


def make() -> str:
    """Make the empty database where it is missing or older, and return its name.

    Raises CalledProcessError, when everything has been said, where a migration fails.
    """
    if not HERE.pid:
        embedded_postgis.ensure_running(ROOT)
    server = {"host": str(HERE.socket), "user": embedded_postgis.ROLE, "dbname": "postgres"}
    with psycopg.connect(**server, autocommit=True) as connection, connection.cursor() as cursor:
        wanted, database = state(), sql.Identifier(NAME)
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if mark_of(cursor, NAME) != wanted:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(database))
            command = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"]
            subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True)
            cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(wanted)))
    return NAME


def pour_into(cluster: Cluster, database: str) -> None:
    """Make the tables in ``database`` of another private cluster that runs: a dump, for clusters cannot copy."""
    tools = programs(HERE.version)
    left_out = ("--no-owner", "--no-comments", "--exclude-table-data=spatial_ref_sys")
    dump = [tools / "pg_dump", *left_out, *_login(HERE, make())]
    text = subprocess.run(dump, check=True, capture_output=True).stdout
    # The dump empties the search path; triggers on geometries find their "=" in public only.
    text = text.replace(b"'search_path', ''", b"'search_path', 'public'", 1)
    load = [tools / "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, *_login(cluster, database)]
    subprocess.run(load, input=text, check=True)


def _login(cluster: Cluster, database: str) -> list[str]:
    return ["-h", str(cluster.socket), "-U", embedded_postgis.ROLE, "-d", database]


if __name__ == "__main__":
    try:
        print(make())
    except (embedded_postgis.ClusterError, psycopg.Error) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
