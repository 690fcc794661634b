"""What the last set-up brought into the database, kept as a comment on the database itself.

``bin/setup`` skips migrations and demonstration data while nothing has changed. The mark lives in the database and
not in a file, so that a database that was dropped or replaced is never taken for one that is set up.

``python -m geo_platform.setup_mark`` starts the private cluster and prints the mark, with an argument sets it.
Needs no Django: a start that has nothing to do must not wait for it.
"""

import os
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from geo_platform import embedded_postgis


def connect() -> psycopg.Connection[tuple[str | None]]:
    """Connect to the installation's database: ``DATABASE_URL``, else the private cluster (started when needed)."""
    if url := os.environ.get("DATABASE_URL"):
        return psycopg.connect(url.replace("postgis://", "postgresql://", 1), autocommit=True)
    base_dir = Path(__file__).resolve().parent.parent
    embedded_postgis.ensure_running(base_dir)
    settings = embedded_postgis.database_settings(base_dir)
    name, host = str(settings["NAME"]), str(settings["HOST"])
    return psycopg.connect(dbname=name, host=host, user=embedded_postgis.ROLE, autocommit=True)


def main(arguments: list[str]) -> int:
    """Print the mark (an empty line when there is none), or set it to the first argument."""
    try:
        with connect() as connection:
            row = connection.execute("SELECT current_database()").fetchone()
            database = sql.Identifier(row[0] or "" if row else "")
            if arguments:
                mark = sql.Literal(f"set up {arguments[0]}")
                connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, mark))
                return 0
            row = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            print((row[0] or "").removeprefix("set up ") if row else "")
    except (embedded_postgis.ClusterError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
