"""Backups: database and media in one tar file, and the way back.

Layout of ``geo-platform-20261122T213000Z.tar``: ``database.dump`` (pg_dump's custom format), ``media/…``,
``media.sha256`` (``HASH  path`` lines as sha256sum reads them), ``erasures.log`` where there is one and, last,
``manifest.json``: a file without one was cut off. The database is dumped first: photos are written before the row that
names them is committed, so every photo that the dump names is still there when media are read.
"""

import contextlib
import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import erasures
from apps.outbox.services import hold_undelivered
from geo_platform import embedded_postgis
from geo_platform.cluster_places import DEBIAN_PROGRAMS, major_version

FORMAT = 1
NAME = "geo-platform-%Y%m%dT%H%M%SZ.tar"
NAME_PATTERN = re.compile(r"geo-platform-\d{8}T\d{6}Z\.tar")
INCOMING = ".restored"
LEDGER = "erasures.log"
HANGING_UP_SECONDS = 5
# Lines of pg_restore --list that belong to the extensions: a role that is no superuser may not write them.
EXTENSIONS_OWN = re.compile(r" EXTENSION | TABLE DATA \S+ spatial_ref_sys ")


class BackupError(RuntimeError):
    """The backup cannot be made or restored; the message says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Restored:
    """What a restore did: moment of the backup, number of media files, messages held back, erasures done again."""

    made_at: str
    media: int
    held: int
    erased: int


def make_backup(*, directory: Path, now: dt.datetime) -> Path:
    """Write a backup into ``directory`` and return its path; mode 0600, complete or not there at all."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = directory / now.astimezone(dt.UTC).strftime(NAME)
    partial = target.with_suffix(".partial")
    with tempfile.TemporaryDirectory(dir=directory) as work, _private(partial) as out:
        dump = Path(work) / "database.dump"
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        sums = []
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            tar.add(dump, "database.dump")
            for path in sorted(_media_files()):
                name = path.relative_to(settings.MEDIA_ROOT).as_posix()
                with contextlib.suppress(FileNotFoundError):  # erased since the dump: gone it shall be
                    sums.append(f"{_sha256(path)}  {name}\n")
                    tar.add(path, f"media/{name}", recursive=False)
            _add_text(tar, "media.sha256", "".join(sums))
            if erasures.ledger().exists():
                _add_text(tar, LEDGER, erasures.ledger().read_text())
            _add_text(tar, "manifest.json", json.dumps(_manifest(dump, len(sums), now), indent=1))
        out.flush()
        os.fsync(out.fileno())
    partial.replace(target)
    return target


def delete_old_backups(*, directory: Path, days: int, now: dt.datetime) -> list[Path]:
    """Delete backups in ``directory`` older than ``days``: what was erased online dies in the backups, too."""
    limit = (now - dt.timedelta(days=days)).astimezone(dt.UTC).strftime(NAME)
    old = [path for path in directory.iterdir() if NAME_PATTERN.fullmatch(path.name) and path.name < limit]
    for path in old:
        path.unlink()
    return sorted(old)


def restore_backup(*, file: Path, ledger: Path | None = None) -> Restored:
    """Replace database and media by those of ``file``; the database changes in one transaction or not at all.

    Messages that were waiting at the time of the backup are held back (they may have been delivered since), and
    everybody has to sign in again. What the ledger here, the one in the backup or ``ledger`` knows as erased is erased
    again. Raises `BackupError`.
    """
    with tempfile.TemporaryDirectory() as work, _opened(file) as tar:
        manifest = _checked_manifest(tar)
        dump = Path(work) / "database.dump"
        _extract(tar, tar.getmember("database.dump"), dump, manifest["dump_sha256"])
        _refuse_company()
        incoming = _extract_media(tar)
        if LEDGER in tar.getnames():
            erasures.merge(_open_member(tar, LEDGER).read().decode().splitlines())
        _replace_database(dump, Path(work))
    _replace_media(incoming)
    call_command("migrate", interactive=False, verbosity=0)
    Session.objects.all().delete()
    if ledger:
        erasures.merge(ledger.read_text().splitlines())
    held = hold_undelivered(reason=_("aus einer Sicherung"))
    return Restored(manifest["made_at"], manifest["media"], held, erasures.replay())


# ---- Making ---------------------------------------------------------------------------------------------------


def _manifest(dump: Path, media: int, now: dt.datetime) -> dict[str, object]:
    applied = MigrationLoader(connection).applied_migrations
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "server": cast(Any, connection).pg_version,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "dump_sha256": _sha256(dump),
        "media": media,
    }


def _media_files() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    return (path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and INCOMING not in path.parts)


@contextlib.contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """Open ``path`` for writing with mode 0600 and remove it when the block fails."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), 0o600, int(timezone.now().timestamp())
    tar.addfile(info, io.BytesIO(data))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---- Restoring ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except (tarfile.TarError, OSError, KeyError, ValueError) as error:
        raise BackupError(
            _("%(file)s ist keine lesbare Sicherung: %(error)s") % {"file": file, "error": error}
        ) from error


def _checked_manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    if "manifest.json" not in tar.getnames():
        raise BackupError(_("Die Sicherung ist unvollständig: Ihr Inhaltsverzeichnis fehlt. Bitte eine andere nehmen."))
    manifest: dict[str, Any] = json.loads(_open_member(tar, "manifest.json").read())
    if manifest["format"] != FORMAT:
        raise BackupError(_("Die Sicherung hat ein Format, das diese Version nicht kennt."))
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    ours = {name.split(".")[0] for name in known}
    if newer := [name for name in manifest["migrations"] if name.split(".")[0] in ours and name not in known]:
        raise BackupError(
            _("Die Sicherung stammt von einer neueren Version (%(names)s …): bitte zuerst die Software erneuern.")
            % {"names": ", ".join(newer[:3])}
        )
    if (theirs := manifest["server"] // 10_000) > (ours := cast(Any, connection).pg_version // 10_000):
        raise BackupError(
            _("Die Sicherung stammt von PostgreSQL %(theirs)s, hier läuft %(ours)s: bitte zuerst den Server erneuern.")
            % {"theirs": theirs, "ours": ours}
        )
    return manifest


def _refuse_company() -> None:
    """Web and worker have to be stopped: what they write now would be lost, and they would block the exchange.

    Who has just hung up needs a moment until the server has noticed, hence several looks.
    """
    deadline = time.monotonic() + HANGING_UP_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            (others,) = cursor.fetchone()
        if not others or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    connection.close()
    if others:
        raise BackupError(_("Web und Worker bitte zuerst anhalten: %(n)s Verbindungen sind offen.") % {"n": others})


def _extract_media(tar: tarfile.TarFile) -> Path:
    """Unpack the media, each checked against its sum, into a folder inside MEDIA_ROOT (same disk), and return it."""
    incoming = Path(settings.MEDIA_ROOT) / INCOMING
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir(mode=0o700, parents=True)
    for line in _open_member(tar, "media.sha256").read().decode().splitlines():
        sha256, name = line.split("  ", 1)
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts:
            raise BackupError(_("Die Sicherung enthält einen unzulässigen Dateinamen: %(name)r") % {"name": name})
        path = incoming.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        _extract(tar, tar.getmember(f"media/{name}"), path, sha256)
    return incoming


def _replace_media(incoming: Path) -> None:
    for path in incoming.parent.iterdir():
        if path != incoming:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in incoming.iterdir():
        path.rename(incoming.parent / path.name)
    incoming.rmdir()


def _open_member(tar: tarfile.TarFile, member: str | tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(member)
    if file is None:
        raise BackupError(_("Die Sicherung ist beschädigt: %(name)s ist keine Datei.") % {"name": member})
    return file


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path, sha256: str) -> None:
    with _open_member(tar, member) as source, _private(path) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    if _sha256(path) != sha256:
        raise BackupError(_("Die Sicherung ist beschädigt: Prüfsumme von %(name)s.") % {"name": member.name})


def _replace_database(dump: Path, work: Path) -> None:
    """Exchange everything that the role owns in one transaction; extensions stay, they may belong to a superuser."""
    contents = _run("pg_restore", "--list", str(dump)).splitlines()
    chosen = work / "contents"
    chosen.write_text("\n".join(line for line in contents if not EXTENSIONS_OWN.search(line)))
    before = ["BEGIN;", "SET client_min_messages = warning;", "DROP OWNED BY CURRENT_USER CASCADE;"]
    before += [f"CREATE EXTENSION IF NOT EXISTS {name};" for name in embedded_postgis.EXTENSIONS]
    restore = [_program("pg_restore"), "--no-owner", "--no-privileges", f"--use-list={chosen}", "--file=-", str(dump)]
    load = [_program("psql"), "-X", "-q", "-o", os.devnull, "-v", "ON_ERROR_STOP=1"]
    with (work / "errors").open("w+") as errors:
        psql = subprocess.Popen(load, stdin=subprocess.PIPE, stderr=errors, env=_environment())  # noqa: S603
        script = subprocess.Popen(restore, stdout=subprocess.PIPE, stderr=errors, env=_environment())  # noqa: S603
        assert psql.stdin and script.stdout
        with contextlib.suppress(BrokenPipeError):
            psql.stdin.write("\n".join(before).encode() + b"\n")
            # pg_restore empties the search path. Triggers on geometries compare by IS DISTINCT FROM, which then
            # finds no "=" for them: PostGIS has it in public.
            first = script.stdout.read(1 << 16).replace(b"'search_path', ''", b"'search_path', 'public'", 1)
            # Where only newer programs are installed: a setting of theirs that the server does not know.
            if cast(Any, connection).pg_version < 17_00_00:
                first = first.replace(b"SET transaction_timeout = 0;", b"", 1)
            psql.stdin.write(first)
            shutil.copyfileobj(script.stdout, psql.stdin, 1 << 20)
            # Without these last words PostgreSQL takes everything back: a dump that broke off changes nothing. The
            # mark of bin/setup belongs to the database that was here before.
            if script.wait() == 0:
                name = connection.ops.quote_name(connection.settings_dict["NAME"])
                psql.stdin.write(f"COMMENT ON DATABASE {name} IS NULL;\nCOMMIT;\n".encode())
        with contextlib.suppress(BrokenPipeError):
            psql.stdin.close()
        script.stdout.close()
        codes = psql.wait(), script.wait()
        errors.seek(0)
        if any(codes):
            raise BackupError(
                _("Die Datenbank blieb, wie sie war: %(error)s") % {"error": errors.read()[-600:].strip()}
            )


# ---- PostgreSQL's programs ------------------------------------------------------------------------------------


def _run(name: str, *arguments: str) -> str:
    answer = subprocess.run(  # noqa: S603
        [_program(name), *arguments], capture_output=True, text=True, env=_environment(), check=False
    )
    if answer.returncode:
        raise BackupError(f"{name}: {answer.stderr.strip()[-600:]}")
    return answer.stdout


def _program(name: str) -> str:
    """Return the program of the server's version, else the next newer one: an older one refuses the server."""
    server = cast(Any, connection).pg_version // 10_000
    found = [*DEBIAN_PROGRAMS.glob(f"[0-9]*/bin/{name}")] or [Path(path) for path in [shutil.which(name)] if path]
    versions = {major_version(path): str(path) for path in found}
    if new_enough := [version for version in versions if version >= server]:
        return versions[min(new_enough)]
    here = ", ".join(map(str, sorted(versions))) or "–"
    raise BackupError(
        _("%(name)s fehlt oder ist älter als der Server (hier: %(here)s): Paket postgresql-client-%(server)s.")
        % {"name": name, "server": server, "here": here}
    )


def _environment() -> dict[str, str]:
    """The connection as environment variables: a password never stands in a command line that others can list."""
    given = connection.settings_dict
    options = {f"PG{key.upper()}": value for key, value in given["OPTIONS"].items() if key.startswith("ssl")}
    wanted = {key: given[name] for key, name in [("PGHOST", "HOST"), ("PGPORT", "PORT"), ("PGUSER", "USER")]}
    wanted |= {"PGDATABASE": given["NAME"], "PGPASSWORD": given["PASSWORD"], **options}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return inherited | {key: str(value) for key, value in wanted.items() if value}
