"""What a run of the tests says of itself: seconds by folder, what is slow without saying so, what did not run here.

The seconds of each test are kept in ``var/test-seconds.json``: ``tests/quick.py`` chooses by them.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

#: A test that computes for longer has the mark ``slow``, and says why. By the processor's clock and not by the one on
#: the wall; that one, too, runs half as fast again on a busy machine, and whether a run is green is no matter of what
#: else the machine does: the run says it from ``SLOW_S`` on, and fails from ``FAR_TOO_SLOW_S`` on.
SLOW_S, FAR_TOO_SLOW_S = 10, 20
#: A soak does on purpose more of a test than its share.
SOAKS = "SOAK_TIMES" in os.environ
_PROCESSOR = "processor seconds"


def seconds_file(root: Path) -> Path:
    """Return where the seconds of each test are kept."""
    return Path(os.environ.get("VAR_DIR") or root / "var") / "test-seconds.json"


def known_seconds(root: Path) -> dict[str, float]:
    """Return the seconds that each test took when it last ran here."""
    try:
        known: dict[str, float] = json.loads(seconds_file(root).read_text())
    except (OSError, ValueError):
        return {}
    return known


def begin_with_the_slow(items: list[pytest.Item]) -> None:
    """Move what takes long to the front, in the order it has: no process is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


class Reckoning:
    """Adds up what the tests report."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.ran: Counter[str] = Counter()
        self.skipped: defaultdict[str, list[str]] = defaultdict(list)
        self.unmarked: dict[str, float] = {}
        self.left_out = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Let the report carry the processor's seconds of the test and of the children that it waited for."""
        begun = os.times()[:4]
        try:
            return (yield)
        finally:
            item.user_properties.append((_PROCESSOR, sum(os.times()[:4]) - sum(begun)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.when == "call":
            self.ran[folder_of(report.nodeid)] += 1
            used = next((float(str(value)) for name, value in report.user_properties if name == _PROCESSOR), 0.0)
            if used > SLOW_S and "slow" not in report.keywords and not SOAKS:
                self.unmarked[report.nodeid] = used
        if report.skipped and isinstance(report.longrepr, tuple):
            self.skipped[report.longrepr[2].removeprefix("Skipped: ")].append(report.nodeid)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.left_out = len(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Each process of a parallel run leaves the same tests out."""
        self.left_out = getattr(node, "workeroutput", {}).get("left out", self.left_out)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["left out"] = self.left_out
            return
        if max(self.unmarked.values(), default=0) > FAR_TOO_SLOW_S and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        kept = known_seconds(self.root) | {name: round(seconds, 3) for name, seconds in self.seconds.items()}
        seconds_file(self.root).write_text(json.dumps(kept, indent=0, sort_keys=True))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        folders: defaultdict[str, float] = defaultdict(float)
        for name, seconds in self.seconds.items():
            folders[folder_of(name)] += seconds
        terminalreporter.section("seconds by folder")
        for folder, total in sorted(folders.items(), key=lambda entry: -entry[1]):
            terminalreporter.write_line(f"{total:8.1f} s {self.ran[folder]:6} tests  {folder}")
        terminalreporter.section("did not run on this machine")
        for reason, names in sorted(self.skipped.items()):
            terminalreporter.write_line(f"{len(names):6} {reason} ({names[0]}{', …' if len(names) > 1 else ''})")
        if self.left_out:
            terminalreporter.write_line(f"{self.left_out:6} left out by the choice of tests")
        if not self.skipped and not self.left_out:
            terminalreporter.write_line("nothing: every test ran")
        for name, used in self.unmarked.items():
            terminalreporter.write_line(
                f'TOO SLOW {name} computes for {used:.0f} s: make it faster, or mark it @pytest.mark.slow(reason="…")'
            )


def folder_of(nodeid: str) -> str:
    """Return the folder of a test below ``tests``, or ``tests`` itself."""
    parts = nodeid.partition("::")[0].split("/")
    return "/".join(parts[: min(2, len(parts) - 1)])
