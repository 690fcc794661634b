"""The private PostGIS cluster that serves an installation without ``DATABASE_URL``.

One cluster a checkout, in ``var/pg``: unix socket only, peer authentication, no password, nothing on TCP.
``settings.py`` asks how to reach it (`database_settings`, paths only), ``manage.py`` and ``wsgi.py`` see to
it that it runs (`ensure_running`). By hand: ``python -m geo_platform.embedded_postgis start|stop|status``.

Nothing here imports Django: the module must work before settings can be read.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from geo_platform.cluster_places import SOCKET_NAME, Cluster, ClusterError, locate, programs, works_in
from geo_platform.cluster_places import is_reachable as _is_reachable

__all__ = ["Cluster", "ClusterError", "database_settings", "ensure_running", "locate", "programs", "stop"]

ROLE = "geo"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist", "unaccent")
LOG_LIMIT_BYTES = 10_000_000
# On a loaded machine recovery, the last checkpoint and the end of a killed server's children take their time.
START_SECONDS, STOP_SECONDS, LET_GO_SECONDS = "300", "300", 120

# Durability stays at PostgreSQL's safe defaults. Statements and details are kept out of the log because
# Django sends values inside the statement text: a failed INSERT would write a citizen's address there.
CONFIGURATION = """\
listen_addresses = ''
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


def database_settings(base_dir: Path) -> dict[str, object]:
    """Return Django's ``DATABASES["default"]`` for the private cluster without starting anything."""
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": database_name(),
        "USER": ROLE,
        "PASSWORD": "",
        "HOST": str(locate(base_dir).socket),
        "PORT": "",
        "OPTIONS": {},
    }


def database_name(name: str | None = None) -> str:
    """Return the database to use: ``name``, else the variable ``DB_NAME``, else ``geo_platform``."""
    name = name or os.environ.get("DB_NAME") or "geo_platform"
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,49}", name):
        raise ClusterError(f"DB_NAME={name!r} will not do: use small letters, digits and _, at most 50.")
    return name


def ensure_running(base_dir: Path, name: str | None = None) -> None:
    """See to it that the cluster of ``base_dir`` runs and has the database ``name``; cheap when it does.

    Safe to call from several processes at once. Raises ClusterError with a sentence that says what to do.
    """
    name = database_name(name)
    cluster = locate(base_dir)
    if cluster.pid and _psql(cluster, name, "SELECT 1", role=ROLE).returncode == 0:
        return
    _check_rights(cluster)
    with _locked(cluster):
        _set_aside_copy(cluster)
        if not (cluster.data / "PG_VERSION").exists():
            _create(cluster)
        for attempts_left in (3, 2, 1, 0):
            pid = cluster.pid or _start(cluster)
            try:
                return _prepare(cluster, name)
            except ClusterError:
                # With another process, or none, it was on its way out when we asked: killed, or stopped by hand.
                if cluster.pid == pid or not attempts_left:
                    raise


def stop(base_dir: Path) -> bool:
    """Stop the cluster of ``base_dir``; open sessions are ended. Returns False when it was not running."""
    cluster = locate(base_dir)
    _check_rights(cluster)
    with _locked(cluster):
        pid = cluster.pid
        if not pid:
            return False
        pg_ctl = programs(cluster.version) / "pg_ctl"
        answer = _run(cluster, [pg_ctl, "-D", cluster.data, "-m", "fast", "-w", "-t", STOP_SECONDS, "stop"])
        if answer.returncode and cluster.pid:
            raise ClusterError(f"The private database did not stop: {answer.stderr.strip() or answer.stdout.strip()}")
        # pg_ctl looks at the pid file, which goes a moment before the process does.
        while works_in(pid, cluster.data):
            time.sleep(0.05)
    return True


@contextlib.contextmanager
def _locked(cluster: Cluster) -> Iterator[None]:
    """Hold the checkout's lock: one process at a time makes, starts or stops the cluster."""
    try:
        cluster.lock.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        handle = os.open(cluster.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise ClusterError(
            f"{cluster.lock.parent} may not be written to: work as the user who made it, or in a checkout of your own."
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _check_rights(cluster: Cluster) -> None:
    """Raise ClusterError where the caller could not run this cluster."""
    if cluster.user:
        try:
            pwd.getpwnam(cluster.user)
        except KeyError:
            raise ClusterError(
                f"PostgreSQL refuses to run as root and there is no system user {cluster.user}: run "
                "bin/setup, work as an ordinary user, or set DATABASE_URL."
            ) from None
        if not _is_reachable(cluster.data.parent, cluster.user):
            raise ClusterError(
                f"The database is in {cluster.data}, but the user {cluster.user} may not enter a directory "
                "on the way: allow it (chmod o+x) or move the checkout to a place that everybody may enter."
            )
    elif cluster.data.exists() and (owner := cluster.data.stat().st_uid) != os.geteuid():
        with contextlib.suppress(KeyError):
            owner = pwd.getpwuid(owner).pw_name  # type: ignore[assignment]
        raise ClusterError(
            f"The database in {cluster.data} belongs to {owner}: run this as root or as {owner}, or work "
            "in a checkout of your own."
        )


def _set_aside_copy(cluster: Cluster) -> None:
    """Move a cluster away that was copied, with its checkout, from one that is still running.

    Files copied under a running server are torn: nobody may rely on them, and the original is there. A pid
    file whose number some other program has got meanwhile is removed: PostgreSQL would take that program for
    a server.
    """
    note = cluster.data / "postmaster.pid"
    try:
        number, original, *_ = note.read_text().splitlines()
    except (OSError, ValueError):
        return
    if cluster.pid:
        return
    if Path(original) != cluster.data and works_in(int(number), Path(original)):
        aside = cluster.data.with_name(f"pg.copied-{time.strftime('%Y%m%d-%H%M%S')}")
        cluster.data.rename(aside)
        print(
            f"{cluster.data} was copied from the running database in {original}, which makes it unusable: "
            f"it is kept as {aside.name}, and a new, empty database is made.",
            file=sys.stderr,
        )
    elif Path(f"/proc/{int(number)}").exists():
        note.unlink()


def _create(cluster: Cluster) -> None:
    if cluster.data.exists() and any(cluster.data.iterdir()):
        raise ClusterError(f"{cluster.data} holds files but no database: look into it, move it away and start again.")
    # Built beside its place and moved when complete: an interrupted initdb leaves nothing half made behind.
    building = cluster.data.with_name("pg.new")
    shutil.rmtree(building, ignore_errors=True)
    _own_directory(cluster, building, 0o700)
    options = ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=peer"]
    answer = _run(cluster, [programs() / "initdb", "-D", building, "--no-instructions", *options])
    if answer.returncode:
        raise ClusterError(f"initdb could not make {cluster.data}: {answer.stderr.strip()}")
    building.rename(cluster.data)


def _start(cluster: Cluster) -> int | None:
    """Start the server and return its process id."""
    pg_ctl = programs(cluster.version) / "pg_ctl"
    _configure(cluster)
    _own_directory(cluster, cluster.socket, 0o755)
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_LIMIT_BYTES:
        cluster.log.replace(cluster.log.with_name("pg.log.1"))
    _own_file(cluster, cluster.log, "", append=True)
    for leftover in cluster.socket.glob(SOCKET_NAME + "*"):
        leftover.unlink()  # nobody serves it: we hold the lock and the server does not run
    server = f"-c config_file='{cluster.data}/geo-platform.conf'"
    deadline = time.monotonic() + LET_GO_SECONDS
    while True:
        written = cluster.log.stat().st_size
        answer = _run(
            cluster, [pg_ctl, "-D", cluster.data, "-l", cluster.log, "-w", "-t", START_SECONDS, "-o", server, "start"]
        )
        if answer.returncode == 0:
            return cluster.pid
        # After a kill -9 of the server its last children need a moment to let go of the shared memory.
        said = cluster.log.read_bytes()[written:].decode(errors="replace")
        tail = said.splitlines()[-4:]
        if time.monotonic() > deadline or not ("still in use" in said or "already exists" in said):
            break
        time.sleep(0.5)
    raise ClusterError(f"The private database did not start; {cluster.log} ends with: " + " | ".join(tail))


def _configure(cluster: Cluster) -> None:
    """Write the configuration anew at each start: the checkout may have moved, this file may be newer."""
    socket = str(cluster.socket).replace("'", "''")
    text = f"include 'postgresql.conf'\n{CONFIGURATION}unix_socket_directories = '\"{socket}\"'\n"
    _own_file(cluster, cluster.data / "geo-platform.conf", text)
    _own_file(
        cluster,
        cluster.data / "pg_hba.conf",
        "local all postgres peer map=owner\nlocal all all peer map=geo\n",
    )
    people = sorted({"root", "postgres", pwd.getpwuid(os.geteuid()).pw_name})
    lines = [f'geo "{person}" {ROLE}\nowner "{person}" postgres\n' for person in people]
    _own_file(cluster, cluster.data / "pg_ident.conf", "".join(lines))


def _prepare(cluster: Cluster, name: str) -> None:
    """Create role, extensions (in template1, so that test databases have them) and database where missing."""
    if ROLE not in _must(cluster, "postgres", "SELECT rolname FROM pg_roles"):
        _must(cluster, "postgres", f"CREATE ROLE {ROLE} LOGIN CREATEDB")
    present = _must(cluster, "template1", "SELECT extname FROM pg_extension")
    for extension in EXTENSIONS:
        if extension not in present:
            _must(cluster, "template1", f"CREATE EXTENSION {extension}")
    if name not in _must(cluster, "postgres", "SELECT datname FROM pg_database"):
        _must(cluster, "postgres", f'CREATE DATABASE "{name}" OWNER {ROLE}')


# ---- PostgreSQL's programs and files, as the server's user ------------------------------------------------


def _must(cluster: Cluster, database: str, statement: str) -> list[str]:
    """Run ``statement`` as superuser and return the lines of the answer; raises ClusterError if it fails."""
    answer = _psql(cluster, database, statement)
    if answer.returncode:
        raise ClusterError(f"The private database refused {statement!r} (bin/setup complete?): {answer.stderr.strip()}")
    return answer.stdout.splitlines()


def _psql(cluster: Cluster, database: str, statement: str, role: str = "postgres") -> subprocess.CompletedProcess[str]:
    options: list[str | Path] = [
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        cluster.socket,
        "-U",
        role,
        "-d",
        database,
        "-c",
        statement,
    ]
    return _run(cluster, [programs(cluster.version) / "psql", *options], switch=False)


def _run(cluster: Cluster, command: list[str | Path], *, switch: bool = True) -> subprocess.CompletedProcess[str]:
    # PGHOST and its family would lead PostgreSQL's programs elsewhere.
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
    uid = gid = groups = None
    if cluster.user and switch:
        entry = pwd.getpwnam(cluster.user)
        uid, gid, groups = entry.pw_uid, entry.pw_gid, os.getgrouplist(cluster.user, entry.pw_gid)
        environ |= {"HOME": entry.pw_dir, "USER": cluster.user, "LOGNAME": cluster.user}
    return subprocess.run(  # noqa: S603 - fixed programs, no shell
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=environ,
        user=uid,
        group=gid,
        extra_groups=groups,
        check=False,
    )


def _own_directory(cluster: Cluster, path: Path, mode: int) -> None:
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    path.mkdir(mode=mode, exist_ok=True)
    _own(cluster, path, mode)


def _own_file(cluster: Cluster, path: Path, text: str, *, append: bool = False) -> None:
    with path.open("a" if append else "w") as handle:
        handle.write(text)
    _own(cluster, path, 0o600)


def _own(cluster: Cluster, path: Path, mode: int) -> None:
    if cluster.user:
        entry = pwd.getpwnam(cluster.user)
        os.chown(path, entry.pw_uid, entry.pw_gid)
    path.chmod(mode)


def main(arguments: list[str]) -> int:
    """Run ``start``, ``stop`` or ``status``; the exit code of ``status`` is 0 when running, 3 when not."""
    base_dir = Path(__file__).resolve().parent.parent
    if arguments not in (["start"], ["stop"], ["status"]):
        print("usage: python -m geo_platform.embedded_postgis start|stop|status", file=sys.stderr)
        return 2
    try:
        if arguments == ["start"]:
            ensure_running(base_dir)
        elif arguments == ["stop"]:
            stop(base_dir)
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1
    cluster = locate(base_dir)
    print(f"running, process {cluster.pid}, {cluster.data}" if cluster.pid else f"not running, {cluster.data}")
    return 0 if cluster.pid or arguments != ["status"] else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
