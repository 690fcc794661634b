"""Where the private cluster lives: below root's home, with long paths, in copied checkouts, with other versions."""

import os
import pwd
import re
from pathlib import Path

import pytest

from geo_platform import cluster_places, embedded_postgis
from geo_platform.cluster_places import ClusterError, is_reachable, locate, programs


@pytest.fixture
def open_dir() -> Path:
    """A directory that every user may enter; pytest's own is closed to others."""
    import shutil
    import tempfile

    path = Path(tempfile.mkdtemp(prefix="geo-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(autouse=True)
def postgres_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system user postgres, whether this machine has one or not."""
    entry = pwd.struct_passwd(("postgres", "x", 54321, 54321, "", "/var/lib/postgresql", "/bin/sh"))
    monkeypatch.setattr(cluster_places.pwd, "getpwnam", lambda name: entry)
    monkeypatch.setattr(cluster_places.os, "getgrouplist", lambda name, gid: [gid])


def test_the_cluster_lives_in_var(open_dir: Path) -> None:
    cluster = locate(open_dir, environ={}, as_root=True)
    assert (cluster.data, cluster.socket, cluster.user) == (
        open_dir / "var/pg",
        open_dir / "var/pg-socket",
        "postgres",
    )


def test_an_ordinary_user_runs_it_without_switching(open_dir: Path) -> None:
    assert locate(open_dir, environ={}, as_root=False).user is None


def test_var_may_lie_elsewhere(open_dir: Path) -> None:
    assert locate(open_dir, environ={"VAR_DIR": f"{open_dir}/state"}, as_root=False).data == open_dir / "state/pg"


def test_below_a_closed_directory_root_falls_back_to_var_lib(open_dir: Path) -> None:
    closed = open_dir / "root"
    closed.mkdir(mode=0o700)
    cluster = locate(closed / "geo", environ={}, as_root=True)
    assert cluster.data.parent.parent == Path("/var/lib/geo-platform")
    assert cluster.lock == closed / "geo/var/pg.lock"


def test_two_checkouts_below_a_closed_directory_do_not_meet(open_dir: Path) -> None:
    closed = open_dir / "root"
    closed.mkdir(mode=0o700)
    one, two = (locate(closed / name, environ={}, as_root=True) for name in ("one", "two"))
    assert one.data != two.data and one.socket != two.socket


def test_an_ordinary_user_stays_in_var_below_a_closed_directory(open_dir: Path) -> None:
    closed = open_dir / "home"
    closed.mkdir(mode=0o700)
    assert locate(closed, environ={}, as_root=False).data == closed / "var/pg"


def test_a_cluster_that_is_there_is_not_left_behind_for_an_empty_one(open_dir: Path) -> None:
    closed = open_dir / "root"
    (closed / "var/pg").mkdir(parents=True)
    (closed / "var/pg/PG_VERSION").write_text("15\n")
    closed.chmod(0o700)
    cluster = locate(closed, environ={}, as_root=True)
    assert cluster.data == closed / "var/pg"
    with pytest.raises(ClusterError, match="chmod o\\+x"):
        embedded_postgis._check_rights(cluster)


def test_group_rights_count_for_members_only(open_dir: Path) -> None:
    (open_dir / "a").mkdir()
    (open_dir / "a").chmod(0o710)
    assert not is_reachable(open_dir / "a/b", "postgres")


def test_a_long_path_gets_a_short_socket_directory_that_is_remembered(
    open_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_places.tempfile, "tempdir", str(open_dir))
    deep = open_dir.joinpath(*["a-rather-long-directory-name"] * 4)
    first = locate(deep, environ={}, as_root=False).socket
    assert len(os.fsencode(first / cluster_places.SOCKET_NAME)) <= cluster_places.MAX_SOCKET_PATH_BYTES
    assert locate(deep, environ={}, as_root=False).socket == first


def test_a_copied_checkout_with_a_long_path_gets_a_socket_of_its_own(
    open_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_places.tempfile, "tempdir", str(open_dir))
    deep = open_dir.joinpath(*["a-rather-long-directory-name"] * 4)
    first = locate(deep / "one", environ={}, as_root=False).socket
    (deep / "two/var").mkdir(parents=True)
    (deep / "two/var/pg-socket.path").write_text((deep / "one/var/pg-socket.path").read_text())
    assert locate(deep / "two", environ={}, as_root=False).socket != first


@pytest.fixture
def debian(tmp_path: Path) -> Path:
    """PostgreSQL 15 with PostGIS and 17 without, as Debian lays them out."""
    for version in ("9", "15", "17"):
        (tmp_path / "lib" / version / "bin").mkdir(parents=True)
        (tmp_path / "lib" / version / "bin/initdb").touch()
    (tmp_path / "share/15/extension").mkdir(parents=True)
    (tmp_path / "share/15/extension/postgis.control").touch()
    return tmp_path


def test_a_new_cluster_takes_the_newest_postgresql_that_has_postgis(debian: Path) -> None:
    assert programs(debian=debian / "lib", share=debian / "share") == debian / "lib/15/bin"
    (debian / "share/17/extension").mkdir(parents=True)
    (debian / "share/17/extension/postgis.control").touch()
    assert programs(debian=debian / "lib", share=debian / "share") == debian / "lib/17/bin"


def test_a_new_cluster_takes_no_version_that_nobody_tried_as_long_as_there_is_another(debian: Path) -> None:
    (debian / "lib/18/bin").mkdir(parents=True)
    (debian / "lib/18/bin/initdb").touch()
    (debian / "share/18/extension").mkdir(parents=True)
    (debian / "share/18/extension/postgis.control").touch()
    assert programs(debian=debian / "lib", share=debian / "share") == debian / "lib/15/bin"
    (debian / "share/15/extension/postgis.control").unlink()
    assert programs(debian=debian / "lib", share=debian / "share") == debian / "lib/18/bin"


def test_a_cluster_keeps_the_version_that_made_it(debian: Path) -> None:
    assert programs("15", debian=debian / "lib", share=debian / "share") == debian / "lib/15/bin"


def test_another_version_is_a_sentence_that_says_what_to_do(debian: Path) -> None:
    """The other version's PostGIS may be all that is missing: an upgrade of Debian leaves PostgreSQL without it."""
    for version in ("16", "17"):
        sentence = rf"made by PostgreSQL {version}, .* only 15 is .*postgresql-{version}-postgis-3.*backup"
        with pytest.raises(ClusterError, match=sentence):
            programs(version, debian=debian / "lib", share=debian / "share")


def test_without_postgresql_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match=r"bin/setup.*DATABASE_URL"):
        programs(debian=tmp_path, share=tmp_path)


@pytest.mark.parametrize("name", ["Robert'); DROP TABLE", "geo-platform", "1st", "a" * 51])
def test_a_database_name_that_needs_quoting_is_refused(name: str) -> None:
    with pytest.raises(ClusterError, match="DB_NAME"):
        embedded_postgis.database_name(name)


def test_settings_name_a_socket_and_no_password(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAR_DIR", raising=False)
    settings = embedded_postgis.database_settings(open_dir)
    assert settings["PASSWORD"] == "" and re.match("/", str(settings["HOST"]))
    assert not (open_dir / "var").exists()
