"""Submitting a report: one transaction writes the row, its history and its messages."""

import datetime as dt
import uuid
from typing import Any

import pytest

from apps.contributions.idempotency import KeyReused
from apps.outbox.models import Message
from apps.places.models import AdministrativeArea
from apps.reports.deciding import OutsideTown
from apps.reports.models import Contact, Event, Report
from apps.reports.services import ContactData
from tests.conftest import at

ANNA = ContactData(email="anna@example.org", name="Anna", phone="0341 1", wants_updates=True)


def test_annas_report_goes_to_the_depot_and_says_why(submit: Any, desks: Any) -> None:
    report = submit().report
    assert report.executor == desks.depot
    assert "Bauhof pflegt das" in report.routing_reason
    assert report.district == "Weststadt"
    assert report.status == "submitted" and report.publication == "pending"


def test_the_first_event_holds_the_routing_trace(submit: Any) -> None:
    event = Event.objects.get(report=submit().report)
    assert event.kind == "submitted" and event.data["to"] == "submitted"
    assert event.data["trace"]["rule"] == "lamps"


def test_department_and_reporter_are_told(submit: Any) -> None:
    report = submit(contact=ANNA).report
    mails = {m.recipient: m for m in Message.objects.filter(reference=report.public_id)}
    assert set(mails) == {"bauhof@14000010.example", "anna@example.org"}
    assert report.reference in mails["bauhof@14000010.example"].subject
    assert "/meldungen/status/" in mails["anna@example.org"].body


def test_one_statement_a_table_one_to_decide_and_one_around(submit: Any, django_assert_num_queries: Any) -> None:
    submit(contact=ANNA)
    # In the test's transaction a savepoint stands for BEGIN and COMMIT.
    with django_assert_num_queries(8) as asked:
        submit(contact=ANNA)
    tables = [query["sql"].split('"')[1] for query in asked if query["sql"].startswith("INSERT")]
    assert tables == ["reports_report", "reports_contact", "reports_event", "outbox_message"]


def test_a_repetition_is_answered_when_the_rules_no_longer_take_it(submit: Any) -> None:
    key = uuid.uuid4()
    first = submit(idempotency_key=key)
    AdministrativeArea.objects.filter(kind="municipality").update(valid_from=dt.date(2200, 1, 1))
    with pytest.raises(OutsideTown):
        submit()
    again = submit(idempotency_key=key)
    assert (again.report, again.created) == (first.report, False)


def test_nobody_is_mailed_who_did_not_ask_for_it(submit: Any) -> None:
    report = submit(contact=ContactData(email="anna@example.org")).report
    assert not Message.objects.filter(reference=report.public_id, recipient="anna@example.org").exists()


def test_the_departments_mail_never_names_the_reporter(submit: Any) -> None:
    report = submit(contact=ANNA).report
    mail = Message.objects.get(reference=report.public_id, recipient="bauhof@14000010.example")
    for secret in ("anna@example.org", "Anna", "0341 1"):
        assert secret not in mail.subject + mail.body


def test_outside_the_town_nothing_is_stored(submit: Any, other_town: Any) -> None:
    with pytest.raises(OutsideTown) as refused:
        submit(point=at(10_500, 1000), contact=ANNA)
    assert not Report.objects.exists() and not Contact.objects.exists() and not Message.objects.exists()
    assert "Hier wurde nichts gespeichert" in str(refused.value)


def test_a_point_on_the_border_belongs_to_the_town(submit: Any) -> None:
    assert submit(point=at(0, 1000)).created


def test_the_same_post_twice_makes_one_report_and_the_same_link(submit: Any) -> None:
    key = uuid.uuid4()
    first, second = submit(idempotency_key=key, contact=ANNA), submit(idempotency_key=key, contact=ANNA)
    assert (first.created, second.created) == (True, False)
    assert first.report == second.report and first.token == second.token
    assert Event.objects.count() == 1 and Message.objects.count() == 2


def test_a_key_with_another_text_is_refused(submit: Any) -> None:
    key = uuid.uuid4()
    submit(idempotency_key=key)
    with pytest.raises(KeyReused):
        submit(idempotency_key=key, description="Etwas ganz anderes.")


def test_the_secret_link_is_stored_hashed_only(submit: Any) -> None:
    submitted = submit()
    assert len(submitted.token) == 26
    assert submitted.token not in str(Report.objects.filter(pk=submitted.report.pk).values().get())


def test_the_link_survives_a_new_installation_secret(submit: Any, settings: Any) -> None:
    from apps.reports.links import status_token

    submitted = submit()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "rotated"
    assert status_token(submitted.report) == submitted.token
    settings.SECRET_KEY_FALLBACKS = []
    assert status_token(submitted.report) == ""


def test_a_contact_without_any_data_is_not_stored(submit: Any) -> None:
    submit(contact=ContactData())
    assert not Contact.objects.exists()
