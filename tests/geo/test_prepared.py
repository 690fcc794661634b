"""A few large statements are planned once a connection, and otherwise behave like any other of Django's."""

import pytest
from django.db import connection, transaction
from django.db.utils import DataError

from apps.geo.prepared import prepared_cursor

QUESTION = "SELECT sqrt(%(number)s::float8) AS answer"
# How often the server ran our statement with the one plan, and how often with a plan made for the values.
KEPT = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%%AS answer'"


def ask(number: object) -> float:
    with prepared_cursor() as cursor:
        cursor.execute(QUESTION, {"number": number})
        return cursor.fetchone()[0]


def kept() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        return cursor.fetchall()


@pytest.fixture(autouse=True)
def fresh_statements(db):
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def test_a_statement_is_planned_once_for_all_values():
    assert [ask(number) for number in (4.0, 9.0, 16.0)] == [2, 3, 4]
    assert kept() == [(3, 0)]


def test_the_query_log_sees_it(django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        ask(4.0)
    assert captured[0]["sql"].startswith("SELECT sqrt(")


def test_a_fault_is_one_of_djangos_and_a_savepoint_mends_it():
    with pytest.raises(DataError), transaction.atomic():
        ask(-1.0)
    assert ask(4.0) == 2


def test_it_works_after_the_transaction_it_was_prepared_in_was_rolled_back():
    with transaction.atomic():
        ask(4.0)
        transaction.set_rollback(True)
    assert ask(9.0) == 3


def test_a_pooler_in_transaction_mode_gets_the_statement_whole():
    connection.connection.prepare_threshold, before = None, connection.connection.prepare_threshold
    try:
        assert ask(4.0) == 2
        assert kept() == []
    finally:
        connection.connection.prepare_threshold = before


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_begins_anew():
    assert ask(4.0) == 2
    connection.close()
    assert ask(9.0) == 3
    assert kept() == [(1, 0)]
