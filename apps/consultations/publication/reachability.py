"""From self-checks to stretches of time: proven, interrupted, unproven. Pure functions on the entries of a chain.

Between two checks that both succeeded, not further apart than ``GAP``, the publication counts as reachable. Next to a
failed check the whole stretch up to the successful ones around it counts as interrupted. Everything else, where nobody
looked, is unproven: a log that stays silent proves nothing.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: How often the self-check runs, and how far apart two checks may lie to vouch for the time between them.
CHECK_MINUTES = 15
GAP = dt.timedelta(minutes=35)

PROVEN, INTERRUPTED, UNPROVEN = "proven", "interrupted", "unproven"


@dataclass(frozen=True)
class Stretch:
    """A half-open stretch of time and what is known about it."""

    begins_at: dt.datetime
    ends_at: dt.datetime
    status: str

    @property
    def length(self) -> dt.timedelta:
        return self.ends_at - self.begins_at


def checks_of(entries: Iterable[Mapping[str, Any]]) -> list[tuple[dt.datetime, bool]]:
    """Return moment and success of each self-check; a withdrawal counts as a failed one."""
    found = []
    for entry in entries:
        if entry["kind"] == "checked":
            found.append((dt.datetime.fromisoformat(entry["at"]), bool(entry["body"].get("ok"))))
        elif entry["kind"] == "withdrawn":
            found.append((dt.datetime.fromisoformat(entry["at"]), False))
    return found


def stretches(
    checks: Sequence[tuple[dt.datetime, bool]], begins_at: dt.datetime, ends_at: dt.datetime
) -> list[Stretch]:
    """Divide the time from ``begins_at`` until before ``ends_at``; neighbours of one status are one stretch."""
    if ends_at <= begins_at:
        return []
    found: list[Stretch] = []
    corner: tuple[dt.datetime, bool] | None = None
    for at, ok in checks:
        if corner is not None:
            _add(found, corner[0], at, _between(corner, (at, ok)), begins_at, ends_at)
        else:
            _add(found, begins_at, at, UNPROVEN, begins_at, ends_at)
        corner = (at, ok)
    _add(found, corner[0] if corner else begins_at, ends_at, UNPROVEN, begins_at, ends_at)
    return found


def _between(first: tuple[dt.datetime, bool], second: tuple[dt.datetime, bool]) -> str:
    if second[0] - first[0] > GAP:
        return UNPROVEN
    return PROVEN if first[1] and second[1] else INTERRUPTED


def _add(
    found: list[Stretch], start: dt.datetime, end: dt.datetime, status: str, first: dt.datetime, last: dt.datetime
) -> None:
    start, end = max(start, first), min(end, last)
    if end <= start:
        return
    if found and found[-1].status == status and found[-1].ends_at == start:
        found[-1] = Stretch(found[-1].begins_at, end, status)
    else:
        found.append(Stretch(start, end, status))


def total(found: Iterable[Stretch], status: str) -> dt.timedelta:
    """Return how long all stretches of that status are together."""
    return sum((stretch.length for stretch in found if stretch.status == status), dt.timedelta())
