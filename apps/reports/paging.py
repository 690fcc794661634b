"""Pages by keyset: page one thousand costs what page one does, and no row is shown twice when others arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.reports.querysets import as_public_id


@dataclass(frozen=True)
class Page:
    """Rows of one page; ``after`` is what the next page's link carries, empty on the last page."""

    rows: list[Any]
    after: str
    is_first: bool


def page_of(queryset: QuerySet[Any], *, order: Sequence[str], after: str = "", size: int = 25) -> Page:
    """Return the rows that follow the row with public id ``after`` in ``order`` (column names, ``-`` for descending).

    The last column of the order is unique. An ``after`` that is not in the queryset starts over.
    """
    names = [column.lstrip("-") for column in order]
    known = as_public_id(after)
    anchor = queryset.filter(public_id=known).values(*names).first() if known else None
    rows = queryset.order_by(*order)
    if anchor:
        condition, same = Q(), Q()
        for column, name in zip(order, names, strict=True):
            beyond = "lt" if column.startswith("-") else "gt"
            condition |= same & Q(**{f"{name}__{beyond}": anchor[name]})
            same &= Q(**{name: anchor[name]})
        # The plain bound on the first column is implied; it is what the index can use.
        first = "lte" if order[0].startswith("-") else "gte"
        rows = rows.filter(Q(**{f"{names[0]}__{first}": anchor[names[0]]}) & condition)
    found = list(rows[: size + 1])
    return Page(found[:size], found[size - 1].public_id if len(found) > size else "", anchor is None)
