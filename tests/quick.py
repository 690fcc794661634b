"""``bin/test --quick``: the tests that a change touches first, in the time that somebody waits for.

Nearest are the test files that were changed, then the tests of the changed apps (the one that is called like the
changed module before the others), then the house rules; the shortest first, until the time is full. How many are left
out is said.
"""

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests.reckoning import known_seconds

#: Seconds of tests for each process: what is left of a minute and a half when checks and set-up are done.
QUICK_S = 45
#: What a test is taken to need that has never run here, and what one that is marked as slow.
UNKNOWN_S, UNKNOWN_SLOW_S = 0.5, 20.0
#: Where the tests of what is no app are looked for.
ELSEWHERE = {
    "geo_platform": ("tests/site", "tests/setup"),
    "bin": ("tests/setup",),
    "deploy": ("tests/setup",),
    "docs": ("tests/house",),
    "fixtures": ("tests/fixtures_check",),
    "frontend": ("tests/browser",),
    "static": ("tests/browser",),
}
FAR = 9


def changed_files(root: Path) -> list[str]:
    """Return the files that differ from the last green whole run known here; without one, from the last commit."""

    def git(*arguments: str) -> list[str]:
        answer = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
        return answer.stdout.split("\n")[:-1] if answer.returncode == 0 else []

    note = root / "var/last-green"
    green = note.read_text().strip() if note.exists() else ""
    base = green if green and git("rev-parse", "--verify", f"{green}^{{commit}}") else "HEAD"
    new = git("ls-files", "--others", "--exclude-standard")
    return git("diff", "--name-only", base, "--") + new or git("diff", "--name-only", "HEAD~1", "--")


def distance(test_file: str, changed: list[str]) -> int:
    """Return how near a test file is to the changed files: 0 is nearest, ``FAR`` has nothing to do with them."""
    return min((_distance(PurePosixPath(test_file), PurePosixPath(path)) for path in changed), default=FAR)


def _distance(test: PurePosixPath, path: PurePosixPath) -> int:
    if path == test:
        return 0
    if path.parts[0] == "tests":
        return 1 if path.parent in (test.parent, *test.parent.parents) and len(path.parts) > 2 else FAR
    folder = test.parts[:2]
    homes = ELSEWHERE.get(path.parts[0], (f"tests/{path.parts[1]}",) if path.parts[0] == "apps" else ())
    if "/".join(folder) in homes:
        return 1 if path.stem in test.stem or test.stem.removeprefix("test_") in path.parts else 2
    if path.suffix in {".html", ".js", ".css"} and folder[1] == "browser":
        return 3 if path.parts[1].rstrip("s") in test.stem else FAR
    return 4 if folder[1] == "house" else FAR


def choose(items: list[pytest.Item], root: Path, processes: int) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Return the tests to run and those left out; the chosen keep their order."""
    changed, known = changed_files(root), known_seconds(root)
    ranked = []
    for item in items:
        file = item.nodeid.partition("::")[0]
        seconds = known.get(item.nodeid, UNKNOWN_SLOW_S if item.get_closest_marker("slow") else UNKNOWN_S)
        ranked.append((distance(file, changed), seconds, item))
    left: float = QUICK_S * processes
    chosen = set()
    for far, seconds, item in sorted(ranked, key=lambda entry: entry[:2]):
        if far < FAR and seconds <= left:
            left -= seconds
            chosen.add(item)
    return [item for item in items if item in chosen], [item for item in items if item not in chosen]
