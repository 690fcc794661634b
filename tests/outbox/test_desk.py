"""The administrators' page about messages."""

import pytest

from apps.outbox import services
from apps.outbox.models import Message


@pytest.fixture
def alex(client, make_user):
    person = make_user("Alex", "administrator")
    client.force_login(person)
    return person


@pytest.fixture
def refused(town):
    message = services.enqueue(
        municipality=town,
        recipient="anna.schmidt@rasterstadt.example",
        subject="cnry-subject",
        body="cnry-body",
        html="cnry-html",
        reference="abc123",
    )
    services.claim_next(owner="me")
    services.record_refused(message=message, owner="me", reason="550 5.1.1 unknown")
    return message


def test_a_refused_message_is_shown_with_its_reason_but_without_text_and_person(client, alex, refused):
    page = client.get("/intern/nachrichten/").content.decode()
    assert "550 5.1.1 unknown" in page
    assert "abc123" in page
    assert "a…@rasterstadt.example" in page
    assert "cnry" not in page
    assert "schmidt" not in page


def test_pressing_the_button_queues_it_again(client, alex, refused):
    answer = client.post(f"/intern/nachrichten/{refused.pk}/wiederholen/", follow=True)
    assert "noch einmal zugestellt" in answer.content.decode()
    refused.refresh_from_db()
    assert (refused.state, refused.attempts) == ("queued", 0)


def test_the_next_town_s_messages_are_not_there(client, alex, refused, other_town, make_user):
    client.force_login(make_user("Nora", "administrator", municipality=other_town))
    headers = {"Host": "neuland.example"}
    assert "abc123" not in client.get("/intern/nachrichten/", headers=headers).content.decode()
    assert client.post(f"/intern/nachrichten/{refused.pk}/wiederholen/", headers=headers).status_code == 404
    assert Message.objects.get().state == "failed"


def test_only_administrators_see_messages(client, bernd, dilek, refused):
    for person in (bernd, dilek):
        client.force_login(person)
        assert client.get("/intern/nachrichten/").status_code == 404
        assert client.post(f"/intern/nachrichten/{refused.pk}/wiederholen/").status_code == 404


def test_the_page_says_that_no_worker_was_ever_seen(client, alex):
    assert "Zurzeit läuft keiner" in client.get("/intern/nachrichten/").content.decode()


@pytest.mark.parametrize(
    "query", ["?zustand=xyz", "?seite=xyz", "?seite=99999", "?zustand=sent&seite=-1", "?zustand=%00"]
)
def test_odd_addresses_are_harmless(client, alex, query):
    assert client.get(f"/intern/nachrichten/{query}").status_code == 200


def test_the_list_costs_the_same_for_any_number(client, alex, town, django_assert_max_num_queries):
    for number in range(30):
        services.enqueue(municipality=town, recipient=f"a{number}@a.example", subject="S", body="T")
    with django_assert_max_num_queries(13):
        client.get("/intern/nachrichten/")
