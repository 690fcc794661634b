"""What the rules have been applied to: kinds that carry a category, a place and a department say so here.

This app knows nothing of reports. A kind registers how its rows are asked for and changed; the rehearsal of a rule
change and its application go through that.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Model, QuerySet

Rows = QuerySet[Model, dict[str, object]]


@dataclass(frozen=True)
class RoutedThing:
    """One row of a kind, for people: ``reference`` and ``url`` name it, ``executor`` is the present one's key.

    ``lon`` and ``lat`` are WGS 84 degrees.
    """

    pk: int
    reference: str
    url: str
    category: str
    place: str
    lon: float
    lat: float
    received: dt.datetime
    is_open: bool
    executor: int


@dataclass(frozen=True)
class Decision:
    """What the rules said before and say now about one row; primary keys, ``reason`` is the new rule's sentence."""

    pk: int
    executor_before: int
    executor: int
    owner: int
    copy_to: int | None
    rule: int | None


@dataclass(frozen=True)
class RoutedKind:
    """A kind of rows that rules route.

    ``open_rows(municipality_id, day)`` and ``latest_rows(municipality_id, day, count)`` return ``.values()`` querysets
    with the columns of ``assigning_sql.Relation``; ``describe(ids)`` the rows in words;
    ``order(municipality=, actor=, reason=, decisions=)`` has a worker give open rows to whom the rules now
    name, and returns the address of the page that shows how far it is.
    """

    name: str
    open_rows: Callable[[int, dt.date], Rows]
    latest_rows: Callable[[int, dt.date, int], Rows]
    describe: Callable[[Iterable[int]], Sequence[RoutedThing]]
    order: Callable[..., str]


_kinds: dict[str, RoutedKind] = {}


def register(kind: RoutedKind) -> RoutedKind:
    """Add a kind; its name must be free."""
    if kind.name in _kinds:
        raise ValueError(f"The kind {kind.name!r} is registered twice.")
    _kinds[kind.name] = kind
    return kind


def all_kinds() -> list[RoutedKind]:
    """Return the registered kinds by name."""
    return [kind for _, kind in sorted(_kinds.items())]
