"""The system calls that a locked-in process keeps, with their numbers on each processor, as a filter for the kernel.

Sources: Linux, arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h (which ARM 64 uses),
include/uapi/linux/audit.h, Documentation/userspace-api/seccomp_filter.rst. Only the standard library.
"""

import struct

#: Processor (``platform.machine()``) → its number in audit.h and its column below. On any other one nothing is opened.
PROCESSORS = {"x86_64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1)}

Numbers = tuple[int | None, int | None]
#: To read and write what is open, to use memory, to run threads, to tell the time, to end. (x86_64, ARM 64)
ALWAYS: dict[str, Numbers] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "tgkill": (234, 131),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getrandom": (318, 278),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
#: In addition where files of one folder may be read: to look and to read, at any place in a file.
READING: dict[str, Numbers] = {
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "fadvise64": (221, 223),
    "fstatfs": (138, 44),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "sysinfo": (99, 179),
    "uname": (63, 160),
}
#: Allowed with certain arguments only (see ``program``).
CLONE, CLONE3, OPENAT, FCNTL = (56, 220), (435, 435), (257, 56), (72, 25)

CLONE_THREAD = 0x1_0000
#: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, __O_TMPFILE: the same on both processors (asm-generic/fcntl.h).
WRITES = 0o3 | 0o100 | 0o1000 | 0o20_000_000
#: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_SETLKW, F_DUPFD_CLOEXEC; not F_SETOWN, which sends signals.
HARMLESS_FCNTL = (0, 1, 2, 3, 5, 6, 7, 1030)

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, DENY, NO_SUCH_CALL = 0x7FFF_0000, 0x0005_0000 | 1, 0x0005_0000 | 38  # EPERM, ENOSYS
#: Where struct seccomp_data keeps the number, the processor and the lower half of the first three arguments.
_NUMBER, _PROCESSOR, _FIRST, _SECOND, _THIRD = 0, 4, 16, 24, 32

#: The first call that is newer than every one above, alike on both processors, and the first number of no call at all.
NEWER, BEYOND = 440, 0x4000_0000

Step = tuple[int, int, int, int]


def program(machine: str, *, reading: bool) -> bytes:
    """Return the filter for a processor as classic BPF, eight bytes a step; raises ``OSError`` for an unknown one."""
    return b"".join(struct.pack("=HBBI", *step) for step in steps(machine, reading=reading))


def steps(machine: str, *, reading: bool) -> list[Step]:
    """Return the filter as (code, jump if true, jump if false, value); raises ``OSError`` for an unknown processor."""
    if machine not in PROCESSORS:
        raise OSError(f"no list of system calls for the processor {machine!r}: nothing from outside is opened on it")
    processor, column = PROCESSORS[machine]
    names = {**ALWAYS, **READING} if reading else ALWAYS
    found: list[Step] = [
        (_LOAD, 0, 0, _PROCESSOR),  # the numbers mean something else on another one
        (_EQUAL, 1, 0, processor),
        (_RETURN, 0, 0, DENY),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for numbers in names.values():
        if (number := numbers[column]) is not None:
            found += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, ALLOW)]
    # The C library asks clone3 first and falls back to clone when it is told that there is no such call.
    found += [(_EQUAL, 0, 1, CLONE3[column]), (_RETURN, 0, 0, NO_SUCH_CALL)]
    # So it does with every call that is younger than this list: "denied" would be an answer, and final.
    found += [(_AT_LEAST, 0, 2, NEWER), (_AT_LEAST, 1, 0, BEYOND), (_RETURN, 0, 0, NO_SUCH_CALL)]
    # A thread, but no process: one decoder starts one.
    found += _only(CLONE[column], _FIRST, [(_ANY_BIT, 0, 1, CLONE_THREAD), (_RETURN, 0, 0, ALLOW)])
    if reading:
        found += _only(OPENAT[column], _THIRD, [(_ANY_BIT, 1, 0, WRITES), (_RETURN, 0, 0, ALLOW)])
        commands = [step for value in HARMLESS_FCNTL for step in ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, ALLOW))]
        found += _only(FCNTL[column], _SECOND, commands)
    return [*found, (_RETURN, 0, 0, DENY)]


def _only(number: int, argument: int, tests: list[Step]) -> list[Step]:
    """For one call, judge by an argument: ``tests`` allow, what they let through is denied."""
    inner: list[Step] = [(_LOAD, 0, 0, argument), *tests, (_RETURN, 0, 0, DENY)]
    return [(_EQUAL, 0, len(inner), number), *inner]
