"""The calendar of the town hall, with Saxony's holidays."""

import datetime as dt

import pytest

from apps.places.working_days import add_working_days, is_working_day, last_working_day_of_week

SAXONY, BAVARIA = "14729060", "09162000"


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2026, 11, 18), False),  # Day of Repentance, Saxony alone
        (dt.date(2025, 10, 31), False),  # Reformation Day
        (dt.date(2026, 12, 24), True),  # not a holiday by law
        (dt.date(2026, 12, 25), False),
        (dt.date(2026, 11, 21), False),  # Saturday
        (dt.date(2026, 11, 23), True),
    ],
)
def test_saxony_works_on_its_working_days(day, works):
    assert is_working_day(day, SAXONY) == works


def test_another_state_has_other_holidays():
    assert is_working_day(dt.date(2026, 11, 18), BAVARIA)
    assert not is_working_day(dt.date(2026, 1, 6), BAVARIA) and is_working_day(dt.date(2026, 1, 6), SAXONY)


def test_the_day_itself_does_not_count():
    assert add_working_days(dt.date(2026, 11, 23), 1, SAXONY) == dt.date(2026, 11, 24)
    assert add_working_days(dt.date(2026, 11, 17), 1, SAXONY) == dt.date(2026, 11, 19)


def test_what_comes_on_a_saturday_counts_from_monday():
    assert add_working_days(dt.date(2026, 11, 21), 1, SAXONY) == dt.date(2026, 11, 23)


def test_easter_lies_between():
    assert add_working_days(dt.date(2026, 4, 2), 1, SAXONY) == dt.date(2026, 4, 7)


def test_no_working_day_is_the_next_one_that_is():
    assert add_working_days(dt.date(2026, 11, 21), 0, SAXONY) == dt.date(2026, 11, 23)
    assert add_working_days(dt.date(2026, 11, 23), 0, SAXONY) == dt.date(2026, 11, 23)


def test_a_week_ends_with_its_last_working_day():
    assert last_working_day_of_week(dt.date(2026, 4, 1), SAXONY) == dt.date(2026, 4, 2)  # before Good Friday
    assert last_working_day_of_week(dt.date(2026, 11, 22), SAXONY) == dt.date(2026, 11, 20)
