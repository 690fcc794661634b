"""A second private cluster, for real: made, started by many at once, killed, copied, stopped."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo_platform import embedded_postgis
from geo_platform.cluster_places import ClusterError, locate
from tests.patience import PATIENCE_S, wait_until

pytestmark = [
    pytest.mark.slow(reason="starts and kills clusters"),
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="needs programs"),
]

START = """
import sys
from pathlib import Path
from geo_platform import embedded_postgis

embedded_postgis.ensure_running(Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """An empty checkout with a running private cluster of its own."""
    base = Path(tempfile.mkdtemp(prefix="geo-", dir="/tmp"))
    base.chmod(0o755)
    (base / "one").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("VAR_DIR", "DB_NAME"):
            patch.delenv(name, raising=False)
        starters = [subprocess.Popen([sys.executable, "-c", START, str(base / "one")]) for _ in range(3)]
        assert [starter.wait(PATIENCE_S) for starter in starters] == [0, 0, 0]
        yield base / "one"
        for path in base.iterdir():
            embedded_postgis.stop(path)
    shutil.rmtree(base, ignore_errors=True)


def connect(checkout: Path, dbname: str = "geo_platform") -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(locate(checkout).socket), user="geo", dbname=dbname, autocommit=True)


def test_the_role_may_make_databases_with_every_extension_but_is_no_superuser(checkout: Path) -> None:
    with connect(checkout) as connection:
        row = connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'geo'").fetchone()
        assert row == (False, True)
        connection.execute("CREATE DATABASE test_town")
    with connect(checkout, dbname="test_town") as connection:
        found = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        assert set(embedded_postgis.EXTENSIONS) <= found
    with connect(checkout) as connection:
        connection.execute("DROP DATABASE test_town")


def test_nothing_listens_on_tcp_and_no_value_reaches_the_log(checkout: Path) -> None:
    with connect(checkout) as connection:

        def show(name: str) -> object:
            row = connection.execute(f"SHOW {name}").fetchone()
            return row and row[0]

        assert show("listen_addresses") == ""
        assert show("fsync") == show("full_page_writes") == show("synchronous_commit") == "on"
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT 'anna@example.org'::text, CAST('geheim' || now() AS integer)")
    log = locate(checkout).log.read_text()
    assert "anna@example.org" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_system_user_is_turned_away(checkout: Path) -> None:
    command = ["psql", "-h", str(locate(checkout).socket), "-U", "geo", "-d", "geo_platform", "-c", "SELECT 1"]
    answer = subprocess.run(command, capture_output=True, text=True, user="nobody", cwd="/", check=False)
    assert answer.returncode != 0 and "Peer authentication failed" in answer.stderr


def test_after_a_kill_it_comes_back_with_what_was_committed(checkout: Path) -> None:
    with connect(checkout) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    pid = locate(checkout).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: locate(checkout).pid is None, "the end of the server")
    embedded_postgis.ensure_running(checkout)
    with connect(checkout) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_copy_of_a_running_checkout_gets_a_cluster_of_its_own(checkout: Path) -> None:
    copy = checkout.with_name("two")
    # A file may vanish under cp's hands, which it complains of: the original works on, that is the point.
    subprocess.run(["cp", "-a", str(checkout), str(copy)], check=False, stderr=subprocess.DEVNULL)
    assert (copy / "var/pg/postmaster.pid").exists() and (copy / "var/pg/PG_VERSION").exists()
    assert locate(copy).pid is None
    embedded_postgis.ensure_running(copy)
    assert locate(copy).pid not in (None, locate(checkout).pid)
    assert list((copy / "var").glob("pg.copied-*"))


def test_another_version_of_postgresql_touches_nothing(checkout: Path) -> None:
    other = checkout.with_name("three")
    (other / "var/pg").mkdir(parents=True)
    (other / "var").chmod(0o755)
    (other / "var/pg/PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterError, match="made by PostgreSQL 9"):
        embedded_postgis.ensure_running(other)
    assert [path.name for path in (other / "var/pg").iterdir()] == ["PG_VERSION"]
