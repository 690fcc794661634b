"""What goes into the outbox, and what never does."""

import datetime as dt

import pytest
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives, send_mail
from django.db import IntegrityError, transaction

from apps.outbox.models import Message
from apps.outbox.services import MessageRefused, enqueue, erase_messages, erase_overdue


def mail(town, **changes):
    return enqueue(
        **{"municipality": town, "recipient": "anna@rasterstadt.example", "subject": "Danke", "body": "Text"} | changes
    )


def test_a_message_is_stored_with_the_transaction_or_not_at_all(town):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        mail(town)
        raise ZeroDivisionError
    assert not Message.objects.exists()
    mail(town)
    assert Message.objects.get().state == "queued"


def test_the_same_key_makes_one_message(town, other_town):
    first = mail(town, dedupe_key="report:1:receipt")
    assert mail(town, dedupe_key="report:1:receipt", body="anders") == first
    assert mail(other_town, dedupe_key="report:1:receipt") != first
    assert mail(None, dedupe_key="x") == mail(None, dedupe_key="x")
    assert mail(town) != mail(town)
    assert Message.objects.count() == 5


@pytest.mark.parametrize(
    "recipient",
    [
        "anna@rasterstadt.example\r\nBcc: alle@example.org",
        "anna@rasterstadt.example, emil@rasterstadt.example",
        "Anna <anna@rasterstadt.example>",
        "anna@rasterstadt.example\x00",
        "anna",
        "",
        "a" * 250 + "@rasterstadt.example",
    ],
)
def test_a_recipient_is_exactly_one_address(town, recipient):
    with pytest.raises(MessageRefused):
        mail(town, recipient=recipient)


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\x00"])
def test_a_line_break_in_a_subject_becomes_a_space(town, break_):
    assert mail(town, subject=f"Danke{break_}Bcc: alle@example.org").subject == "Danke Bcc: alle@example.org"


def test_a_sender_with_a_line_break_is_refused(town):
    with pytest.raises(MessageRefused):
        mail(town, sender="Stadt\r\nBcc: alle@example.org <stadt@rasterstadt.example>")


@pytest.fixture
def through_the_backend(settings):
    settings.EMAIL_BACKEND = "apps.outbox.backend.OutboxEmailBackend"


def test_django_s_mail_is_stored_once_per_recipient(town, through_the_backend):
    letter = EmailMultiAlternatives(
        "Betreff", "Text", to=["Anna <anna@a.example>", "emil@b.example"], bcc=["c@c.example"]
    )
    letter.attach_alternative("<p>Text</p>", "text/html")
    letter.municipality = town
    letter.send()
    rows = Message.objects.order_by("pk")
    assert [row.recipient for row in rows] == ["anna@a.example", "emil@b.example", "c@c.example"]
    assert {(row.html, row.municipality) for row in rows} == {("<p>Text</p>", town)}
    assert len({row.message_id for row in rows}) == 3


def test_django_s_mail_with_a_broken_header_is_refused(db, through_the_backend):
    with pytest.raises(BadHeaderError):
        send_mail("Betreff\nBcc: x@example.org", "Text", None, ["anna@a.example"])
    with pytest.raises(ValueError, match="attachments"):
        EmailMessage("Betreff", "Text", to=["anna@a.example"], attachments=[("a.txt", b"x", "text/plain")]).send()
    assert not Message.objects.exists()


def test_the_link_for_a_new_password_goes_through_the_outbox(client, bernd, through_the_backend, town):
    client.post("/konto/passwort/vergessen/", {"email": bernd.email})
    message = Message.objects.get()
    assert (message.recipient, message.municipality, message.reference) == (bernd.email, town, "konto")


def test_text_and_address_die_after_a_month_and_the_row_after_a_year(town):
    today = dt.date(2026, 11, 1)
    message = mail(town, reference="abc")
    Message.objects.update(state="sent", body_dies_on=today, dies_on=today + dt.timedelta(days=335))
    assert erase_overdue(day=today - dt.timedelta(days=1)) == (0, 0)
    assert erase_overdue(day=today) == (1, 0)
    message.refresh_from_db()
    assert (message.recipient, message.subject, message.body, message.html) == ("", "", "", "")
    assert (message.reference, message.state) == ("abc", "sent")
    assert erase_overdue(day=today + dt.timedelta(days=335)) == (0, 1)


def test_a_finished_message_must_have_its_dates_to_die(town):
    mail(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(state="sent")


def test_when_a_person_s_data_dies_early_so_do_her_messages(town, other_town):
    mail(town, reference="abc")
    kept = [mail(town, reference="def"), mail(other_town, reference="abc")]
    assert erase_messages(municipality=town, reference="abc") == 1
    assert list(Message.objects.exclude(recipient="").order_by("pk")) == kept
    assert Message.objects.get(recipient="").state == "dead"
