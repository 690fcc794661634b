"""A report reaches another house by Open311, once, whatever that house does."""

import json
from typing import Any

import pytest

from apps.open311.models import Endpoint, RemoteRequest
from apps.outbox.models import Message
from apps.reports.models import Handover
from apps.reports.services import ContactData, reassign
from tests.open311.conftest import as_json
from tests.patience import PATIENCE_S


def test_a_report_is_sent_with_place_and_words_and_without_the_reporter(
    connected: Any, server: Any, submit: Any, deliver: Any
) -> None:
    anna = ContactData(email="anna@example.org", name="Anna Amsel", phone="034292 77")
    report = submit(contact=anna).report
    assert report.handovers.get().way == "open311"
    assert deliver() == ["sent"]
    (sent,) = server.posts
    assert sent["service_code"] == "LAMP" and sent["jurisdiction_id"] == "landkreis.example"
    assert report.reference in sent["description"] and "Die Lampe ist dunkel." in sent["description"]
    assert 12 < float(sent["long"]) < 13 and 51 < float(sent["lat"]) < 52
    assert not {"email", "phone", "first_name", "last_name", "device_id"} & set(sent)
    assert "Amsel" not in json.dumps(sent)
    handover = Handover.objects.get()
    assert handover.number == "LK-1" and handover.reacted_at and handover.escalate_on is None
    endpoint = Endpoint.objects.get()
    assert endpoint.last_success_at and endpoint.failures == 0


def test_the_stored_message_holds_no_word_of_the_report(connected: Any, submit: Any) -> None:
    submit()
    message = Message.objects.get(channel="open311")
    assert "Lampe" not in message.body and "geheim" not in str(vars(message))


def test_the_key_is_not_readable_in_the_database(connected: Any) -> None:
    stored = Endpoint.objects.get().api_key_sealed
    assert stored and "geheim" not in stored


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (as_json(500, []), "HTTP 500"),
        (as_json(503, {"error": "busy"}), "HTTP 503"),
        (as_json(429, []), "HTTP 429"),
        ((200, "text/html", b"<html><h1>Wartung</h1>"), "kein JSON"),
        (as_json(200, []), "weder Nummer noch Token"),
        (as_json(200, "ok"), "kein JSON"),
        ((200, "application/json", b"[" * 100_000), "kein JSON"),
        ((200, "application/json", b" " * 1_100_000), "zu groß"),
    ],
)
def test_a_house_in_trouble_is_asked_again_later_and_the_reason_is_kept(
    connected: Any, server: Any, submit: Any, deliver: Any, reply: Any, reason: str
) -> None:
    server.misbehave = lambda path, form: reply
    submit()
    assert deliver() == ["queued"]
    assert reason in Message.objects.get(channel="open311").last_error
    assert reason in Endpoint.objects.get().last_error and Endpoint.objects.get().failures >= 1
    server.misbehave = lambda path, form: None
    assert deliver() == ["sent"]
    assert Endpoint.objects.get().failures == 0


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (as_json(400, [{"code": 400, "description": "service_code unknown"}]), "HTTP 400: service_code unknown"),
        (as_json(403, {"errors": [{"code": 403, "description": "Invalid api_key"}]}), "HTTP 403"),
        ((404, "text/html", b"<h1>not found</h1>"), "HTTP 404"),
        ((302, "text/html", b"http://169.254.169.254/latest/"), "leitet weiter"),
    ],
)
def test_a_refusal_is_final_and_on_the_desk(
    connected: Any, server: Any, submit: Any, deliver: Any, client: Any, dilek: Any, reply: Any, reason: str
) -> None:
    server.misbehave = lambda path, form: reply
    report = submit().report
    assert deliver() == ["failed"]
    client.force_login(dilek)
    page = client.get(f"/intern/meldungen/{report.public_id}/").content.decode()
    assert reason in page and "Straßenmeisterei" in page
    assert len(server.asked) == 1, "nothing was asked elsewhere"


def test_a_report_that_did_arrive_before_the_crash_is_not_sent_twice(
    connected: Any, server: Any, submit: Any, deliver: Any
) -> None:
    """The server stored it, and its answer got lost on the way."""
    submit()
    taken = server.answer

    def store_and_stumble(path: str, form: dict[str, str]) -> Any:
        if "description" in form:
            taken("POST", path, form)
            return as_json(502, [])
        return None

    server.misbehave = store_and_stumble
    assert deliver() == ["queued"]
    assert deliver() == ["sent"]
    assert len(server.posts) == 1 and len(server.requests) == 1
    assert RemoteRequest.objects.get().service_request_id == "LK-1"


def test_a_house_that_does_not_answer_in_time_is_asked_again(
    connected: Any, server: Any, submit: Any, deliver: Any, monkeypatch: Any
) -> None:
    import threading

    import httpx

    from apps.open311 import transport

    monkeypatch.setattr(transport, "TIMEOUT", httpx.Timeout(0.2))
    released = threading.Event()

    def hang(path: str, form: dict[str, str]) -> Any:
        released.wait(PATIENCE_S)
        return None

    server.misbehave = hang
    submit()
    assert deliver() == ["queued"]
    released.set()
    assert "nicht rechtzeitig" in Message.objects.get(channel="open311").last_error


def test_a_category_without_a_code_goes_by_mail(connected: Any, submit: Any, desks: Any, mails: Any) -> None:
    report = reassign(report=submit(category=desks.tree).report, department=desks.roads, actor=None, reason="x")
    assert report.handovers.get().way == "mail" and len(mails(desks.roads.email)) == 1


def test_what_went_elsewhere_in_the_meantime_is_not_sent(
    connected: Any, server: Any, submit: Any, deliver: Any, desks: Any
) -> None:
    reassign(report=submit().report, department=desks.depot, actor=None, reason="Unsere Lampe.")
    assert deliver() == ["sent"] and server.posts == []


def test_the_desk_may_go_over_to_mail(
    connected: Any, server: Any, submit: Any, deliver: Any, desks: Any, mails: Any, dilek: Any, client: Any, member: Any
) -> None:
    server.misbehave = lambda path, form: as_json(403, [])
    report = submit().report
    deliver()
    client.force_login(member(dilek, desks.triage))
    client.post(f"/intern/meldungen/{report.public_id}/weitergabe/", {"action": "mail"})
    assert len(mails(desks.roads.email)) == 1 and Handover.objects.get().way == "mail"
    assert "Nicht zugestellt" not in client.get(f"/intern/meldungen/{report.public_id}/").content.decode()
