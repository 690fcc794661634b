"""What was erased stays erased, whatever backup comes back."""

import pytest

from apps.accounts import erasures


@pytest.fixture
def ledger(settings, tmp_path, monkeypatch):
    settings.ERASURE_LEDGER = str(tmp_path / "somewhere" / "erasures.log")
    monkeypatch.setattr(erasures, "_erasers", {})
    return erasures.ledger()


@pytest.fixture
def erased(ledger):
    done = []
    erasures.register_eraser("letters", lambda town, key: done.append((town, key)))
    return done


def test_what_was_written_down_is_done_again_once(db, erased, ledger):
    for key in ("abc", "def", "abc"):
        erasures.record_erasure(kind="letters", town="14000010", key=key)
    assert erasures.replay() == 2
    assert erased == [("14000010", "abc"), ("14000010", "def")]
    assert ledger.stat().st_mode & 0o777 == 0o600


def test_without_a_ledger_there_is_nothing_to_do(db, erased):
    assert erasures.replay() == 0


def test_a_line_torn_by_a_crash_is_no_obstacle(db, erased, ledger):
    erasures.record_erasure(kind="letters", town="14000010", key="abc")
    with ledger.open("a") as handle:
        handle.write('{"at": "2026-')
    assert erasures.replay() == 1


def test_a_kind_that_nobody_could_erase_again_is_refused_at_once(ledger):
    with pytest.raises(ValueError, match="register_eraser"):
        erasures.record_erasure(kind="letters", town="14000010", key="abc")


def test_the_ledger_of_a_backup_adds_what_is_not_known_here(db, erased, ledger):
    erasures.record_erasure(kind="letters", town="14000010", key="abc")
    older = ledger.read_text().splitlines()
    newer = [older[0].replace("abc", "xyz"), *older]
    erasures.merge(newer)
    erasures.merge(newer)
    assert len(ledger.read_text().splitlines()) == 2
    erasures.replay()
    assert erased == [("14000010", "abc"), ("14000010", "xyz")]
