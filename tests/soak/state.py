"""What is done of a soak: one line of JSON for each finished piece, in ``var/soak/NAME.jsonl``.

Lines are only ever added. Whoever is killed while writing leaves half a line, which nobody counts.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any


def identity(root: Path) -> str:
    """Return the id of the commit that lies in ``root``; with changes, also what they are as a word.

    Results under changes are nobody else's: they never count for the commit.
    """
    commit = _git(root, "rev-parse", "HEAD").decode().strip()
    if not _git(root, "status", "--porcelain"):
        return commit
    digest = hashlib.sha256(_git(root, "diff", "--binary", "HEAD"))
    for name in _git(root, "ls-files", "-z", "--others", "--exclude-standard").split(b"\0"):
        path = root / os.fsdecode(name)
        digest.update(name + b"\0" + (path.read_bytes() if name and path.is_file() else b""))
    return f"{commit} with changes {digest.hexdigest()[:8]}"


def short(identity: str) -> str:
    """Return an identity as people write it."""
    return identity[:12] + identity[40:]


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True).stdout


class State:
    """The finished pieces of one soak, of whatever commits."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pieces(self, commit: str) -> list[dict[str, Any]]:
        """Return the pieces of this commit since it was last begun anew."""
        found: list[dict[str, Any]] = []
        for text in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if line["commit"] == commit:
                found = [] if line.get("anew") else [*found, line]
        return found

    def append(self, **line: Any) -> dict[str, Any]:
        """Add one line, on disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 1))
            torn = end and file.read(1) != b"\n"
            file.write(b"\n" * bool(torn) + json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return line
