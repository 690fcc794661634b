"""What a child process gives up before it reads its first foreign byte (Linux; threats F1–F4, G4, R28).

Imported by child processes only, with nothing but the standard library. Each wall is enough for most attacks: limits of
the kernel (memory, time, file size, open files), no network to reach, another user without rights or only one folder to
read in (Landlock), and a list of the system calls that are left (seccomp).
"""

import ctypes
import os
import platform
import resource
import socket
import struct
import sys
import sysconfig
from pathlib import Path

import calls

NOBODY = 65_534
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x1000_0000, 0x4000_0000, 0x0800_0000
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 4, 22, 38, 2
#: Landlock (Linux 5.13; Documentation/userspace-api/landlock.rst): these numbers are the same on every processor.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_FOLDER, ALL_OF_VERSION_1 = 1 << 2, 1 << 3, (1 << 13) - 1
#: Open files of a process that reads a folder: a GeoPackage or a Shapefile needs a handful.
READER_FILES = 64


def lock_in(*, memory_bytes: int, cpu_seconds: int, output_bytes: int, reads: str | None = None) -> None:
    """Lock this process in for the rest of its life, with standard input, output and error as its only open files.

    Without ``reads`` it opens nothing any more: everything that it needs must have been imported. With a folder it may
    open files for reading there and in Python's libraries (elsewhere too on a kernel without Landlock), and none for
    writing. Must be called before the process starts a thread. Raises ``OSError`` when the walls do not hold.
    """
    # A thread that runs already would stay outside of the filter.
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise OSError("a thread is running already")
    libc = ctypes.CDLL(None, use_errno=True)
    is_root = os.geteuid() == 0
    # Not every kernel or container allows it; without it there is still no system call that makes a socket.
    libc.unshare(CLONE_NEWNET | CLONE_NEWIPC | (0 if is_root else CLONE_NEWUSER))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _leave_only_reading(libc, reads)
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: output_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: READER_FILES if reads else 3,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))
    if is_root and not reads:  # the folder belongs to this user
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _leave_only_harmless_calls(libc, reading=bool(reads))
    if not _holds(reads):
        raise OSError("the sandbox does not hold")


def _leave_only_reading(libc: ctypes.CDLL, reads: str | None) -> None:
    """Let the file system consist of ``reads`` and Python's libraries, read-only, where the kernel has Landlock."""
    # This kernel's version of Landlock; -1 where there is none or the container forbids it.
    if libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1) < 1:
        return
    handled = struct.pack("=Q", ALL_OF_VERSION_1)
    rules = libc.syscall(CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0)
    if rules < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    paths = sysconfig.get_paths()
    libraries = {sys.prefix, paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"]}
    for place in sorted({*libraries, reads}) if reads else ():
        folder = os.open(place, os.O_PATH | os.O_DIRECTORY)
        rule = struct.pack("=Qi", READ_FILE | READ_FOLDER, folder)
        if libc.syscall(ADD_RULE, rules, 1, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), "Landlock")
        os.close(folder)
    if libc.syscall(RESTRICT_SELF, rules, 0) != 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    os.close(rules)


def _leave_only_harmless_calls(libc: ctypes.CDLL, *, reading: bool) -> None:
    """Install the filter of ``calls.py``; raises ``OSError`` where the processor is unknown or the kernel refuses."""
    program = calls.program(platform.machine(), reading=reading)
    code = ctypes.create_string_buffer(program)
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(head), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _holds(reads: str | None) -> bool:
    """Try the walls once: no socket, no new file, and without a folder not even a look at one."""
    flags = os.O_CREAT | os.O_WRONLY if reads else os.O_RDONLY
    place = str(Path(reads, "wall")) if reads else "/"
    try:
        os.close(os.open(place, flags, 0o600))
    except OSError:
        pass
    else:
        return False
    try:
        socket.socket().close()
    except OSError:
        return True
    return False
