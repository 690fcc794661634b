"""Statements that the server parses and plans once a connection, not once a call.

Django puts values into the text of a statement, so PostgreSQL plans each call anew; for a statement of a hundred lines
that takes longer than running it. Here the values travel beside the text and psycopg keeps the statement prepared
(https://www.psycopg.org/psycopg3/docs/advanced/prepare.html). Worth it for few, large, frequent statements only.

Such a statement casts every parameter (``%(town)s::bigint``): psycopg picks the narrowest type a value fits into, and
another type would be another statement, and one that a GiST index on ``bigint`` cannot answer.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Self

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg._queries import PostgresQuery
from psycopg.abc import Params, Query
from psycopg.types.string import TextLoader


@lru_cache(maxsize=64)
def _numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    """Return the statement with ``$1`` for its first name and so on, and the names in that order.

    psycopg looks for the names too, but remembers what it found in short statements only, not in ours.
    """
    names: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return names.setdefault(found[1], f"${len(names) + 1}") if found[1] else "%"

    return re.sub(r"%(?:%|\((\w+)\)s)", number, statement), tuple(names)


class _PreparedCursor(psycopg.RawCursor[Any]):
    """A cursor that binds on the server and prepares what it executes; parameters are named.

    Where the connection must not keep prepared statements (``prepare_threshold`` None: a pooler that hands the
    server on after each transaction) the statement is sent whole, as before. JSON comes as the text that the server
    wrote, as Django has it for ``jsonb``.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.adapters.register_loader("json", TextLoader)

    def execute(
        self,
        query: Any,
        params: Any = None,
        *,
        prepare: bool | None = True,
        binary: bool | None = None,
    ) -> Self:
        statement, names = _numbered(query)
        values = [(params or {})[name] for name in names]
        return super().execute(statement, values, prepare=prepare, binary=binary)

    def _convert_query(self, query: Query, params: Params | None = None) -> PostgresQuery:
        """Remember the statement for Django's query log, which psycopg forgets when it is prepared."""
        self._query = super()._convert_query(query, params)
        return self._query


@contextmanager
def prepared_cursor() -> Iterator[CursorWrapper]:
    """Give a cursor on Django's own connection whose statements stay prepared there.

    The same transaction, query log, execute wrappers and errors as ``connection.cursor()``. Prepared statements belong
    to the connection: a new one after a loss begins anew.
    """
    with connection.cursor() as cursor:
        plain = cursor.cursor
        cursor.cursor = _PreparedCursor(plain.connection)
        plain.close()
        yield cursor
