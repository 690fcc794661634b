"""Trying a change of the rules before it counts, and making it with open eyes.

A change is a callable that saves through the services. It is made in a savepoint; the examples and the reports are
asked before and after, each set by one statement; then it is taken back (``rehearse``) or kept (``carry_out``). What
was read before is read before the savepoint, so that rows are locked only while the change and one evaluation last.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.departments import routed
from apps.departments.assigning import Assignment, assign
from apps.departments.assigning_sql import relation_of
from apps.departments.examples import answered
from apps.departments.models import Department, RoutingExample
from apps.departments.routed import Decision, RoutedKind, RoutedThing
from apps.geo.editing import ChangeRefused
from apps.places.models import Municipality

#: How many of the latest reports a rehearsal looks at, besides all open ones.
LATEST = 1000
#: Nobody waits longer than this for somebody else's change, and no rehearsal holds its locks longer.
LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS = 3_000, 20_000

#: From so many open reports on the areas are put first (``assigning_sql``): most of the table is asked about.
MANY = 50_000

Change = Callable[[], Any]


class RehearsalTooLong(ChangeRefused):
    """The rules are being changed by somebody else, or the evaluation took longer than anybody may wait."""


@dataclass(frozen=True)
class Tried:
    """An example with who the rules name for it before and after the change (None: nobody)."""

    example: RoutingExample
    before: Department | None
    after: Department | None


@dataclass(frozen=True)
class Move:
    """A report that the rules would give to somebody else.

    ``stays`` is true for one that a person has given to another department by hand: rules do not take it back.
    """

    thing: RoutedThing
    before: Department
    after: Department
    is_latest: bool
    stays: bool


@dataclass(frozen=True)
class Flow:
    """How many reports would move from one department to another, and how many of them are open."""

    before: Department
    after: Department
    count: int
    open_count: int


@dataclass(frozen=True)
class Rehearsal:
    """What a change of the rules does.

    ``broken`` are examples that were right and are wrong after it, ``mended`` the opposite, ``wrong`` those that are
    wrong before and after. ``open_count`` and ``latest_count`` say how many reports were asked, ``side_count`` how
    many open ones keep their department and get another owner or copy.
    """

    broken: tuple[Tried, ...]
    mended: tuple[Tried, ...]
    wrong: tuple[Tried, ...]
    example_count: int
    moves: tuple[Move, ...]
    open_count: int
    latest_count: int
    side_count: int
    decisions: tuple[tuple[RoutedKind, tuple[Decision, ...]], ...]

    @property
    def open_moves(self) -> list[Move]:
        return [move for move in self.moves if move.thing.is_open]

    @property
    def latest_moves(self) -> list[Move]:
        return [move for move in self.moves if move.is_latest]

    @property
    def flows(self) -> list[Flow]:
        """Who would lose reports to whom, the largest first."""
        counts = Counter((move.before.pk, move.after.pk) for move in self.moves)
        still_open = Counter((move.before.pk, move.after.pk) for move in self.open_moves)
        desks = {desk.pk: desk for move in self.moves for desk in (move.before, move.after)}
        return [
            Flow(desks[before], desks[after], count, still_open[before, after])
            for (before, after), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]


class BreaksExamples(ChangeRefused):
    """The change would break examples, and nobody has said that this is meant; ``rehearsal`` lists them."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        super().__init__(_("Diese Änderung widerspricht Beispielen. Bitte prüfen Sie sie und bestätigen Sie dann."))


class _TakenBack(Exception):  # the way out of a savepoint
    pass


def rehearse(
    change: Change, *, municipality: Municipality, on: dt.date | None = None, latest: int = LATEST
) -> Rehearsal:
    """Return what ``change`` would do as of ``on`` (a local date, default: today); nothing of it remains.

    Whatever the change itself refuses is raised as it is; ``RehearsalTooLong`` when it cannot be tried now.
    """
    found = []
    with _bounded():
        try:
            with transaction.atomic():
                _result, rehearsal = _compare(change, municipality, on or timezone.localdate(), latest)
                found.append(rehearsal)
                raise _TakenBack
        except _TakenBack:
            pass
    return found[0]


def carry_out(
    change: Change,
    *,
    municipality: Municipality,
    actor: User,
    reason: str,
    confirmed: bool = False,
    apply_to_open: bool = False,
    on: dt.date | None = None,
) -> tuple[Any, Rehearsal, list[str]]:
    """Make ``change``; return what it returned, what it did, and the addresses of the pages that show its application.

    ``BreaksExamples`` (and nothing is changed) when examples would break and it is not ``confirmed``. With
    ``apply_to_open`` a worker gives the open reports that the change moves to whom the rules now name; ``reason``
    stands in their history. A change that counts from a later day moves nothing yet and cannot be applied.
    """
    with _bounded(), transaction.atomic():
        result, rehearsal = _compare(change, municipality, on or timezone.localdate(), LATEST)
        if rehearsal.broken and not confirmed:
            raise BreaksExamples(rehearsal)
        pages = []
        if apply_to_open and (on is None or on <= timezone.localdate()):
            pages = [
                kind.order(municipality=municipality, actor=actor, reason=reason, decisions=decisions)
                for kind, decisions in rehearsal.decisions
                if decisions
            ]
        return result, rehearsal, [page for page in pages if page]


@contextmanager
def _bounded() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        # 55P03 lock_not_available, 57014 query_canceled: both mean "not now", and nothing has been written.
        if getattr(error.__cause__, "sqlstate", "") not in ("55P03", "57014"):
            raise
        raise RehearsalTooLong(
            _(
                "Das hat zu lange gedauert; vielleicht ändert gerade jemand anderes die Regeln. "
                "Bitte versuchen Sie es noch einmal."
            )
        ) from error


def _compare(change: Change, municipality: Municipality, day: dt.date, latest: int) -> tuple[Any, Rehearsal]:
    """Ask, change, ask again; the caller's transaction decides whether the change stays."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_MS}ms"])
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{STATEMENT_TIMEOUT_MS}ms"])
        # One change of a town's rules at a time: otherwise another's would look like an effect of this one.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('departments.rules'), %s)", [municipality.pk])
    many = {kind.name for kind in routed.all_kinds() if kind.open_rows(municipality.pk, day)[MANY:].exists()}
    before = _State(municipality.pk, day, latest, many)
    result = change()
    after = _State(municipality.pk, day, latest, many)
    return result, _rehearsal(municipality, before, after)


class _State:
    """Who the rules name for the examples, the open reports and the latest ones, at one moment."""

    def __init__(self, municipality_id: int, day: dt.date, latest: int, many: set[str]) -> None:
        self.examples = answered(municipality_id, on=day)
        self.kinds: dict[str, tuple[dict[int, Assignment], dict[int, Assignment]]] = {
            kind.name: (
                assign(
                    relation_of(kind.open_rows(municipality_id, day)),
                    municipality_id=municipality_id,
                    bulk=kind.name in many,
                ),
                assign(relation_of(kind.latest_rows(municipality_id, day, latest)), municipality_id=municipality_id),
            )
            for kind in routed.all_kinds()
        }


def _rehearsal(municipality: Municipality, before: _State, after: _State) -> Rehearsal:
    desks = {desk.pk: desk for desk in Department.objects.filter(municipality=municipality)}
    broken, mended, wrong = _tried(before.examples, after.examples, desks)
    moves: list[Move] = []
    decisions: list[tuple[RoutedKind, tuple[Decision, ...]]] = []
    open_count = latest_count = side_count = 0
    for kind in routed.all_kinds():
        open_before, latest_before = before.kinds[kind.name]
        open_after, latest_after = after.kinds[kind.name]
        open_count, latest_count = open_count + len(open_before), latest_count + len(latest_before)
        was, is_now = open_before | latest_before, open_after | latest_after
        moved = {pk for pk in is_now if pk in was and _changes_hands(was[pk], is_now[pk])}
        decided = [_decision(pk, open_before[pk], open_after[pk]) for pk in _changed(open_before, open_after)]
        side_count += sum(decision.pk not in moved for decision in decided)
        decisions.append((kind, tuple(decided)))
        for thing in kind.describe(sorted(moved)):
            old, new = was[thing.pk].executor, is_now[thing.pk].executor
            assert old is not None and new is not None
            moves.append(
                Move(thing, desks[old], desks[new], thing.pk in latest_before, thing.is_open and thing.executor != old)
            )
    return Rehearsal(
        broken, mended, wrong, len(after.examples), tuple(moves), open_count, latest_count, side_count, tuple(decisions)
    )


def _changes_hands(before: Assignment, after: Assignment) -> bool:
    return None not in (before.executor, after.executor) and before.executor != after.executor


def _changed(before: dict[int, Assignment], after: dict[int, Assignment]) -> Sequence[int]:
    """Return the rows whose executor, owner or copy differs; not those for which another rule says the same."""
    return [
        pk
        for pk, now in sorted(after.items())
        if pk in before
        and None not in (before[pk].executor, now.executor)
        and (before[pk].executor, before[pk].owner, before[pk].copy_to) != (now.executor, now.owner, now.copy_to)
    ]


def _decision(pk: int, before: Assignment, after: Assignment) -> Decision:
    assert before.executor is not None and after.executor is not None and after.owner is not None
    return Decision(pk, before.executor, after.executor, after.owner, after.copy_to, after.rule)


def _tried(
    before: dict[int, Assignment], after: dict[int, Assignment], desks: dict[int, Department]
) -> tuple[tuple[Tried, ...], tuple[Tried, ...], tuple[Tried, ...]]:
    """Return the examples that break, that are mended, and that are wrong as before."""
    groups: tuple[list[Tried], list[Tried], list[Tried]] = [], [], []
    examples = RoutingExample.objects.filter(pk__in=after).select_related("category", "department")
    for example in examples.order_by("category__name", "pk"):
        was = before[example.pk].executor if example.pk in before else None
        now = after[example.pk].executor
        right_before, right_now = was == example.department_id, now == example.department_id
        if not (right_before and right_now):
            group = groups[0] if right_before else groups[1] if right_now else groups[2]
            group.append(Tried(example, desks.get(was or 0), desks.get(now or 0)))
    return tuple(groups[0]), tuple(groups[1]), tuple(groups[2])
