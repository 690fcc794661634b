"""The site's side of the sandbox: start a worker script, wait, end it, and never believe that it went well."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_START = Path(__file__).with_name("start.py")


@dataclass(frozen=True)
class Limits:
    """What one run may use. Beyond it the kernel ends the child, or ``run_confined`` does.

    ``memory_bytes``: address space, with the libraries; ``cpu_seconds``: of all its threads; ``wall_seconds``: from
    start to end; ``output_bytes``: the size of its answer.
    """

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    output_bytes: int


class ConfinedFailed(Exception):  # the caller turns it into a sentence
    """The child gave no answer: out of time, out of memory, ended, or its walls did not stand. The text is for logs."""


def run_confined(
    script: Path,
    *,
    limits: Limits,
    answer: IO[bytes],
    source: IO[bytes] | None = None,
    order: Mapping[str, object] | None = None,
    reads: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Let a worker script work on foreign bytes; afterwards ``answer``, an empty file, holds what it wrote.

    ``script`` defines ``prepare(order)``, which imports whatever it needs while it still may, and ``work(prepared,
    order)``, which reads standard input (``source``) and writes standard output (``answer``): files, so that neither
    side can fill the other's memory. Between the two stand the walls of ``jail.py``: no network, no other process, no
    file opened for writing anywhere, and none for reading but, with ``reads``, those in that folder and the libraries.
    ``order`` goes to the script as JSON. ``environment`` is all that the child has of one (GDAL's drivers); it gets
    neither the site's variables nor its open files.

    Raises ``ConfinedFailed``: whoever calls takes nothing then. What stands in ``answer`` was written by a process that
    has read foreign bytes: judge it.
    """
    told = {
        "script": str(script),
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "output_bytes": limits.output_bytes,
        "reads": str(reads) if reads else None,
        "order": dict(order or {}),
    }
    child = subprocess.Popen(  # noqa: S603  (our own interpreter and script; the order is JSON)
        [sys.executable, "-I", "-B", str(_START), json.dumps(told)],
        stdin=source or subprocess.DEVNULL,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        env=dict(environment or {}),
        cwd="/",
        start_new_session=True,
    )
    try:
        child.wait(limits.wall_seconds)
    except subprocess.TimeoutExpired:
        raise ConfinedFailed(f"{script.stem}: no answer after {limits.wall_seconds:g} s") from None
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode != 0:
        raise ConfinedFailed(f"{script.stem}: ended with {child.returncode}")
    answer.seek(0)
