"""Where the private PostGIS cluster of a checkout lives, and which PostgreSQL serves it.

Paths only: nothing is started here, and nothing imports Django (settings ask while they are being read).
"""

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# sockaddr_un holds 107 bytes; PostgreSQL puts ".lock" after the name.
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH_BYTES = 100
FALLBACK_ROOT = Path("/var/lib/geo-platform")
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
DEBIAN_SHARE = Path("/usr/share/postgresql")
#: Major versions of PostgreSQL that the whole suite was run with; a new cluster takes no later one unasked.
TRIED = range(15, 18)


class ClusterError(RuntimeError):
    """The private cluster cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Cluster:
    """Where the cluster of one checkout lives, and who runs it."""

    data: Path
    socket: Path  # directory of the socket
    log: Path
    lock: Path
    user: str | None  # system user that runs the server when the caller is root; None: the caller

    @property
    def version(self) -> str:
        """Major version of the PostgreSQL that made the cluster, such as "15"."""
        return (self.data / "PG_VERSION").read_text().strip()

    @property
    def pid(self) -> int | None:
        """Process id of the server that works in this data directory, None when there is none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if works_in(pid, self.data) else None


def works_in(pid: int, directory: Path) -> bool:
    """Tell whether process ``pid`` is alive with ``directory`` as its working directory.

    The number alone proves nothing: a copied checkout brings the pid file of its original along, and after a
    reboot the number belongs to some other program.
    """
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == directory.resolve()
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # a system without /proc: the pid file must do
    except OSError:
        return False


def locate(base_dir: Path, *, environ: Mapping[str, str] = os.environ, as_root: bool | None = None) -> Cluster:
    """Work out the places of the cluster of ``base_dir``.

    ``as_root`` defaults to what the caller is. Makes nothing but a short socket directory if needed.
    """
    var = Path(environ.get("VAR_DIR") or base_dir / "var").resolve()
    home = var
    user = "postgres" if (os.geteuid() == 0 if as_root is None else as_root) else None
    # Root's PostgreSQL runs as postgres, who may not look below /root. A cluster that is in var/ already
    # stays where it is: `ensure_running` then says what is wrong instead of showing an empty database.
    if user and not (var / "pg" / "PG_VERSION").exists() and not is_reachable(var, user):
        home = FALLBACK_ROOT / hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Cluster(
        data=home / "pg",
        socket=_socket_directory(home / "pg-socket", note=var / "pg-socket.path"),
        log=home / "pg.log",
        lock=var / "pg.lock",
        user=user,
    )


def is_reachable(path: Path, user: str) -> bool:
    """Tell from the permission bits whether ``user`` may walk to ``path``, or to where it will be made."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return True  # no such user: starting the cluster says so in a clearer sentence
    groups = os.getgrouplist(user, entry.pw_gid)
    for step in (path, *path.parents):
        try:
            info = step.stat()
        except FileNotFoundError:
            continue
        bit = 0o100 if info.st_uid == entry.pw_uid else 0o010 if info.st_gid in groups else 0o001
        if not info.st_mode & bit:
            return False
    return True


def _socket_directory(wanted: Path, *, note: Path) -> Path:
    """Return ``wanted``, or if that is too long a directory in the temporary one, noted in ``note``."""
    if len(os.fsencode(wanted / SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES:
        return wanted
    # The note names its own place: a copy of the checkout must not share the socket of the original.
    with contextlib.suppress(OSError, ValueError):
        place, directory = note.read_text().splitlines()
        if place == str(note):
            return Path(directory)
    directory = tempfile.mkdtemp(prefix="geo-pg-")  # not guessable, so nobody can put a server of their own there
    note.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    note.write_text(f"{note}\n{directory}\n")
    return Path(directory)


def programs(version: str | None = None, *, debian: Path = DEBIAN_PROGRAMS, share: Path = DEBIAN_SHARE) -> Path:
    """Return the directory of PostgreSQL's programs: of major ``version``, else the newest tried one with PostGIS.

    Raises ClusterError when none fits.
    """
    found = [path for path in debian.glob("*/bin") if path.parent.name.isdigit() and (path / "initdb").exists()]
    found.sort(key=lambda path: int(path.parent.name), reverse=True)
    able = [path for path in found if (share / path.parent.name / "extension/postgis.control").exists()]
    if not found and (initdb := shutil.which("initdb")):
        found = able = [Path(initdb).resolve().parent]
    if not found:
        raise ClusterError("PostgreSQL with PostGIS is missing: run bin/setup, or set DATABASE_URL to a server.")
    if version is None:
        return next((path for path in able if major_version(path / "postgres") in TRIED), (able or found)[0])
    for directory in able:
        if str(major_version(directory / "postgres")) == version:
            return directory
    installed = ", ".join(str(major_version(directory / "postgres")) for directory in able) or "none"
    raise ClusterError(
        f"The private database was made by PostgreSQL {version}, but with PostGIS only {installed} is installed: "
        f"install postgresql-{version}-postgis-3 again, or, to change over, take a backup with the old version, move "
        "the database away and restore the backup (docs/operations.md)."
    )


def major_version(program: Path) -> int:
    """Return the major version of one of PostgreSQL's programs: Debian's folders tell it, elsewhere it is asked."""
    if program.parent.parent.name.isdigit():
        return int(program.parent.parent.name)
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return int(re.findall(r"\d+", answer.stdout)[0])
