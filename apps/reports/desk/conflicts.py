"""Two people at once: what the slower one typed beside what the faster one has left."""

from dataclasses import dataclass
from typing import Any

from apps.reports.models import Report
from apps.reports.timeline import Line, desk_timeline


@dataclass(frozen=True)
class Compared:
    """One field of a refused change: its label, what was typed and what the report holds now."""

    label: str
    typed: str
    now: str


@dataclass(frozen=True)
class Conflict:
    """A refused change: the fields side by side, and what happened since the form was opened, newest first."""

    fields: list[Compared]
    meanwhile: list[Line]


def changes_since(report: Report, version: int) -> list[Line]:
    """Return the lines of history by which a report left ``version``, newest first; the last one at least."""
    lines = desk_timeline(report)
    later = [line for line in lines if line.version and line.version > version]
    return later or lines[:1]


def compare(form: Any, meanwhile: list[Line]) -> Conflict:
    """Lay a desk form beside the report that it was made for."""
    typed, now = form.typed(), form.now()
    fields = [
        Compared(str(form.fields[name].label), words, str(now.get(name, "")))
        for name, words in typed.items()
        if words or now.get(name)
    ]
    return Conflict(fields, meanwhile)
