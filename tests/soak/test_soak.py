"""``bin/soak`` goes on where it stopped, counts for its own commit only and says in one line how it stands."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import wait_until
from tests.soak import amounts, pieces
from tests.soak.__main__ import main
from tests.soak.declarations import SOAKS
from tests.soak.going import Done, Ended, Refused, Soak, Turn, go
from tests.soak.pieces import ROOT, ByPytest, attend, read_report, whole_run
from tests.soak.state import State, identity

COMMIT = "4767f71" + 33 * "0"


class Bench:
    """A soak of ten pushes at swings, three a piece, that remembers its turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.turns: list[Turn] = []
        self.said: list[str] = []
        self.faults: dict[int, str] = {}

    def push(self, turn: Turn) -> Done:
        self.turns.append(turn)
        return Done(turn.amount, [self.faults[turn.number]] if turn.number in self.faults else [])

    def go(self, target: int = 10, commit: str = COMMIT, piece: Any = None) -> int:
        soak = Soak("swings", "pushes at swings", "pushes", 10, 3, piece or self.push)
        return go(soak, self.folder, lambda: commit, target=target, say=self.said.append)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def git(folder: Path, *arguments: str) -> None:
    known = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, **known})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small project whose bin/test says what it was told and obeys a file."""
    folder = tmp_path / "project"
    (folder / "bin").mkdir(parents=True)
    script = folder / "bin/test"
    script.write_text('#!/bin/sh\necho "told $*"\ncat outcome\n! grep -q failed outcome\n')
    script.chmod(0o755)
    (folder / "outcome").write_text("FAILED tests/geo/test_a.py::test_b - no\n== 1 failed, 7 passed in 3 s ==\n")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "Begin")):
        git(folder, *arguments)
    return folder


def test_the_list_says_what_there_is_and_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    listed = capsys.readouterr().out
    assert all(re.search(rf"{one.name} +{one.bar:,} {one.unit}", listed) for one in SOAKS.values())


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    done = subprocess.run([ROOT / "bin/soak", "swings"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"There is no soak “swings”. There are: {', '.join(SOAKS)}.\n"


def test_what_is_declared_names_tests_that_there_are() -> None:
    for name in [name for soak in SOAKS.values() if isinstance(soak.piece, ByPytest) for name in soak.piece.tests]:
        path, test = name.split("::")
        assert re.search(rf"^def {test}\(", (ROOT / path).read_text(), re.M), name


def test_a_soak_goes_on_where_it_stopped(bench: Bench) -> None:
    assert bench.go(target=4) == 0
    assert bench.go() == 0
    assert [(turn.number, turn.amount) for turn in bench.turns] == [(0, 3), (1, 1), (2, 3), (3, 3)]
    assert len({turn.seed for turn in bench.turns}) == 4
    assert re.fullmatch(r"swings: 4 of 10 pushes, 0 failures, 0 s, 4767f7100000, \d{4}-\d\d-\d\d", bench.said[2])
    assert bench.said[-1].startswith("swings: 10 of 10 pushes, 0 failures,")
    assert bench.go() == 0 and len(bench.turns) == 4


def test_a_failure_is_kept_and_makes_every_end_red(bench: Bench) -> None:
    bench.faults = {1: "seed 7: the chain broke"}
    assert bench.go() == 1
    assert "seed 7: the chain broke" in bench.said
    assert bench.said[-1].startswith("swings: 10 of 10 pushes, 1 failures,")
    assert bench.go() == 1, "what failed stays failed, though nothing is left to do"


def test_only_what_was_done_for_this_commit_counts(bench: Bench) -> None:
    bench.faults = {0: "broken"}
    assert bench.go(commit=f"{COMMIT} with changes 12345678") == 1
    assert "4767f7100000 with changes 12345678" in bench.said[-1]
    bench.faults = {}
    assert bench.go() == 0
    assert len(bench.turns) == 8


def test_begun_anew_nothing_counts(bench: Bench) -> None:
    bench.faults = {0: "broken"}
    assert bench.go() == 1
    bench.faults = {}
    State(bench.folder / "swings.jsonl").append(commit=COMMIT, anew=True)
    assert bench.go() == 0
    assert len(bench.turns) == 8


def test_a_line_that_was_torn_off_is_not_counted_and_spoils_no_other(bench: Bench) -> None:
    file = bench.folder / "swings.jsonl"
    bench.go(target=3)
    file.write_bytes(file.read_bytes() + f'{{"commit": "{COMMIT}", "amount": 3'.encode())
    assert bench.go() == 0
    assert [turn.amount for turn in bench.turns] == [3, 3, 3, 1]
    assert len(State(file).pieces(COMMIT)) == 4


def test_killed_outright_it_loses_the_piece_under_way_and_no_more(bench: Bench) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom tests.soak.going import Done, Soak, go\n"
        "def piece(turn):\n"
        "    if turn.number == 2: (turn.folder / 'third').touch(); time.sleep(600)\n"
        "    return Done(turn.amount)\n"
        f"soak = Soak('swings', '', 'pushes', 10, 3, piece)\n"
        f"go(soak, Path(sys.argv[1]), lambda: '{COMMIT}', target=10, say=print)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, bench.folder], cwd=ROOT)
    wait_until((bench.folder / "third").exists, "the third piece")
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert bench.go() == 0
    assert [(turn.number, turn.amount) for turn in bench.turns] == [(2, 3), (3, 1)]


def test_ended_by_a_signal_it_sums_up(bench: Bench) -> None:
    def piece(turn: Turn) -> Done:
        if turn.number == 1:
            raise Ended(signal.SIGTERM)
        return bench.push(turn)

    assert bench.go(piece=piece) == 143
    assert bench.said[-1].startswith("swings: 3 of 10 pushes, 0 failures,")


def test_a_piece_that_breaks_is_a_failure_with_its_seed(bench: Bench) -> None:
    def piece(turn: Turn) -> Done:
        raise KeyError("swing")

    assert bench.go(piece=piece) == 1
    assert "amount 3: KeyError: 'swing'" in bench.said[1] and "would never end" in bench.said[2]
    assert bench.said[-1].startswith("swings: 0 of 10 pushes, 1 failures,")


def test_a_commit_made_under_way_spoils_the_piece(bench: Bench) -> None:
    commits = iter([COMMIT, COMMIT, "f" * 40])
    soak = Soak("swings", "", "pushes", 10, 3, bench.push)
    assert go(soak, bench.folder, lambda: next(commits), target=10, say=bench.said.append) == 1
    assert "changed under way" in bench.said[-2] and bench.said[-1].startswith("swings: 3 of 10")


def test_a_tree_with_changes_is_called_so_and_each_change_by_a_word_of_its_own(checkout: Path) -> None:
    found = [identity(checkout)]
    for name, text in (("bin/test", "a"), ("bin/test", "b"), ("new", "a"), ("new", "b")):
        (checkout / name).write_text(text)
        found.append(identity(checkout))
    assert re.fullmatch("[0-9a-f]{40}", found[0])
    assert all(re.fullmatch(f"{found[0]} with changes [0-9a-f]{{8}}", one) for one in found[1:])
    assert len(set(found)) == 5


def test_a_report_of_tests_says_what_they_did_and_how_they_failed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="a" name="good"><properties><property name="done" value="600"/>'
        '</properties></testcase><testcase classname="a" name="bad"><properties><property name="done" value="3"/>'
        "</properties><failure>AssertionError: /karte/?bbox=1</failure></testcase></testsuite></testsuites>"
    )
    assert read_report(report) == Done(603, ["a::bad: AssertionError: /karte/?bbox=1"])


def test_the_same_test_does_its_share_or_what_a_seed_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def examples(seed: str | None, times: float) -> list[int]:
        monkeypatch.setattr(amounts, "SEED", seed)
        monkeypatch.setattr(amounts, "TIMES", times)
        found: list[int] = []

        @amounts.drawn(10)
        @given(st.integers(0, 10**9))
        def test(number: int) -> None:
            found.append(number)

        test()
        return found

    share = examples(None, 1)
    assert (len(share), share) == (10, examples(None, 1))
    drawn = examples("7", 2.5)
    assert (len(drawn), drawn) == (25, examples("7", 2.5))
    assert drawn != examples("8", 2.5)


def test_what_a_piece_started_may_tidy_up_when_we_are_ended(tmp_path: Path) -> None:
    program = (
        "import pathlib, time\n"
        "try: pathlib.Path('ready').touch(); time.sleep(600)\n"
        "except KeyboardInterrupt: pathlib.Path('tidy').touch()\n"
    )

    def end(_number: int, _frame: Any) -> None:
        raise Ended(signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, end)
    watch = (  # rings when there is something to tidy up
        "import os, pathlib, signal, time\n"
        "while not pathlib.Path('ready').exists(): time.sleep(0.01)\n"
        f"os.kill({os.getpid()}, signal.SIGALRM)"
    )
    bell = subprocess.Popen([sys.executable, "-c", watch], cwd=tmp_path)
    try:
        with pytest.raises(Ended):
            attend([sys.executable, "-c", program], tmp_path / "log", dict(os.environ), tmp_path)
    finally:
        bell.wait()
        signal.signal(signal.SIGALRM, before)
    assert (tmp_path / "tidy").exists()


def test_a_whole_run_tells_passed_failed_and_minutes(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "ROOT", checkout)
    red = whole_run(Turn(0, 7, 1, identity(checkout), tmp_path))
    assert (red.amount, red.note) == (1, "1 failed, 7 passed in 3 s, 0.0 min")
    assert "FAILED tests/geo/test_a.py::test_b - no" in red.faults[0]
    assert (tmp_path / "run-7.log").read_text().startswith("told --randomly-seed=7\n")

    (checkout / "outcome").write_text("== 8 passed in 3 s ==\n")
    git(checkout, "commit", "-qam", "Mend")
    green = whole_run(Turn(2, 8, 1, identity(checkout), tmp_path))
    assert green == Done(1, note="8 passed in 3 s, 0.0 min, under load")
    assert not (tmp_path / "run-8.log").exists()

    (checkout / "outcome").write_text("== 9 passed in 3 s ==\n")
    with pytest.raises(Refused, match="commit your changes"):
        whole_run(Turn(0, 9, 1, identity(checkout), tmp_path))


def test_what_stands_in_the_file_is_enough_to_repeat_it(bench: Bench) -> None:
    bench.faults = {0: "broken"}
    bench.go(target=3)
    line = json.loads((bench.folder / "swings.jsonl").read_text())
    turn = bench.turns[0]
    assert (line["commit"], line["seed"], line["amount"], line["faults"]) == (COMMIT, turn.seed, 3, ["broken"])
    assert line["seconds"] == 0 and line["at"]
