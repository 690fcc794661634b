"""Secret links that open nothing are counted by connection; one that opens something always does."""

import pytest
from django.urls import reverse

from apps.contributions import wrong_links
from apps.reports.links import status_token
from tests.reports.conftest import desks, submit  # noqa: F401  (fixtures)

WRONG = "a" * 26


@pytest.fixture
def few(monkeypatch, settings):
    settings.RATE_LIMIT_FACTOR = 1
    monkeypatch.setattr(wrong_links, "WRONG_LINKS", 2)


@pytest.mark.parametrize(
    ("name", "more", "method"),
    [
        ("reports:status", [], "get"),
        ("reports:receipt", [], "get"),
        ("reports:reply", [], "post"),
        ("reports:still_broken", [], "post"),
        ("reports:own_photo", ["k7m29xq4tb3w", "klein"], "get"),
        ("reports:following", [], "get"),
        ("reports:handover", [], "get"),
        ("reports:handover_answer", ["erledigt"], "post"),
        ("reports:handover_new_link", [], "post"),
        ("reports:handover_photo", ["k7m29xq4tb3w", "klein"], "get"),
        ("statements:status", [], "get"),
        ("statements:receipt", [], "get"),
        ("statements:change", [], "post"),
        ("statements:own_attachment", ["k7m29xq4tb3w"], "get"),
        ("statements:invited", [], "get"),
        ("ideas:status", [], "get"),
        ("ideas:own_photo", ["k7m29xq4tb3w", "klein"], "get"),
        ("ideas:supporting", [], "get"),
        ("ideas:ballot_paper", [], "get"),
    ],
)
def test_somebody_who_tries_many_links_is_asked_to_wait(client, town, few, name, more, method):
    address = reverse(name, args=[WRONG, *more])
    assert [getattr(client, method)(address).status_code for _ in range(3)] == [404, 404, 429]
    answer = getattr(client, method)(address)
    assert answer["Retry-After"] == "3600" and "Ein gültiger Link funktioniert weiterhin" in answer.content.decode()


def test_annas_link_opens_from_every_address_and_others_addresses_are_not_limited(client, few, submit):  # noqa: F811
    hers = reverse("reports:status", args=[status_token(submit().report)])
    wrong = reverse("reports:status", args=[WRONG])
    for _ in range(4):
        answer = client.get(wrong, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 429
    assert client.get(hers, REMOTE_ADDR="203.0.113.7").status_code == 200
    assert client.get(wrong, REMOTE_ADDR="203.0.113.8").status_code == 404


def test_links_that_confirm_an_address_are_counted_too(client, town, few):
    address = reverse("statements:confirm", args=["k7m29xq4tb3w", WRONG])
    assert [client.get(address).status_code for _ in range(3)] == [404, 404, 429]
