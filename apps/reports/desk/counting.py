"""How many reports each view of the inbox holds: one statement for all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone

from apps.reports.querysets import ReportQuerySet
from apps.reports.transitions import Publication, Status

#: A view of more reports says "999+"; counting stops there, so that many views stay cheap.
COUNTED = 1000
#: What the filter finds is counted so far; a town may have collected a million.
FOUND = 10_000

#: One pass over the open reports, from the index ``reports_open_counts``.
_OPEN = """
SELECT count(*) FILTER (WHERE executor_id = ANY (%s) AND status = %s),
       count(*) FILTER (WHERE executor_id = ANY (%s)),
       count(*) FILTER (WHERE assignee_id = ANY (%s)),
       count(*) FILTER (WHERE due_on < %s),
       count(*)
FROM ({rows}) AS open_ones
"""
_NAMES = ("new", "desk", "mine", "overdue", "open")


@dataclass(frozen=True)
class Counts:
    """``ready`` by the name of the ready-made view; ``saved`` in the order that was asked, None for a broken view.

    ``found`` is None where it was not asked for. ``saved`` and ``pending`` stop at ``COUNTED``, ``found`` at ``FOUND``.
    """

    ready: dict[str, int]
    saved: list[int | None]
    found: int | None


def count_views(
    reports: ReportQuerySet,
    *,
    desks: Collection[int],
    me: Collection[int],
    saved: Sequence[ReportQuerySet | None] = (),
    found: ReportQuerySet | None = None,
    pending: bool = True,
) -> Counts:
    """Count what the views of the inbox hold, over the ``reports`` that the reader may see (one statement).

    ``desks`` are the reader's departments, ``me`` the reader and those for whom they stand in today. ``pending``: is
    it the reader's business what waits for release?
    """
    ready, params = _ready_part(reports, desks, me)
    bounded = [
        (reports.filter(publication=Publication.PENDING) if pending else reports.none(), COUNTED),
        *((queryset, COUNTED) for queryset in saved),
        (found, FOUND + 1),
    ]
    parts = ["ready.*"]
    for queryset, most in bounded:
        sql, values = _bounded_part(queryset, most)
        parts.append(sql)
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"WITH ready AS ({ready}) SELECT {', '.join(parts)} FROM ready", params)  # noqa: S608  (the ORM's own SQL)
        row = list(cursor.fetchone())
    end = len(_NAMES)
    return Counts(
        ready={**dict(zip(_NAMES, row[:end], strict=True)), "pending": row[end]},
        saved=row[end + 1 : -1],
        found=row[-1],
    )


def _ready_part(reports: ReportQuerySet, desks: Collection[int], me: Collection[int]) -> tuple[str, list[Any]]:
    rows = reports.open().order_by().values("executor_id", "status", "assignee_id", "due_on")
    try:
        sql, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT 0, 0, 0, 0, 0", []
    asked = [list(desks), Status.SUBMITTED.value, list(desks), list(me), timezone.localdate()]
    return _OPEN.format(rows=sql), [*asked, *values]


def _bounded_part(queryset: ReportQuerySet | None, most: int) -> tuple[str, list[Any]]:
    """Return the count of a queryset up to ``most``, each in a plan of its own."""
    if queryset is None:
        return "NULL::bigint", []
    try:
        sql, values = queryset.order_by().values("pk")[:most].query.sql_with_params()
    except EmptyResultSet:
        return "0::bigint", []
    return f"(SELECT count(*) FROM ({sql}) AS found)", list(values)  # noqa: S608  (the ORM's own SQL)
