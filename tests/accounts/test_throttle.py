"""Limits that hold when everybody comes at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.accounts import throttle
from apps.accounts.models import RateCount


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_parallel_uses_exactly_twenty_pass():
    def use(_number):
        try:
            return throttle.take("report", "198.51.100.7", limit=20, seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(200))) == 20


def test_a_new_window_opens_when_the_old_one_is_over(db):
    assert throttle.take("report", "anna", limit=1, seconds=60)
    assert not throttle.take("report", "anna", limit=1, seconds=60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_ratecount SET expires_at = clock_timestamp()")
    assert throttle.take("report", "anna", limit=1, seconds=60)


def test_each_name_and_each_key_counts_for_itself(db):
    assert throttle.take("report", "anna", limit=1, seconds=60)
    assert throttle.take("idea", "anna", limit=1, seconds=60)
    assert throttle.take("report", "emil", limit=1, seconds=60)


def test_asking_whether_a_limit_is_used_up_counts_nothing(db):
    for _ in range(3):
        assert not throttle.is_exhausted("report", "anna", limit=1)
    throttle.take("report", "anna", limit=1, seconds=60)
    assert throttle.is_exhausted("report", "anna", limit=1)


def test_nothing_stored_tells_who_it_was(db):
    throttle.take("report", "198.51.100.7", limit=1, seconds=60)
    row = RateCount.objects.get()
    assert "198.51" not in row.key and "198.51" not in repr(row.__dict__)
    assert len(row.key) == 64


def test_the_sweep_takes_only_what_is_over(db):
    throttle.take("report", "anna", limit=1, seconds=60)
    throttle.take("report", "emil", limit=1, seconds=-1)
    assert throttle.sweep() == 1
    assert RateCount.objects.count() == 1


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "198.51.100.1", "203.0.113.9"),  # no proxy: the header is the client's own invention
        (1, "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # what the client put in front does not count
        (2, "10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "10.0.0.1", "198.51.100.1", "10.0.0.1"),  # fewer hops than proxies: somebody came past them
        (1, "10.0.0.1", "not an address", "unknown"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.9", "", "203.0.113.9"),
        (0, "", "", "unknown"),  # a unix socket
    ],
)
def test_whom_a_request_counts_for(rf, settings, proxies, remote, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR=remote, **({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}))
    assert throttle.client_of(request) == expected


def test_uses_in_turn_are_one_statement_and_stop_at_the_first_limit(db, django_assert_num_queries):
    uses = [
        throttle.Use("hour", "anna", 2, 60),
        throttle.Use("day", "anna", 3, 600),
        throttle.Use("all", "town", 9, 60),
    ]
    with django_assert_num_queries(1):
        assert throttle.take_in_turn(uses) == 3
    assert [throttle.take_in_turn(uses) for _ in range(3)] == [3, 0, 0]
    # The town and the day were not charged for what the hour refused.
    assert dict(RateCount.objects.values_list("name", "count")) == {"hour": 4, "day": 2, "all": 2}
    assert throttle.take_in_turn([throttle.Use("week", "anna", 9, 60), *uses[1:]]) == 3
    assert throttle.take_in_turn([throttle.Use("week", "anna", 9, 60), *uses[1:]]) == 1
