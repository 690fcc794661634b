"""``bin/run``, for real: it serves, and what it started is gone when it ends, however it ends."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_platform import embedded_postgis
from tests.empty_database import pour_into
from tests.patience import PATIENCE_S, unused_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
MARKS = ROOT / "var/marks"

pytestmark = [
    pytest.mark.slow(reason="serves the demonstration town three times"),
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="shows the private cluster"),
    pytest.mark.skipif(not (MARKS / "browser").exists(), reason="needs bin/setup"),
]


class Run:
    """One ``bin/run`` with its own state, on a free port."""

    def __init__(self, home: Path) -> None:
        self.port = unused_port()
        self.home = home
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO_", "EXTRA_"))}
        self.environ = inherited | {"VAR_DIR": str(home / "var"), "PORT": str(self.port), "DB_NAME": "geo_run"}
        self.log = home / f"run-{self.port}.log"

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            process = subprocess.Popen([ROOT / "bin/run"], env=self.environ, stdout=log, stderr=log)
        wait_until(lambda: "Ctrl-C" in self.log.read_text() or process.poll() is not None, "the start", 2 * PATIENCE_S)
        assert process.poll() is None, self.log.read_text()
        return process

    def wait_for_the_last(self) -> None:
        """Return when the last process has gone: one that was ended needs a moment until the kernel has let it go."""
        wait_until(lambda: not self.left(), "the end of everything that was started", 60)

    def left(self) -> list[str]:
        """Command lines of processes that know this run's directory."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if f"VAR_DIR={self.home}/var".encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return [line for line in found if line]

    def processes(self, word: str) -> list[int]:
        return [
            int(entry.name)
            for entry in Path("/proc").glob("[0-9]*")
            if word in _read(entry / "cmdline") and f"VAR_DIR={self.home}/var" in _read(entry / "environ")
        ]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="geo-", dir="/tmp"))
    path.chmod(0o755)
    (path / "var").mkdir(mode=0o711)
    shutil.copytree(MARKS, path / "var/marks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAR_DIR", str(path / "var"))
        # Tables from nothing are made by the set-up that came before any test.
        embedded_postgis.ensure_running(ROOT, "geo_run")
        pour_into(embedded_postgis.locate(ROOT), "geo_run")
        embedded_postgis.stop(ROOT)
        yield path
        embedded_postgis.stop(ROOT)
    shutil.rmtree(path, ignore_errors=True)


def test_it_serves_and_a_term_ends_everything(home: Path) -> None:
    run = Run(home)
    process = run.start()
    said = run.log.read_text()
    assert f"http://127.0.0.1:{run.port}/" in said and "@brandis.invalid" in said, said
    with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/", timeout=PATIENCE_S) as page:
        assert page.status == 200
    assert run.processes("run_worker")

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE_S) == 143
    run.wait_for_the_last()


def test_when_the_worker_dies_the_site_stops_and_the_exit_code_says_so(home: Path) -> None:
    run = Run(home)
    process = run.start()
    for pid in run.processes("run_worker"):
        os.kill(pid, signal.SIGKILL)
    assert process.wait(PATIENCE_S) == 72
    assert "worker process ended" in run.log.read_text()
    run.wait_for_the_last()


def test_a_database_that_ran_before_goes_on(home: Path) -> None:
    run = Run(home)
    command = [ROOT / ".venv/bin/python", "-m", "geo_platform.embedded_postgis"]
    subprocess.run([*command, "start"], env=run.environ, cwd=ROOT, check=True, capture_output=True)
    process = run.start()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 143
    assert subprocess.run([*command, "status"], env=run.environ, cwd=ROOT, check=False).returncode == 0
    subprocess.run([*command, "stop"], env=run.environ, cwd=ROOT, check=True, capture_output=True)


def test_a_port_in_use_is_one_clear_line(home: Path) -> None:
    run = Run(home)
    with socket.socket() as other:
        other.bind(("127.0.0.1", run.port))
        other.listen()
        answer = subprocess.run([ROOT / "bin/run"], env=run.environ, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1 and f"Port {run.port} is in use" in answer.stderr
