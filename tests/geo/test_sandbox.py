"""Whoever takes over a decoder has gained nothing: every wall of the sandbox, tried from inside."""

import re
import struct
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from apps.geo.checks import check_processor
from apps.geo.sandbox import calls, running
from apps.geo.sandbox.running import ConfinedFailed, Limits, run_confined
from tests.patience import PATIENCE_S

LIMITS = Limits(memory_bytes=512 * 1024**2, cpu_seconds=20, wall_seconds=PATIENCE_S, output_bytes=1000)
_WORKER = """
import ctypes, os, resource, signal, socket, subprocess, sys, threading, time
def prepare(order):
    {before}
    return s
def work(s, order):
    try:
        {attempt}
    except (OSError, MemoryError, RuntimeError, ValueError) as error:
        print("stopped")
    else:
        print("done")
"""


def inside(
    folder: Path, attempt: str, *, before: str = "s = None", reads: Path | None = None, limits: Limits = LIMITS
) -> str:
    """Run an attempt in a locked-in child; "stopped" says that the walls held."""
    worker = folder / "worker.py"
    worker.write_text(_WORKER.format(attempt=attempt, before=before))
    with tempfile.TemporaryFile() as answer:
        run_confined(worker, limits=limits, answer=answer, reads=reads)
        return answer.read().decode().strip()


@pytest.fixture
def readable(tmp_path: Path) -> Path:
    folder = tmp_path / "readable"
    folder.mkdir()
    (folder / "file").write_text("von außen")
    return folder


#: Whatever the mode, none of these is possible.
NEVER = {
    "opens a file that it may write": "os.open('/tmp/x', os.O_CREAT | os.O_WRONLY)",
    "opens a nameless file": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "makes a socket": "socket.socket()",
    "makes a socket with a free descriptor": "os.close(0); socket.socket()",
    "makes a local socket": "socket.socket(socket.AF_UNIX)",
    "forks": "os.fork()",
    "starts a program": "os.execv('/bin/true', ['true'])",
    "starts a subprocess": "subprocess.run(['/bin/true'])",
    "takes four gigabytes": "bytearray(4 * 1024**3)",
    "ends another process": "os.kill(1, signal.SIGTERM)",
    "ends its parent": "os.kill(os.getppid(), 0)",
    "takes its rights back": "os.setuid(0); raise OSError if os.geteuid() else None",
    "lifts its limits": "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))",
    "removes a file": "os.unlink('/tmp/nothing-of-this-name') if not os.path.exists('/tmp') else os.rmdir('/tmp')",
    "makes a folder": "os.mkdir('/tmp/made-by-the-child')",
    "moves a file": "os.rename('/tmp/a', '/tmp/b')",
    "makes a link": "os.symlink('/etc/passwd', '/tmp/made-by-the-child')",
    "changes rights": "os.chmod('/tmp', 0o777)",
    "mounts": "raise OSError if ctypes.CDLL(None).mount(b'none', b'/mnt', b'tmpfs', 0, None) else None",
    "traces": "raise OSError if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) else None",
    "asks the kernel for another way to open": "raise OSError if ctypes.CDLL(None).syscall(437, 0, 0, 0, 0) else None",
}
#: Not even for reading, where no folder is named.
NOTHING_OPENED = {
    "opens a file": "open('/etc/passwd')",
    "opens a file with a free descriptor": "os.close(0); os.open('/etc/passwd', os.O_RDONLY)",
    "lists a folder": "os.listdir('/')",
}


@pytest.mark.parametrize("what", [*NEVER, *NOTHING_OPENED])
def test_whoever_takes_over_a_decoder(what: str, tmp_path: Path) -> None:
    assert inside(tmp_path, {**NEVER, **NOTHING_OPENED}[what]) == "stopped"


@pytest.mark.parametrize("what", NEVER)
def test_whoever_takes_over_a_reader_of_files(what: str, tmp_path: Path, readable: Path) -> None:
    assert inside(tmp_path, NEVER[what].replace("'/tmp", f"'{readable}"), reads=readable) == "stopped"
    assert [path.name for path in readable.iterdir()] == ["file"]


def test_a_socket_that_was_open_before_leads_nowhere(tmp_path: Path) -> None:
    assert inside(tmp_path, "s.connect(('127.0.0.1', 9))", before="s = socket.socket()") == "stopped"


def test_a_reader_reads_its_folder_and_python(tmp_path: Path, readable: Path) -> None:
    assert inside(tmp_path, f"print(open({str(readable / 'file')!r}).read())", reads=readable) == "von außen\ndone"
    assert inside(tmp_path, "import decimal, xml.dom.minidom", reads=readable) == "done"


def test_a_reader_reads_nothing_else(tmp_path: Path, readable: Path) -> None:
    without = "ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 1"
    for place in ("/etc/passwd", "/proc/self/environ", "/proc/1/environ", str(Path(__file__)), "/root/.ssh/id"):
        told = inside(tmp_path, f"open({place!r})", before=f"s = {without}", reads=readable)
        has_no_landlock = inside(tmp_path, f"print({without})", before="s = None") == "True\ndone"
        assert told == "stopped" or has_no_landlock, place


@pytest.mark.parametrize("mode", ["closed", "reading"])
def test_honest_work_goes_on_inside(mode: str, tmp_path: Path, readable: Path) -> None:
    attempt = "t = threading.Thread(target=len, args=('x',)); t.start(); t.join(); os.write(1, b'x')"
    assert inside(tmp_path, attempt, reads=readable if mode == "reading" else None) == "xdone"


def test_the_child_has_no_environment_and_no_open_files_of_the_site(tmp_path: Path) -> None:
    seen = "print(sorted(set(os.environ) - {'LC_CTYPE'}), s)"
    before = "s = [n for n in os.listdir('/proc/self/fd') if int(n) > 2 and os.path.exists(f'/proc/self/fd/{n}')]"
    assert inside(tmp_path, seen, before=before) == "[] []\ndone"


@pytest.mark.parametrize(
    "attempt",
    [
        "exec('while True: pass')",
        "[os.write(1, b'x' * 500) for _ in range(10)]; signal.raise_signal(signal.SIGXFSZ)",
        "os.abort()",
        "sys.exit(3)",
        "[][1]",
    ],
)
def test_what_ends_in_a_bad_way_is_no_answer(attempt: str, tmp_path: Path) -> None:
    with pytest.raises(ConfinedFailed, match="ended with"):
        inside(tmp_path, attempt, limits=replace(LIMITS, cpu_seconds=1))


def test_an_answer_has_a_largest_size(tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text("import sys\ndef prepare(order): pass\ndef work(p, o): sys.stdout.buffer.write(b'x' * 5000)")
    with tempfile.TemporaryFile() as answer:
        with pytest.raises(ConfinedFailed):
            run_confined(worker, limits=LIMITS, answer=answer)
        assert answer.seek(0, 2) <= LIMITS.output_bytes


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text("import time\ndef prepare(order): time.sleep(600)\ndef work(p, o): pass")
    with tempfile.TemporaryFile() as answer, pytest.raises(ConfinedFailed, match="no answer"):
        run_confined(worker, limits=Limits(1 << 29, 1, 0.2, 10), answer=answer)


@pytest.mark.parametrize(
    "prepare",
    [
        "import platform; platform.machine = lambda: 'riscv64'",  # a processor without a list of calls
        "import ctypes; ctypes.CDLL(None).prctl(38, 1, 0, 0, 0); import jail; jail.PR_SET_SECCOMP = 9999",
        "import threading, time; threading.Thread(target=time.sleep, args=(300,), daemon=True).start()",
    ],
)
def test_without_walls_nothing_foreign_is_read(prepare: str, tmp_path: Path) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(f"def prepare(order):\n    {prepare}\ndef work(p, o): print('read')")
    with tempfile.TemporaryFile() as answer:
        with pytest.raises(ConfinedFailed, match="70"):
            run_confined(worker, limits=LIMITS, answer=answer)
        assert answer.seek(0, 2) == 0


def test_the_child_knows_nothing_of_the_platform() -> None:
    for name in ("start.py", "jail.py", "calls.py"):
        source = Path(running.__file__).with_name(name).read_text()
        assert "import django" not in source and "from apps" not in source and "import apps" not in source


# ---- The list of system calls, judged on both processors as a kernel would -----------------------------------------


def judge(machine: str, number: int, *arguments: int, reading: bool, processor: int | None = None) -> int:
    """Run the filter as the kernel does (classic BPF) on one call; return its verdict."""
    data = struct.pack(
        "=IIQ6Q", number, processor or calls.PROCESSORS[machine][0], 0, *arguments, *[0] * (6 - len(arguments))
    )
    steps = calls.steps(machine, reading=reading)
    at, held = 0, 0
    while True:
        code, if_true, if_false, value = steps[at]
        if code == 0x06:
            return value
        if code == 0x20:
            held = struct.unpack_from("=I", data, value)[0]
        else:
            verdict = {0x15: held == value, 0x35: held >= value, 0x45: held & value}[code]
            at += if_true if verdict else if_false
        at += 1


#: call, numbers (x86_64, ARM 64; from the kernel's tables), arguments, allowed when closed, allowed when reading
TABLE = [
    ("read", (0, 63), (), True, True),
    ("exit_group", (231, 94), (), True, True),
    ("pread64", (17, 67), (), False, True),
    ("openat for reading", (257, 56), (0, 0, 0o2000000), False, True),
    ("openat for writing", (257, 56), (0, 0, 0o1), False, False),
    ("openat for both", (257, 56), (0, 0, 0o2), False, False),
    ("openat makes", (257, 56), (0, 0, 0o100), False, False),
    ("openat empties", (257, 56), (0, 0, 0o1000), False, False),
    ("openat nameless", (257, 56), (0, 0, 0o20000000), False, False),
    ("open", (2, None), (0, 0), False, False),
    ("creat", (85, None), (), False, False),
    ("openat2", (437, 437), (), False, False),
    ("socket", (41, 198), (), False, False),
    ("connect", (42, 203), (), False, False),
    ("io_uring_setup", (425, 425), (), False, False),
    ("a thread", (56, 220), (0x10000,), True, True),
    ("a process", (56, 220), (0,), False, False),
    ("fork", (57, None), (), False, False),
    ("vfork", (58, None), (), False, False),
    ("execve", (59, 221), (), False, False),
    ("execveat", (322, 281), (), False, False),
    ("kill", (62, 129), (), False, False),
    ("ptrace", (101, 117), (), False, False),
    ("process_vm_readv", (310, 270), (), False, False),
    ("prctl", (157, 167), (), False, False),
    ("prlimit64", (302, 261), (), False, False),
    ("setuid", (105, 146), (), False, False),
    ("unlinkat", (263, 35), (), False, False),
    ("renameat2", (316, 276), (), False, False),
    ("mount", (165, 40), (), False, False),
    ("bpf", (321, 280), (), False, False),
    ("memfd_create", (319, 279), (), False, False),
    ("fcntl locks", (72, 25), (0, 6), False, True),
    ("fcntl sends signals", (72, 25), (0, 8), False, False),
    ("ioctl", (16, 29), (), False, False),
]


@pytest.mark.parametrize(("call", "numbers", "arguments", "closed", "reading"), TABLE)
@pytest.mark.parametrize("machine", calls.PROCESSORS)
def test_a_call_is_judged_alike_on_both_processors(
    machine: str, call: str, numbers: tuple[int, int | None], arguments: tuple[int, ...], closed: bool, reading: bool
) -> None:
    number = numbers[calls.PROCESSORS[machine][1]]
    if number is None:
        return  # ARM 64 has no such call
    for mode, allowed in ((False, closed), (True, reading)):
        assert (judge(machine, number, *arguments, reading=mode) == calls.ALLOW) is allowed


@pytest.mark.parametrize("machine", calls.PROCESSORS)
def test_a_call_of_another_processor_is_denied(machine: str) -> None:
    assert judge(machine, 1, reading=True, processor=0x4000_0003) == calls.DENY  # i386 on x86-64, or ARM
    assert judge(machine, 0x4000_0001, reading=True) == calls.DENY  # x32


def test_the_c_library_falls_back_from_clone3() -> None:
    assert judge("x86_64", 435, reading=False) == judge("aarch64", 435, reading=True) == calls.NO_SUCH_CALL


@pytest.mark.parametrize(("call", "number"), [("process_madvise", 440), ("openat3, one day", 1000), ("mseal", 462)])
def test_a_call_that_is_younger_than_the_list_is_unknown_rather_than_denied(call: str, number: int) -> None:
    """Else a new C library that tries it first would fail instead of going the old way."""
    for machine in calls.PROCESSORS:
        assert judge(machine, number, reading=False) == judge(machine, number, reading=True) == calls.NO_SUCH_CALL
    assert max(n for numbers in {**calls.ALWAYS, **calls.READING}.values() for n in numbers if n) < calls.NEWER


@pytest.mark.parametrize("machine", ["riscv64", "ppc64le", "i686", "armv7l", ""])
def test_another_processor_is_refused_by_name(machine: str) -> None:
    with pytest.raises(OSError, match="no list of system calls"):
        calls.program(machine, reading=False)


def test_the_start_up_check_says_where_nothing_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_processor() == []
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert [message.id for message in check_processor()] == ["geo.W001"]


@pytest.mark.parametrize(("header", "column"), [("x86_64-linux-gnu/asm/unistd_64.h", 0), ("asm-generic/unistd.h", 1)])
def test_the_numbers_are_those_of_the_kernels_headers(header: str, column: int) -> None:
    path = Path("/usr/include", header)
    if not path.exists():
        pytest.skip("the kernel's headers are not installed")
    defined = dict(re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text(), re.MULTILINE))
    asm_generic = {"newfstatat": "fstatat"} if column else {}
    for name, numbers in {**calls.ALWAYS, **calls.READING}.items():
        if (number := numbers[column]) is not None:
            assert int(defined[asm_generic.get(name, name)]) == number, name
