"""Tiles on disk, shared by all processes: bounded in size and age, with the mark of a server that rests."""

import contextlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FRESH_S = 14 * 86_400
MISSING_S = 86_400
REST_S = 60
MAX_CACHE_BYTES = 300_000_000
#: Every so many writes somebody looks at the size.
PRUNE_EVERY = 250
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "svg": "image/svg+xml"}
_SUFFIXES = {content_type: suffix for suffix, content_type in _TYPES.items()}
_writes = 0


@dataclass(frozen=True)
class KeptTile:
    body: bytes
    content_type: str
    is_fresh: bool


class TileStore:
    """The tiles of one server below ``VAR_DIR/tiles/<name>``. Paths are made of integers and a name from the code."""

    def __init__(self, name: str, fresh_s: float | None = None) -> None:
        self.fresh_s = FRESH_S if fresh_s is None else fresh_s
        self.root = Path(settings.VAR_DIR) / "tiles" / name
        self.mark = self.root / "resting"

    def _path(self, zoom: int, column: int, row: int, suffix: str) -> Path:
        return self.root / str(int(zoom)) / str(int(column)) / f"{int(row)}.{suffix}"

    def read(self, zoom: int, column: int, row: int) -> KeptTile | None:
        """Return a kept tile, however old, or None."""
        for suffix, content_type in _TYPES.items():
            path = self._path(zoom, column, row, suffix)
            with contextlib.suppress(OSError):
                age = time.time() - path.stat().st_mtime
                return KeptTile(path.read_bytes(), content_type, age < self.fresh_s)
        return None

    def write(self, zoom: int, column: int, row: int, body: bytes, content_type: str) -> None:
        """Keep a tile; a full or read-only disk only means that it is not kept."""
        _write(self._path(zoom, column, row, _SUFFIXES[content_type]), body)
        global _writes
        _writes += 1
        if _writes % PRUNE_EVERY == 0:
            prune(self.root.parent)

    def write_missing(self, zoom: int, column: int, row: int) -> None:
        """Remember that the server has no such tile."""
        _write(self._path(zoom, column, row, "none"), b"")

    def is_missing(self, zoom: int, column: int, row: int) -> bool:
        """Did the server say within a day that it has no such tile?"""
        return _age(self._path(zoom, column, row, "none")) < MISSING_S

    def state(self) -> str:
        """Return ``awake``, ``resting`` (do not ask) or ``probing``: the caller, and nobody else, asks once more."""
        age = _age(self.mark)
        if age == float("inf"):
            return "awake"
        if age < REST_S:
            return "resting"
        try:
            # Only one can make this file; it names the minute that is over.
            turn = self.root / f"probe-{self.mark.stat().st_mtime_ns}"
            turn.touch(exist_ok=False)
            self.rest()
            turn.unlink(missing_ok=True)
        except OSError:
            return "resting"
        return "probing"

    def rest(self) -> None:
        """Mark the server as failed: nobody asks for a minute."""
        _write(self.mark, b"")

    def wake(self) -> None:
        """The server answers: take the mark away."""
        self.mark.unlink(missing_ok=True)


def prune(root: Path, limit: int = MAX_CACHE_BYTES) -> None:
    """Delete the oldest tiles below ``root`` until four fifths of ``limit`` bytes remain, when there are more."""
    files = []
    for path in root.rglob("*.*"):
        with contextlib.suppress(OSError):
            status = path.stat()
            files.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in files)
    if total <= limit:
        return
    for _, size, path in sorted(files):
        with contextlib.suppress(OSError):
            path.unlink()
        total -= size
        if total <= limit * 0.8:
            return


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def _write(path: Path, body: bytes) -> None:
    """Write a whole file or none: readers in other processes never see half a tile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(temporary).replace(path)
    except OSError:
        return
