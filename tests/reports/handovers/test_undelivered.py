"""What does not get through is on the desk at once, with the reason and the ways out."""

import uuid
from typing import Any

import pytest

from apps.outbox import services as outbox
from apps.outbox.models import Message
from apps.reports.handovers import answering
from apps.reports.models import Event, Handover


@pytest.fixture
def gerd(client: Any, make_user: Any, member: Any, desks: Any) -> Any:
    """A clerk of the triage desk, signed in."""
    user = member(make_user("Gerd", "clerk"), desks.triage)
    client.force_login(user)
    return user


@pytest.fixture
def bounced(handed: Any) -> Message:
    """The county's mail server refuses the mail."""
    worker = str(uuid.uuid4())
    while (message := outbox.claim_next(owner=worker)) is not None:
        if message.pk == handed.message_id:
            outbox.record_refused(message=message, owner=worker, reason="550 no such user <sm@14000010.example>")
        else:
            outbox.record_sent(message=message)
    return Message.objects.get(pk=handed.message_id)


def work(client: Any, report: Any) -> str:
    return client.get(f"/intern/meldungen/{report.public_id}/").content.decode()


@pytest.mark.usefixtures("gerd")
def test_a_refused_mail_is_in_the_inbox_and_on_the_page_with_its_reason(client: Any, handed: Any, bounced: Any) -> None:
    assert "Bei einer Meldung kommt etwas nicht an" in client.get("/intern/meldungen/").content.decode()
    listed = client.get("/intern/meldungen/unzugestellt/").content.decode()
    page = work(client, handed.report)
    for text in (listed, page):
        assert "550 no such user" in text
    assert "Erneut senden" in page and "An eine andere Adresse" in page


@pytest.mark.usefixtures("gerd")
def test_nothing_is_said_where_everything_arrives(client: Any, handed: Any) -> None:
    assert "kommt etwas nicht an" not in client.get("/intern/meldungen/").content.decode()
    assert "Alles kommt an." in client.get("/intern/meldungen/unzugestellt/").content.decode()


@pytest.mark.usefixtures("gerd")
def test_a_mail_that_waits_for_its_next_attempt_is_named_too(client: Any, handed: Any) -> None:
    worker = str(uuid.uuid4())
    Message.objects.exclude(pk=handed.message_id).delete()
    message = outbox.claim_next(owner=worker)
    assert message is not None
    outbox.record_postponed(message=message, owner=worker, reason="451 greylisted")
    page = work(client, handed.report)
    assert "Noch nicht zugestellt" in page and "451 greylisted" in page and "Erneut senden" not in page


def test_it_is_sent_again_to_another_address(client: Any, handed: Any, bounced: Any, gerd: Any) -> None:
    address = f"/intern/meldungen/{handed.report.public_id}/nachrichten/{bounced.pk}/"
    client.post(address, {"action": "readdress", "recipient": "neu@county.example"})
    bounced.refresh_from_db()
    assert (bounced.state, bounced.recipient, bounced.last_error) == ("queued", "neu@county.example", "")
    assert handed.report.events.get(kind="handover", data__step="resent").actor == gerd
    assert "Nicht zugestellt" not in work(client, handed.report)


@pytest.mark.usefixtures("gerd")
@pytest.mark.parametrize("recipient", ["kein", "a@b.example, c@d.example", "a@b.example\nBcc: x@y.example"])
def test_a_bad_address_is_refused_with_a_sentence(client: Any, handed: Any, bounced: Any, recipient: str) -> None:
    address = f"/intern/meldungen/{handed.report.public_id}/nachrichten/{bounced.pk}/"
    page = client.post(address, {"action": "readdress", "recipient": recipient}, follow=True).content.decode()
    bounced.refresh_from_db()
    assert bounced.state == "failed" and "keine vollständige E-Mail-Adresse" in page


@pytest.mark.usefixtures("gerd")
def test_a_mail_to_the_citizen_goes_to_no_other_address(client: Any, handed: Any, mails: Any) -> None:
    (message,) = mails("anna@example.org")
    Message.objects.filter(pk=message.pk).update(
        state="failed", last_error="550", body_dies_on="2030-01-01", dies_on="2030-01-01"
    )
    page = work(client, handed.report)
    assert "meldende oder mitlesende Person (a…@example.org)" in page and "An eine andere Adresse" not in page
    address = f"/intern/meldungen/{handed.report.public_id}/nachrichten/{message.pk}/"
    client.post(address, {"action": "readdress", "recipient": "spion@example.org"})
    message.refresh_from_db()
    assert (message.state, message.recipient) == ("failed", "anna@example.org")
    client.post(address, {"action": "dismiss"})
    assert "a…@example.org" not in work(client, handed.report)


@pytest.mark.usefixtures("bounced")
def test_only_who_handles_the_report_may_send(
    client: Any, handed: Any, bounced: Any, emil: Any, make_user: Any
) -> None:
    address = f"/intern/meldungen/{handed.report.public_id}/nachrichten/{bounced.pk}/"
    client.force_login(emil)
    assert client.post(address, {"action": "retry"}).status_code == 403
    client.force_login(make_user("Niemand", "clerk"))
    assert client.post(address, {"action": "retry"}).status_code == 404


@pytest.mark.usefixtures("gerd")
def test_a_message_of_another_report_is_not_found(client: Any, handed: Any, bounced: Any, submit: Any) -> None:
    other = submit().report
    address = f"/intern/meldungen/{other.public_id}/nachrichten/{bounced.pk}/"
    assert client.post(address, {"action": "retry"}).status_code == 404


@pytest.mark.usefixtures("gerd")
def test_a_body_without_an_address_is_on_the_list_until_it_has_one(
    client: Any, submit: Any, bodies: Any, mails: Any
) -> None:
    bodies.county.email = ""
    bodies.county.save()
    report = submit().report
    assert report.handovers.get().way == ""
    assert "keine E-Mail-Adresse hinterlegt" in client.get("/intern/meldungen/unzugestellt/").content.decode()
    bodies.county.email = "neu@county.example"
    bodies.county.save()
    client.post(f"/intern/meldungen/{report.public_id}/weitergabe/", {"action": "mail"})
    assert len(mails("neu@county.example")) == 1 and report.handovers.get().way == "mail"


def test_the_desk_answers_a_question_on_the_work_page(client: Any, handed: Any, gerd: Any, mails: Any) -> None:
    answering.ask_back(handover=handed, text="Welche Lampe?", idempotency_key=uuid.uuid4())
    assert "Welche Lampe?" in work(client, handed.report)
    form = {"action": "answer", "text": "Die dritte.", "key": str(uuid.uuid4())}
    for _ in range(2):
        client.post(f"/intern/meldungen/{handed.report.public_id}/weitergabe/", form)
    assert Handover.objects.get().state == "told"
    assert Event.objects.filter(kind="handover", data__step="answered").count() == 1
    assert "Die dritte." in mails(handed.department.email)[-1].body
