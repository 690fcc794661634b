"""The ledger of erasures: what was erased stays erased when an older backup is restored.

One line of JSON an erasure, appended to a file outside the database and forced to disk: when, what kind of thing, its
town and its random public id; never a name or an address. ``manage.py restore`` reads it and erases again.
"""

import contextlib
import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

Erase = Callable[[str, str], object]
_erasers: dict[str, Erase] = {}


@dataclass(frozen=True)
class Erasure:
    """``kind`` is what an app registered (``reports.contact``), ``town`` the AGS, ``key`` a public id."""

    at: str
    kind: str
    town: str
    key: str


def ledger() -> Path:
    """Return where the ledger stands: beside the database, so that it survives the database's loss of memory."""
    return Path(settings.ERASURE_LEDGER)


def register_eraser(kind: str, erase: Erase) -> None:
    """Say how an erasure of ``kind`` is done again: ``erase(town, key)``; it must bear that nothing is there."""
    if _erasers.setdefault(kind, erase) is not erase:
        raise ValueError(f"eraser {kind!r} is registered twice")


def record_erasure(*, kind: str, town: str, key: str) -> None:
    """Write an erasure down, before the transaction that does it ends: rather once too often than forgotten."""
    if kind not in _erasers:
        raise ValueError(f"nobody could repeat an erasure of {kind!r}: register_eraser first")
    _append(_line(Erasure(timezone.now().astimezone(dt.UTC).isoformat(), kind, town, key)))


def merge(lines: Iterable[str]) -> None:
    """Add the erasures of another ledger that this one does not know, so that the next restore knows them."""
    known = set(_parsed(_lines()))
    if new := [erasure for erasure in dict.fromkeys(_parsed(lines)) if erasure not in known]:
        _append("".join(_line(erasure) for erasure in new))


def replay() -> int:
    """Do all erasures of the ledger again; return how many. Raises LookupError for a kind that no app knows."""
    with transaction.atomic():
        erasures = list(dict.fromkeys((e.kind, e.town, e.key) for e in _parsed(_lines())))
        for kind, town, key in erasures:
            _erasers[kind](town, key)
    return len(erasures)


def _line(erasure: Erasure) -> str:
    return json.dumps(asdict(erasure)) + "\n"


def _append(text: str) -> None:
    path = ledger()
    path.parent.mkdir(parents=True, exist_ok=True)
    # One write in append mode: lines of parallel processes do not mix.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _lines() -> list[str]:
    return ledger().read_text(errors="replace").splitlines() if ledger().exists() else []


def _parsed(lines: Iterable[str]) -> Iterator[Erasure]:
    """Yield what the lines say; a line torn by a crash says nothing."""
    for line in lines:
        with contextlib.suppress(ValueError, TypeError):
            yield Erasure(**json.loads(line))
