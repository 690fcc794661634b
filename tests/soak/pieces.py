"""What pieces are made of: tests with another amount, and whole runs of ``bin/test`` in a fresh clone.

Each runs as a child that ends with us, however we end, and gets the time to tidy up: its own cluster, its database.
"""

import contextlib
import ctypes
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.soak.amounts import DONE
from tests.soak.going import Done, Refused, Turn
from tests.soak.state import identity

ROOT = Path(__file__).resolve().parents[2]
TIDY_S = 120
#: Which of ten whole runs have to share the machine, and with how many at most.
LOADED, MOST_BUSY = (2, 5, 8), 8
# Looked up here: between fork and exec nothing may be loaded.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_COUNTS = re.compile(r"^=+ (.*\b(?:passed|failed|errors?)\b.*?) =+$", re.M)


@dataclass(frozen=True)
class ByPytest:
    """A piece that runs tests; ``share`` is how much they do together in ``bin/test``."""

    share: int
    tests: Sequence[str]

    def __call__(self, turn: Turn) -> Done:
        told = {"SOAK_SEED": str(turn.seed), "SOAK_TIMES": f"{turn.amount / self.share:g}"}
        report, log = turn.folder / "report.xml", turn.folder / "piece.log"
        report.unlink(missing_ok=True)
        command = ["-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-n", "0", *self.tests]
        code = attend([sys.executable, *command, f"--junitxml={report}"], log, {**os.environ, **told})
        done = read_report(report) if report.exists() else Done(0)
        if not done.faults and (code or not done.amount):
            done.faults.append(
                f"pytest ended with {code}, {done.amount} done:\n{log.read_text(errors='replace')[-3000:]}"
            )
        repeat = " ".join([*(f"{k}={v}" for k, v in told.items()), ".venv/bin/python", shlex.join(command)])
        return Done(done.amount, [f"{repeat}\n{fault}" for fault in done.faults])


def read_report(report: Path) -> Done:
    """Return how much the tests of a JUnit report say they did, and the end of what each failure says."""
    tests = ET.parse(report).getroot().iter("testcase")
    done = Done(0)
    for test in tests:
        done.amount += sum(int(p.get("value", 0)) for p in test.iter("property") if p.get("name") == DONE)
        for fault in [*test.iter("failure"), *test.iter("error")]:
            done.faults.append(f"{test.get('classname')}::{test.get('name')}: {(fault.text or '')[-3000:]}")
    return done


def whole_run(turn: Turn) -> Done:
    """Run everything once in a clone of the commit, in an order of its own."""
    if " " in turn.commit:
        raise Refused("Whole runs are made in a clone of a commit: commit your changes first.")
    clone, log = turn.folder / "clone", turn.folder / "piece.log"
    make_clone(clone, turn.commit)
    ours = ("VAR_DIR", "DB_NAME", "KEEP_DATABASE", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "SOAK_SEED", "SOAK_TIMES")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    is_loaded = turn.number % 10 in LOADED
    began = time.monotonic()
    with busy(min(2 * (os.cpu_count() or 1), MOST_BUSY) if is_loaded else 0):
        code = attend(["bin/test", f"--randomly-seed={turn.seed}"], log, environment, clone)
    said = log.read_text(encoding="utf-8", errors="replace")
    counts = _COUNTS.findall(said)
    minutes = (time.monotonic() - began) / 60
    note = f"{(counts or ['no test was run'])[-1]}, {minutes:.1f} min{', under load' * is_loaded}"
    if code == 0 and counts:
        return Done(1, note=note)
    log = log.rename(turn.folder / f"run-{turn.seed}.log")
    red = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return Done(1, ["\n".join([f"bin/test --randomly-seed={turn.seed}: {note}", *red[:30], f"All of it: {log}"])], note)


def make_clone(clone: Path, commit: str) -> None:
    """See to it that the commit lies in ``clone``, made by nobody before."""
    if (clone / ".git").exists() and identity(clone) == commit:
        return
    if (clone / ".venv").exists():  # a run that was killed may have left its database running
        stop = [clone / ".venv/bin/python", "-m", "geo_platform.embedded_postgis", "stop"]
        subprocess.run(stop, cwd=clone, capture_output=True, check=False)
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", ROOT, clone], check=True)
    subprocess.run(["git", "checkout", "--quiet", "--detach", commit], cwd=clone, check=True)


def attend(command: Sequence[str], log: Path, environment: dict[str, str], folder: Path = ROOT) -> int:
    """Run a command with its output in a file; whatever ends us interrupts it first and waits for it."""
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_begin_child,
        )
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(TIDY_S)
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def end_with_parent(number: int) -> None:
    """Let this process get a signal when the one that started it is gone, also when that was killed outright."""
    if _PRCTL:
        _PRCTL(1, number)  # PR_SET_PDEATHSIG


def _begin_child() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # sh starts background commands with it ignored
    end_with_parent(signal.SIGINT)


@contextlib.contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes busy that end with us, however we end."""
    program = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(1_000_000))"
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
