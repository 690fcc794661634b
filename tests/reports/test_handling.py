"""Working on a report: allowed changes, history, mails, stale edits, contact data that dies on its day."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from apps.outbox.models import Message
from apps.reports import services
from apps.reports.changes import ChangeRefused, StaleEdit
from apps.reports.models import Contact, Event, Report
from apps.reports.services import ContactData
from apps.reports.transitions import ALLOWED, CLOSED, EXPLAINED, LOOK, Status, may_follow

ANNA = ContactData(email="anna@example.org", name="Anna", wants_updates=True)


def put_into(report: Report, status: str) -> None:
    """Set a status past the table, to start a test from it."""
    closed_at = timezone.now() if status in CLOSED else None
    Report.objects.filter(pk=report.pk).update(status=status, closed_at=closed_at)


def test_the_service_follows_the_table_in_every_pair(submit: Any, bernd: Any) -> None:
    report = submit().report
    for old in Status:
        for new in Status:
            put_into(report, old)
            try:
                services.change_status(report=report, status=new, actor=bernd)
                changed = True
            except ChangeRefused:
                changed = False
            assert changed == (new in ALLOWED[old]), (old, new)
            assert Report.objects.get().status == (new if changed else old)


def test_every_status_has_a_way_out_words_and_a_look() -> None:
    assert set(ALLOWED) == set(EXPLAINED) == set(LOOK) == set(Status)
    assert all(ALLOWED.values())
    assert not any(may_follow(status, "submitted") for status in Status.values)
    assert not may_follow("unknown", "done") and not may_follow("done", "unknown")


def test_a_change_of_status_is_history_and_a_mail_to_anna(submit: Any, bernd: Any) -> None:
    report = submit(contact=ANNA).report
    services.change_status(report=report, status="in_progress", actor=bernd, note="Morgen kommt der Steiger.")
    event = Event.objects.get(kind="status")
    assert event.data == {"from": "submitted", "to": "in_progress"} and event.actor == bernd
    mail = Message.objects.filter(recipient="anna@example.org").latest("pk")
    assert "In Bearbeitung" in mail.subject and "Morgen kommt der Steiger." in mail.body
    assert "Bernd" not in mail.body


def test_the_status_is_what_the_history_says(submit: Any, bernd: Any) -> None:
    report = submit().report
    for status in ("received", "in_progress", "waiting", "done", "in_progress"):
        services.change_status(report=report, status=status, actor=bernd)
    last = Event.objects.filter(data__has_key="to").latest("at", "id")
    assert Report.objects.get().status == last.data["to"] == "in_progress"


def test_a_form_made_from_an_older_version_is_refused(submit: Any, bernd: Any, carla: Any) -> None:
    report = submit().report
    seen = report.version
    services.change_status(report=report, status="received", actor=carla, version=seen)
    with pytest.raises(StaleEdit, match="inzwischen geändert"):
        services.change_status(report=report, status="done", actor=bernd, version=seen)
    assert Report.objects.get().status == "received"


def test_giving_it_to_parks_keeps_the_reason_and_tells_parks(submit: Any, bernd: Any, desks: Any) -> None:
    report = submit().report
    services.reassign(report=report, department=desks.parks, actor=bernd, reason="Ein Ast hängt in der Lampe.")
    report = Report.objects.get()
    assert report.executor == desks.parks and "Ein Ast hängt in der Lampe." in report.routing_reason
    assert Message.objects.filter(recipient=desks.parks.email, reference=report.public_id).count() == 1
    assert Event.objects.get(kind="reassigned").data["reason"] == "Ein Ast hängt in der Lampe."


def test_given_outside_it_is_forwarded_without_a_link_into_the_desk(submit: Any, bernd: Any, desks: Any) -> None:
    report = submit(contact=ANNA).report
    services.reassign(report=report, department=desks.roads, actor=bernd, reason="Kreisstraße")
    assert Report.objects.get().status == "forwarded"
    mail = Message.objects.get(recipient=desks.roads.email)
    assert "/intern/" not in mail.body and "anna" not in mail.body.lower()
    assert "Die Lampe ist dunkel." in mail.body


def test_back_from_outside_it_is_the_town_s_again(submit: Any, bernd: Any, desks: Any) -> None:
    report = submit().report
    for department in (desks.roads, desks.depot):
        report = services.reassign(report=report, department=department, actor=bernd, reason="Doch wir.")
    assert Report.objects.get().status == "received"


def test_rules_bring_it_back_from_outside_as_well(submit: Any, bernd: Any, desks: Any) -> None:
    report = services.reassign(report=submit().report, department=desks.roads, actor=bernd, reason="Kreisstraße")
    services.reroute(report=report, category=report.category, actor=bernd, reason="Doch eine Laterne.")
    report = Report.objects.get()
    assert (report.executor, report.status) == (desks.depot, "received")


def test_another_category_routes_anew_and_keeps_the_trace(submit: Any, bernd: Any, desks: Any) -> None:
    report = submit().report
    services.reroute(report=report, category=desks.tree, actor=bernd)
    report = Report.objects.get()
    assert report.executor == desks.parks and report.category == desks.tree
    assert Event.objects.get(kind="routed").data["trace"]["rule"] == "trees"


def test_a_note_stays_inside_and_is_written_once(submit: Any, bernd: Any) -> None:
    report, key = submit().report, uuid.uuid4()
    for _ in range(2):
        services.add_note(report=report, text="Steiger bestellt", actor=bernd, idempotency_key=key)
    assert Event.objects.filter(kind="note", is_public=False).count() == 1


def test_released_with_another_text_the_original_stays_inside(submit: Any, dilek: Any) -> None:
    report = submit(description="Herr Müller hat die Lampe kaputt gemacht.").report
    services.release(report=report, actor=dilek, public_text="Die Lampe ist kaputt.")
    report = Report.objects.get()
    assert report.public_text == "Die Lampe ist kaputt." and "Müller" in report.description
    assert Event.objects.get(kind="released").data["corrected"] is True


def test_annas_word_reopens_a_finished_report_once(submit: Any, bernd: Any) -> None:
    report, key = submit(contact=ANNA).report, uuid.uuid4()
    services.change_status(report=report, status="done", actor=bernd)
    assert services.say_still_broken(report=report, idempotency_key=key, text="Immer noch dunkel.")
    assert not services.say_still_broken(report=report, idempotency_key=key)
    report = Report.objects.get()
    assert (report.status, report.still_broken_count, report.closed_at) == ("received", 1, None)
    assert Contact.objects.get().dies_on is None
    assert Message.objects.filter(subject__startswith="Noch nicht behoben").count() == 1


def test_still_broken_says_nothing_about_an_open_report(submit: Any) -> None:
    report = submit().report
    assert not services.say_still_broken(report=report, idempotency_key=uuid.uuid4())
    assert not Event.objects.filter(kind="still_broken").exists()


CLOSED_AT = dt.datetime(2026, 1, 1, 22, 59, tzinfo=dt.UTC)  # 1 January, 23:59 in Berlin


@pytest.mark.parametrize(("day", "left"), [(dt.date(2026, 3, 31), 1), (dt.date(2026, 4, 1), 0)])
def test_contact_data_dies_on_the_ninetieth_day_after_closing(submit: Any, bernd: Any, day: dt.date, left: int) -> None:
    report = submit(contact=ANNA).report
    services.change_status(report=report, status="done", actor=bernd, at=CLOSED_AT)
    assert services.erase_due_contacts(on=day) == 1 - left
    assert Contact.objects.count() == left
    assert Event.objects.filter(kind="contact_erased").count() == 1 - left


def test_one_minute_later_it_lives_a_day_longer(submit: Any, bernd: Any) -> None:
    report = submit(contact=ANNA).report
    services.change_status(report=report, status="done", actor=bernd, at=CLOSED_AT + dt.timedelta(minutes=1))
    assert Contact.objects.get().dies_on == dt.date(2026, 4, 2)


def test_reopened_the_contact_lives_on(submit: Any, bernd: Any) -> None:
    report = submit(contact=ANNA).report
    services.change_status(report=report, status="done", actor=bernd)
    services.change_status(report=report, status="in_progress", actor=bernd)
    assert services.erase_due_contacts(on=dt.date(2999, 1, 1)) == 0


def test_after_erasure_nothing_in_the_database_names_anna(submit: Any, bernd: Any) -> None:
    from django.db import connection

    report = submit(contact=ContactData(email="kanarie@example.org", name="Kanarie", wants_updates=True)).report
    services.change_status(report=report, status="done", actor=bernd)
    services.erase_due_contacts(on=dt.date(2999, 1, 1))
    assert services.erase_due_contacts(on=dt.date(2999, 1, 1)) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s', ["%kanarie%"])
            assert cursor.fetchone() == (0,), table


def test_history_keeps_no_words_of_the_reporter(submit: Any) -> None:
    submit()
    fields = {field.name for field in Report.history.rel.related_model._meta.get_fields()}
    assert "status" in fields
    assert not fields & {"description", "idempotency_key", "payload_hash", "status_token_hash", "search_text"}


def test_what_a_restored_backup_brings_back_the_ledger_erases_again(submit: Any, bernd: Any) -> None:
    from apps.accounts import erasures

    report = submit(contact=ANNA).report
    services.change_status(report=report, status="done", actor=bernd)
    services.erase_due_contacts(on=dt.date(2999, 1, 1))
    Contact.objects.create(report=report, email="anna@rasterstadt.example")  # as the backup knew it
    erasures.replay()
    assert not Contact.objects.exists()
