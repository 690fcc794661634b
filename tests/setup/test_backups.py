"""``manage.py backup`` and ``restore``, for real: on a private cluster and a media folder of their own."""

import io
import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.test import override_settings
from django.utils import timezone

from geo_platform import backups, embedded_postgis
from geo_platform.backups import BackupError, make_backup

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.slow(reason="starts each command as a process, as an administrator does"),
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="needs programs"),
]

TOWN = """
from django.contrib.gis.geos import Point
from django.utils import timezone
from apps.geo.crs import GEO_SRID
from apps.outbox.models import Message
from apps.places.models import Municipality
Municipality.objects.create(key="14999001", name="Rasterstadt", centre=Point(335000, 5685000, srid=GEO_SRID))
Message.objects.create(recipient="anna@example.org", subject="Ihre Meldung", body="…", message_id="<1@x>",
                       give_up_at=timezone.now())
"""


class Installation:
    """An installation with a town, a waiting message and a photo."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.media = home / "var/media"
        self.environ = os.environ | {
            "DJANGO_SETTINGS_MODULE": "geo_platform.settings",
            "VAR_DIR": str(home / "var"),
            "MEDIA_ROOT": str(self.media),
            "DB_NAME": "geo_b",
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, ROOT / "manage.py", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=self.environ, check=False)

    def must(self, *arguments: str) -> str:
        answer = self.manage(*arguments)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def connect(self) -> psycopg.Connection[tuple[str]]:
        return psycopg.connect(host=str(self.home / "var/pg-socket"), user="geo", dbname="geo_b", autocommit=True)

    def values(self, query: str) -> list[str]:
        with self.connect() as connection:
            return [value for (value,) in connection.execute(query)]

    def towns(self) -> list[str]:
        return self.values("SELECT name FROM places_municipality")


@pytest.fixture(scope="module")
def installation(django_db_setup: None, django_db_blocker: Any) -> Iterator[Installation]:
    home = Path(tempfile.mkdtemp(prefix="geo-", dir="/tmp"))
    home.chmod(0o755)
    here = Installation(home)
    # The tables come from a backup of the test database: quicker than migrating, and it is what a new machine does.
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=home / "no-media", ERASURE_LEDGER=home / "no-ledger"),
    ):
        seed = make_backup(directory=home / "seed", now=timezone.now())
    here.must("restore", str(seed))
    here.must("shell", "--no-imports", "-c", TOWN)
    (here.media / "ab").mkdir(parents=True)
    (here.media / "ab/photo.jpg").write_bytes(b"a lamp")
    yield here
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAR_DIR", str(home / "var"))
        embedded_postgis.stop(ROOT)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def backup(installation: Installation) -> Path:
    installation.must("backup", str(installation.home / "backups"))
    (path,) = (installation.home / "backups").iterdir()
    return path


def test_a_backup_is_one_file_that_only_its_owner_may_read(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    with tarfile.open(backup) as tar:
        assert tar.getnames() == ["database.dump", "media/ab/photo.jpg", "media.sha256", "manifest.json"]


def test_what_was_lost_comes_back_and_what_came_later_goes(installation: Installation, backup: Path) -> None:
    (installation.media / "ab/photo.jpg").unlink()
    (installation.media / "later.jpg").write_bytes(b"a swing")
    with installation.connect() as connection:
        connection.execute("UPDATE places_municipality SET name = 'Irrtum'")

    installation.must("restore", str(backup), "--replace")

    assert installation.towns() == ["Rasterstadt"]
    assert [path.name for path in installation.media.rglob("*") if path.is_file()] == ["photo.jpg"]
    assert (installation.media / "ab/photo.jpg").read_bytes() == b"a lamp"


def test_a_backup_made_with_postgresql_15_comes_back_on_this_server(installation: Installation) -> None:
    """Kept from an earlier version of the platform, too: migrations made since then run on top of it."""
    kept = installation.home / "kept.tar"
    kept.write_bytes(lzma.decompress(Path(__file__).with_name("made-by-postgresql-15.tar.xz").read_bytes()))
    with tarfile.open(kept) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest and json.load(manifest)["server"] // 10_000 == 15
    (installation.media / "later.jpg").write_bytes(b"a swing")

    installation.must("restore", str(kept), "--replace")

    assert installation.towns() == ["Rasterstadt"]
    assert [path.name for path in installation.media.rglob("*") if path.is_file()] == ["photo.jpg"]


def test_a_message_that_may_have_left_since_is_not_sent_again(installation: Installation, backup: Path) -> None:
    installation.must("restore", str(backup), "--replace")
    assert installation.values("SELECT state FROM outbox_message") == ["dead"]


def test_what_was_erased_since_is_erased_again(installation: Installation, backup: Path) -> None:
    line = {"at": "2026-11-22T21:30:00+00:00", "kind": "reports.contact", "town": "14999001", "key": "0123456789ab"}
    newer_ledger = installation.home / "newer.log"
    newer_ledger.write_text(json.dumps(line) + "\n")
    assert "1 Löschung" in installation.must("restore", str(backup), "--replace", "--erasures", str(newer_ledger))
    assert (installation.home / "var/erasures.log").read_text() == newer_ledger.read_text()
    (installation.home / "var/erasures.log").unlink()


def test_towns_are_not_replaced_unasked(installation: Installation, backup: Path) -> None:
    answer = installation.manage("restore", str(backup))
    assert answer.returncode == 1 and "Rasterstadt" in answer.stderr and "--replace" in answer.stderr


def test_nothing_is_restored_below_a_running_site(installation: Installation, backup: Path) -> None:
    with installation.connect():
        answer = installation.manage("restore", str(backup), "--replace")
    assert answer.returncode == 1 and "anhalten" in answer.stderr


def rewritten(backup: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    with tarfile.open(backup) as old, tarfile.open(target, "w") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            data = change(member.name, file.read() if file else b"")
            if data is not None:
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target


def cut_off(name: str, data: bytes) -> bytes | None:
    return None if name == "manifest.json" else data


def rotten(name: str, data: bytes) -> bytes:
    return data[:-9] + b"X" + data[-8:] if name == "database.dump" else data


def newer(name: str, data: bytes) -> bytes:
    if name != "manifest.json":
        return data
    manifest = json.loads(data)
    return json.dumps(manifest | {"migrations": [*manifest["migrations"], "places.9999_future"]}).encode()


def from_a_newer_server(name: str, data: bytes) -> bytes:
    return json.dumps(json.loads(data) | {"server": 990_001}).encode() if name == "manifest.json" else data


def climbing(name: str, data: bytes) -> bytes:
    return data.replace(b"ab/photo.jpg", b"../photo.jpg") if name == "media.sha256" else data


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (cut_off, "unvollständig"),
        (rotten, "Prüfsumme von database.dump"),
        (newer, "neueren Version"),
        (from_a_newer_server, "stammt von PostgreSQL 99"),
        (climbing, "unzulässigen Dateinamen"),
    ],
    ids=["cut off", "rotten", "newer", "newer server", "climbing"],
)
def test_a_bad_backup_is_refused_and_changes_nothing(
    installation: Installation, backup: Path, change: Callable[[str, bytes], bytes | None], sentence: str
) -> None:
    bad = rewritten(backup, installation.home / "bad.tar", change)
    answer = installation.manage("restore", str(bad), "--replace")
    assert answer.returncode == 1 and sentence in answer.stderr and "Traceback" not in answer.stderr
    assert installation.towns() == ["Rasterstadt"]
    assert (installation.media / "ab/photo.jpg").read_bytes() == b"a lamp"


@pytest.mark.parametrize(
    ("server", "installed", "chosen"),
    [(15, (15, 17), 15), (16, (15, 17, 18), 17), (17, (15, 16), None), (17, (), None)],
)
def test_the_programs_are_never_older_than_the_server(
    server: int, installed: tuple[int, ...], chosen: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in installed:
        (tmp_path / f"{version}/bin").mkdir(parents=True)
        (tmp_path / f"{version}/bin/pg_dump").touch()
    monkeypatch.setattr(backups, "DEBIAN_PROGRAMS", tmp_path)
    monkeypatch.setattr(backups, "connection", SimpleNamespace(pg_version=server * 10_000 + 4))
    monkeypatch.setenv("PATH", str(tmp_path))
    if chosen:
        assert backups._program("pg_dump") == str(tmp_path / f"{chosen}/bin/pg_dump")
    else:
        with pytest.raises(BackupError, match="postgresql-client-17"):
            backups._program("pg_dump")


def test_elsewhere_than_on_debian_the_program_tells_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 16.14'\n")
    program.chmod(0o755)
    monkeypatch.setattr(backups, "DEBIAN_PROGRAMS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(backups, "connection", SimpleNamespace(pg_version=16_00_02))
    assert backups._program("pg_dump") == str(program)
    monkeypatch.setattr(backups, "connection", SimpleNamespace(pg_version=17_00_02))
    with pytest.raises(BackupError, match="hier: 16"):
        backups._program("pg_dump")


def test_old_backups_are_deleted_on_request(installation: Installation) -> None:
    folder = installation.home / "nightly"
    folder.mkdir()
    (folder / "geo-platform-20200101T000000Z.tar").touch()
    (folder / "notes.txt").touch()
    installation.must("backup", str(folder), "--keep-days", "35")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 2 and names[1] == "notes.txt" and not names[0].startswith("geo-platform-2020")
