"""Empties the tables after a test whose transactions were real, without making 1,300 files anew.

Django truncates every table, full or not: each is a new file with its indexes, a second or two on a busy disk, after
every test in a browser. Here the rows are deleted instead, and only where there are any. What guards histories against
deletion is a trigger, and rests meanwhile. More rows than a test usually leaves are left to Django.
"""

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

#: A table with more rows is truncated faster than deleted from.
MANY = 2000


def replace_flush(monkeypatch: Any, left_by_migrate: dict[str, int]) -> None:
    """Let Django's test cases empty tables this way; ``left_by_migrate`` are the rows that stay."""
    truncate = TransactionTestCase._fixture_teardown

    def empty(self: Any) -> None:
        full = count_rows()
        if any(full.get(table) != rows for table, rows in left_by_migrate.items()) or MANY in full.values():
            truncate(self)
        else:
            delete_rows(set(full) - set(left_by_migrate))

    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", empty)


def count_rows() -> dict[str, int]:
    """Return the rows of each table that has any, counted no further than ``MANY``."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    each = [f"SELECT '{name}', count(*) FROM (SELECT FROM \"{name}\" LIMIT {MANY}) few" for name in names]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(each)}) one (name, rows) WHERE rows > 0")
        return dict(cursor.fetchall())


def delete_rows(tables: set[str]) -> None:
    """Delete all rows of the tables; every foreign key of this house can be deferred, so the order does not matter."""
    if not tables:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in sorted(tables):
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        for table in sorted(tables):
            cursor.execute(f'DELETE FROM "{table}"')
    # Not before the foreign keys have been checked, which is at the end of the transaction.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
