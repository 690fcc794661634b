"""Anna takes a stand: no account, nothing lost, received when it is sent."""

import datetime as dt
import re
import uuid
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.consultations.phases import NotNow
from apps.outbox.models import Message
from apps.statements.models import Attachment, Draft, SenderData, Statement
from tests.consultations.conftest import moment, pdf
from tests.statements.conftest import DURING, FIRST, LAST, TOO_LATE


def address(plan):
    return reverse("statements:new", args=[plan.public_id])


def typed(**more):
    return {"number": str(uuid.uuid4()), "text": "Die Straße wird zu laut.", "step": "send", **more}


def test_anna_sends_a_statement_without_saying_who_she_is(client, open_plan):
    answer = client.post(address(open_plan), typed())
    statement = Statement.objects.get()
    assert answer.status_code == 302 and answer.url.startswith("/stellungnahmen/quittung/")
    assert (statement.number, statement.confirmation, statement.is_late) == (1, "none", False)
    assert not SenderData.objects.exists() and not Message.objects.exists()
    page = client.get(answer.url).content.decode()
    assert statement.reference in page and "fristgerecht" in page


def test_an_address_gets_one_receipt_with_a_link_that_a_mail_scanner_cannot_use_up(client, open_plan):
    client.post(address(open_plan), typed(name="Anna", email="anna@example.org", with_copy="on"))
    statement, mail = Statement.objects.get(), Message.objects.get()
    assert statement.confirmation == "pending" and mail.recipient == "anna@example.org"
    assert "Die Straße wird zu laut." in mail.body
    link = re.search(r"https?://[^/]+(/stellungnahmen/bestaetigen/\S+)", mail.body).group(1)
    assert client.get(link).status_code == 200
    statement.refresh_from_db()
    assert statement.confirmation == "pending"
    client.post(link)
    statement.refresh_from_db()
    assert statement.confirmation == "confirmed"


def test_a_wrong_link_confirms_nothing(client, open_plan):
    client.post(address(open_plan), typed(email="anna@example.org"))
    statement = Statement.objects.get()
    wrong = reverse("statements:confirm", args=[statement.public_id, "a" * 26])
    assert client.post(wrong).status_code == 404


def test_the_same_post_twice_makes_one_statement(client, open_plan):
    form = typed()
    first, second = client.post(address(open_plan), form), client.post(address(open_plan), form)
    assert first.url == second.url and Statement.objects.count() == 1


def test_without_words_everything_else_stays(client, open_plan):
    form = typed(text=" ", name="Anna", postal_address="Gartenweg 7", new_files=pdf())
    answer = client.post(address(open_plan), form)
    page = answer.content.decode()
    assert answer.status_code == 400 and "Bitte schreiben Sie Ihre Stellungnahme" in page
    assert "Gartenweg 7" in page and "plan.pdf" in page and not Statement.objects.exists()


def test_a_reload_shows_what_was_typed(client, open_plan):
    paper = open_plan.documents.get()
    saved = client.post(
        address(open_plan),
        typed(step="save", shape="12.6095, 51.3339", document=paper.public_id, page="S. 12", new_files=pdf()),
    )
    page = client.get(saved.url).content.decode()
    for word in ("Die Straße wird zu laut.", "Punkt", "S. 12", "plan.pdf", "Abgesendet ist noch nichts"):
        assert word in page
    assert not Statement.objects.exists()


def test_what_a_draft_holds_goes_with_the_statement(client, open_plan):
    paper = open_plan.documents.get()
    form = typed(step="place", shape="330010 5680010\n330020 5680020", document=paper.public_id, page="S. 3")
    client.post(address(open_plan), {**form, "new_files": pdf()})
    client.post(address(open_plan), {**form, "step": "send", "shape": "", "document": "", "page": ""})
    statement = Statement.objects.get()
    assert [place.shape.geom_type for place in statement.places.all()] == ["LineString"]
    assert [(r.document, r.page) for r in statement.references.all()] == [(paper, "S. 3")]
    assert statement.attachments.get().name == "plan.pdf" and not Draft.objects.exists()


def test_a_place_that_cannot_be_read_stays_in_its_field(client, open_plan):
    answer = client.post(address(open_plan), typed(shape="hier ungefähr"))
    page = answer.content.decode()
    assert answer.status_code == 400 and "hier ungefähr" in page and not Statement.objects.exists()
    again = client.get(reverse("statements:draft", args=[open_plan.public_id, Draft.objects.get().number]))
    assert "hier ungefähr" in again.content.decode()


def test_entries_can_be_taken_out_again(client, open_plan):
    form = typed(step="place", shape="12.6095, 51.3339", new_files=pdf())
    saved = client.post(address(open_plan), form)
    plain = {**form, "shape": "", "step": ""}
    del plain["new_files"]
    file = Attachment.objects.get()
    client.post(saved.url, {**plain, "remove": f"attachment:{file.public_id}"})
    client.post(saved.url, {**plain, "remove": "places:0"})
    assert Draft.objects.get().places == [] and not Attachment.objects.exists()


@pytest.mark.parametrize("remove", ["places:99", "attachment:nothing", "references:-1", "nonsense", "places:²"])
def test_nonsense_removes_nothing(client, open_plan, remove):
    assert client.post(address(open_plan), typed(step="", remove=remove)).status_code == 302


@pytest.mark.parametrize(("text", "status"), [("\x00", 400), ("a\ud800b", 302), ("\u202e", 400)])
def test_no_text_breaks_the_form(client, open_plan, text, status):
    form = "&".join(f"{key}={quote(value.encode('utf-8', 'surrogatepass'))}" for key, value in typed(text=text).items())
    answer = client.generic("POST", address(open_plan), form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == status


def test_a_draft_of_another_plan_is_not_touched(client, open_plan, plan):
    form = typed(step="save")
    client.post(address(open_plan), form)
    client.post(address(plan), {**form, "text": "Etwas anderes."})
    assert Draft.objects.get(number=form["number"]).values["text"] == "Die Straße wird zu laut."


def test_a_statement_in_the_last_second_is_in_time_and_the_next_one_is_late(submit):
    assert not submit(at=TOO_LATE - dt.timedelta(microseconds=1)).statement.is_late
    late = submit(at=TOO_LATE).statement
    assert late.is_late and late.period.ends_on == LAST


def test_nobody_can_send_before_the_round_begins(submit):
    with pytest.raises(NotNow):
        submit(at=moment(FIRST, 0) - dt.timedelta(seconds=1))


def test_a_draft_or_withdrawn_plan_takes_no_statements(client, make_draft):
    assert client.get(address(make_draft())).status_code == 404


def test_too_many_drafts_of_one_connection_lose_nothing(client, open_plan, monkeypatch):
    monkeypatch.setattr("apps.statements.pages.writing.DRAFTS_AN_HOUR", 1)
    assert client.post(address(open_plan), typed(step="save")).status_code == 302
    refused = client.post(address(open_plan), typed(step="save", name="Anna"))
    page = refused.content.decode()
    assert refused.status_code == 429 and "Die Straße wird zu laut." in page and "Anna" in page
    assert Draft.objects.count() == 1


def test_numbers_count_within_a_plan(submit, open_plan):
    numbers = [submit().statement.number, submit().statement.number]
    other = submit(consultation=open_plan, at=timezone.now()).statement.number
    assert numbers == [1, 2] and other == 1


def test_another_town_does_not_answer_for_the_plan(client, open_plan, other_town):
    assert client.get(address(open_plan), headers={"host": "neuland.example"}).status_code == 404


def test_received_when_sent_not_when_confirmed(submit):
    statement = submit(email="anna@example.org", name="Anna").statement
    assert statement.received_at == DURING and statement.confirmation == "pending"
    assert Statement.objects.counted().get() == statement
