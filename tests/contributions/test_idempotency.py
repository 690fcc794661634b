"""The same POST twice makes one row, also when both arrive at the same time."""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection, transaction

from apps.contributions.idempotency import KeyReused, find_earlier, payload_hash, store_once
from apps.contributions.tokens import derive_token, hash_token, known_token
from apps.reports.models import Report
from tests.conftest import at
from tests.reports.conftest import make_desks


def make(town: Any, desks: Any, key: uuid.UUID, hashed: str = "same") -> Report:
    return Report(
        municipality=town,
        category=desks.other,
        point=at(1, 1),
        description="x",
        executor=desks.triage,
        owner=desks.triage,
        idempotency_key=key,
        payload_hash=hashed,
        status_token_hash=uuid.uuid4().hex,
    )


def insert_once(report: Report) -> tuple[Report, bool]:
    def store() -> Report:
        report.save(force_insert=True)
        return report

    return store_once(
        Report,
        municipality=report.municipality,
        key=report.idempotency_key,
        hashed=report.payload_hash,
        store=store,
    )


@pytest.fixture
def desks(town: Any) -> Any:
    return make_desks(town)


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert payload_hash({"a": 1, "b": "ä"}) == payload_hash({"b": "ä", "a": 1}) != payload_hash({"a": 1, "b": "a"})


def test_the_hash_is_keyed_so_that_nobody_can_try_addresses_against_it(settings: Any) -> None:
    before = payload_hash({"email": "anna@example.org"})
    settings.SECRET_KEY = "another"
    assert payload_hash({"email": "anna@example.org"}) != before


def test_a_second_insert_gives_the_first_row(town: Any, desks: Any) -> None:
    key = uuid.uuid4()
    first, created = insert_once(make(town, desks, key))
    again, created_again = insert_once(make(town, desks, key))
    assert (created, created_again) == (True, False) and first.pk == again.pk


def test_a_key_with_another_payload_is_refused(town: Any, desks: Any) -> None:
    key = uuid.uuid4()
    insert_once(make(town, desks, key))
    with pytest.raises(KeyReused):
        insert_once(make(town, desks, key, "other"))
    with pytest.raises(KeyReused):
        find_earlier(Report, municipality=town, key=key, hashed="other")


def test_two_towns_may_have_the_same_key(town: Any, desks: Any, other_town: Any) -> None:
    key = uuid.uuid4()
    there = make_desks(other_town)
    assert insert_once(make(town, desks, key))[1] and insert_once(make(other_town, there, key))[1]
    assert find_earlier(Report, municipality=other_town, key=key, hashed="same").municipality == other_town


def test_another_broken_rule_is_not_taken_for_a_repetition(town: Any, desks: Any) -> None:
    from django.db import IntegrityError

    report = make(town, desks, uuid.uuid4())
    report.status = "done"  # without the moment of closing
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_once(report)


def test_what_would_be_refused_by_now_was_stored_then(town: Any, desks: Any) -> None:
    key = uuid.uuid4()

    def refuse() -> Report:
        raise LookupError

    once = {"municipality": town, "key": key, "hashed": "same", "store": refuse, "refusals": (LookupError,)}
    with pytest.raises(LookupError):
        store_once(Report, **once)
    first, _created = insert_once(make(town, desks, key))
    assert store_once(Report, **once) == (first, False)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one_row(town: Any, desks: Any) -> None:
    key, found, together = uuid.uuid4(), [], threading.Barrier(10)

    def send() -> None:
        try:
            together.wait()
            with transaction.atomic():
                found.append(insert_once(make(town, desks, key)))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({row.pk for row, _created in found}) == 1 and sum(created for _row, created in found) == 1


def test_a_link_can_be_made_again_from_the_row_but_not_from_the_database_alone(settings: Any) -> None:
    token = derive_token("status", "k7m29xq4tb3w", 1)
    assert len(token) == 26 and derive_token("status", "k7m29xq4tb3w", 1) == token
    assert derive_token("other", "k7m29xq4tb3w", 1) != token
    stored = hash_token(token)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "rotated"
    assert known_token(stored, "status", "k7m29xq4tb3w", 1) == token
    settings.SECRET_KEY_FALLBACKS = []
    assert known_token(stored, "status", "k7m29xq4tb3w", 1) == ""
