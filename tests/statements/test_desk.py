"""Emil reads statements, cuts them into concerns and decides; what came in stays as it came."""

import datetime as dt
import uuid

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from apps.geo.editing import ChangeRefused, StaleEdit
from apps.outbox.models import Message
from apps.statements.models import Group, Segment, Statement
from apps.statements.services import drafts, weighing
from apps.statements.similar import suggest_groups
from tests.conftest import at
from tests.consultations.conftest import PDF, pdf
from tests.statements.conftest import DURING, LAST


@pytest.fixture
def desk(client, emil):
    client.force_login(emil)
    return client


def page(name, plan, *more):
    return reverse(f"statements:{name}", args=[plan.public_id, *more])


def test_the_list_shows_all_with_their_marks_in_a_fixed_number_of_queries(
    desk, plan, submit, django_assert_max_num_queries
):
    submit("Zu laut.", name="Anna", email="anna@example.org")
    submit("Zu spät gelesen.", at=DURING + dt.timedelta(days=60))
    for number in range(5):
        submit(f"Noch etwas: {number}", name="Berta")
    with django_assert_max_num_queries(20):
        shown = desk.get(page("desk_list", plan)).content.decode()
    for word in ("Zu laut.", "unbestätigt", "verspätet", "ohne Namen", "7 Stellungnahmen"):
        assert word in shown
    late = desk.get(page("desk_list", plan) + "?nur=verspaetet").content.decode()
    assert "Zu spät gelesen." in late and "Zu laut." not in late


def test_emil_cuts_a_statement_into_concerns(desk, plan, submit):
    submit("Zu laut, und die Bäume fehlen.")
    form = {"version": 1, "text": "Lärm", "tags": "Lärm, Verkehr", "decision": "open"}
    assert desk.post(page("desk_segment_new", plan, 1), form).status_code == 302
    segment = Segment.objects.get()
    assert segment.tags == ["Lärm", "Verkehr"]
    form = {**form, "decision": "followed", "decision_text": "Tempo 30", "version": segment.version}
    assert desk.post(page("desk_segment", plan, 1, segment.pk), form).status_code == 302
    shown = desk.get(page("desk_work", plan, 1)).content.decode()
    assert "wird gefolgt" in shown and "Tempo 30" in shown and "Zu laut, und die Bäume fehlen." in shown


def test_a_concern_begins_at_the_place_of_its_statement(desk, plan, submit):
    key = uuid.uuid4()
    draft = drafts.keep_draft(consultation=plan, number=key, values={})
    drafts.add_place(draft=draft, geometry=at(1010, 1020))
    submit(draft=draft, key=key)
    assert "331010.000 5681020.000" in desk.get(page("desk_segment_new", plan, 1)).content.decode()


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(desk, plan, submit, emil):
    statement = submit().statement
    segment = weighing.add_segment(statement=statement, actor=emil, values={"text": "Lärm"})
    weighing.change_segment(segment=segment, actor=emil, version=1, values={"proposal": "Wand"})
    form = {"version": 1, "text": "Lärm und Staub", "decision": "open"}
    refused = desk.post(page("desk_segment", plan, 1, segment.pk), form)
    words = refused.content.decode()
    assert refused.status_code == 422 and "Lärm und Staub" in words and "Inzwischen gespeichert ist: Wand" in words
    segment.refresh_from_db()
    assert (segment.text, segment.version) == ("Lärm", 2)
    with pytest.raises(StaleEdit):
        weighing.set_anonymised(statement=statement, actor=emil, version=7, text="x")


def test_the_copy_without_names_stands_beside_the_original(desk, plan, submit):
    submit("Ich, Anna Beispiel, finde es zu laut.")
    form = {"version": 1, "anonymised_text": "Es ist zu laut."}
    assert desk.post(page("desk_work", plan, 1), form).status_code == 302
    statement = Statement.objects.get()
    assert statement.anonymised_text == "Es ist zu laut." and "Anna Beispiel" in statement.text


def test_a_decided_concern_cannot_be_removed(submit, emil):
    segment = weighing.add_segment(statement=submit().statement, actor=emil, values={"text": "a", "decision": "noted"})
    with pytest.raises(ChangeRefused):
        weighing.remove_segment(segment=segment, actor=emil, version=1)


def test_a_letter_is_entered_with_the_day_on_which_it_came(desk, open_plan):
    form = {"key": uuid.uuid4(), "channel": "letter", "sender_kind": "public", "text": "Zu laut.", "name": "Berta"}
    today = timezone.localdate()
    late = {**form, "received_on": (today + dt.timedelta(days=1)).isoformat()}
    assert desk.post(page("desk_enter", open_plan), late).status_code == 422
    answer = desk.post(page("desk_enter", open_plan), {**form, "received_on": today.isoformat(), "file": pdf()})
    statement = Statement.objects.get()
    assert answer.status_code == 302 and statement.channel == "letter" and statement.entered_by.name == "Emil"
    assert statement.attachments.count() == 1 and not Message.objects.exists()


def test_a_letter_of_the_last_day_is_in_time(submit):
    from apps.consultations.periods.moments import local_midnight

    stored = submit(channel="letter", received_at=local_midnight(LAST), at=DURING + dt.timedelta(days=60)).statement
    assert not stored.is_late


def test_a_redacted_copy_leaves_the_original(desk, plan, submit):
    key = uuid.uuid4()
    from apps.statements.attachments import keep_attachment

    draft = drafts.keep_draft(consultation=plan, number=key, values={})
    keep_attachment(draft=draft, upload=pdf())
    file = submit(draft=draft, key=key).statement.attachments.get()
    black = PDF + b"\n% black\n%%EOF\n"
    desk.post(page("desk_redact", plan, 1, file.public_id), {"file": pdf(content=black)})
    whole = desk.get(page("desk_attachment", plan, 1, file.public_id))
    copy = desk.get(page("desk_attachment", plan, 1, file.public_id) + "?fassung=geschwaerzt")
    assert b"".join(whole.streaming_content) == PDF and b"".join(copy.streaming_content) == black
    assert whole["Content-Disposition"].startswith("attachment") and default_storage.exists(file.file.name)


def test_form_letters_are_suggested_as_one_group(submit, plan):
    letter = "Sehr geehrte Damen und Herren, ich lehne den Bebauungsplan am Gartenweg wegen des Lärms ab."
    for name in ("Anna", "Berta", "Claus"):
        submit(f"{letter} Viele Grüße, {name}")
    submit("Bitte pflanzen Sie mehr Linden an der Schule.")
    assert suggest_groups(plan) == [[1, 2, 3]]


def test_fifty_persons_are_not_more_than_fifty():
    assert [Group.is_mass(n) for n in (50, 51)] == [False, True]


def test_groups_are_made_by_numbers(desk, plan, submit):
    for _n in range(3):
        submit()
    assert desk.post(page("desk_groups", plan), {"title": "Brief", "numbers": "1-2"}).status_code == 302
    assert [s.number for s in Group.objects.get().statements.all()] == [1, 2]
    wrong = desk.post(page("desk_groups", plan), {"title": "Brief", "numbers": "eins"})
    assert wrong.status_code == 422
    desk.post(page("desk_groups", plan), {"dissolve": str(Group.objects.get().pk)})
    assert Statement.objects.filter(group=None).count() == 3


def test_statements_of_another_town_are_not_there(client, plan, submit, other_town, make_user):
    submit()
    client.force_login(make_user("Nora", "planner", municipality=other_town))
    host = {"host": "neuland.example"}
    assert client.get(page("desk_work", plan, 1), headers=host).status_code == 404
    assert not Statement.objects.visible_to(make_user("Bernd", "clerk")).exists()
