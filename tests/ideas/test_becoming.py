"""What becomes of ideas: answers that people hear of, milestones with photos, and ideas that go on in another one."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.geo.audience import ANONYMOUS
from apps.ideas import services
from apps.ideas.models import AbuseNote, Comment, Contact, Idea, IdeaPhoto, Support
from apps.ideas.views import threads_of
from apps.outbox.models import Message
from tests.conftest import at
from tests.contributions.photo_files import encoded, picture


def supported_by(idea, *emails, news=False):
    for email in emails:
        support = services.ask_support(idea=idea, email=email, wants_updates=news, may_mail=False)
        services.confirm_support(support=Support.objects.select_related("idea").get(pk=support.pk))


def fresh(idea):
    return Idea.objects.get(pk=idea.pk)


def sent():
    return {(message.recipient, message.subject) for message in Message.objects.all()}


@pytest.fixture
def pair(make_idea):
    """Two ideas of Anna and Otto; Paula supports both, Quirin one."""
    bank, seat = make_idea("Bank", at(1000, 1000)), make_idea("Sitzplatz", at(1010, 1000))
    Contact.objects.create(idea=bank, email="anna@example.org", wants_updates=True)
    Contact.objects.create(idea=seat, email="otto@example.org", wants_updates=True)
    supported_by(bank, "paula@example.org", "quirin@example.org")
    supported_by(seat, "paula@example.org", "rosa@example.org")
    Message.objects.all().delete()
    return bank, seat


def test_merged_ideas_count_each_person_once_and_their_authors_hear_of_it(pair, dilek):
    bank, seat = pair
    services.merge_ideas(idea=seat, main=bank, actor=dilek)
    assert fresh(bank).support_count == 3
    assert {recipient for recipient, _ in sent()} == {"anna@example.org", "otto@example.org"}
    assert list(Idea.objects.visible_to(ANONYMOUS)) == [bank]


def test_support_of_a_merged_idea_counts_for_the_other(pair, dilek):
    bank, seat = pair
    late = services.ask_support(idea=seat, email="spaet@example.org")
    services.merge_ideas(idea=seat, main=bank, actor=dilek)
    services.confirm_support(support=Support.objects.select_related("idea").get(pk=late.pk))
    assert fresh(bank).support_count == 4


def test_a_merge_taken_back_leaves_everything_as_it_was(pair, dilek):
    bank, seat = pair
    services.merge_ideas(idea=seat, main=bank, actor=dilek)
    services.undo_merge(idea=seat, actor=dilek)
    assert (fresh(bank).support_count, fresh(seat).support_count) == (2, 2)
    assert Idea.objects.visible_to(ANONYMOUS).count() == 2
    with pytest.raises(services.ChangeRefused):
        services.undo_merge(idea=seat, actor=dilek)


def said(idea, text, *, state="released", **more):
    comment = services.add_comment(idea=idea, text=text, idempotency_key=uuid.uuid4(), **more)
    return services.moderate_comment(comment=comment, actor=None, state=state)


def test_comments_of_a_merged_idea_are_read_where_it_goes_on_and_come_back(
    client, pair, dilek, django_assert_num_queries
):
    bank, seat = pair
    said(bank, "Gute Bank.")
    asked = said(seat, "Wo genau?")
    said(seat, "Frech.", state="hidden")
    services.merge_ideas(idea=seat, main=bank, actor=dilek)
    page = client.get(f"/ideen/{bank.public_id}/").text
    assert "Gute Bank." in page and "Wo genau?" in page and "Frech." not in page
    assert page.count("zur Idee „Sitzplatz“") == 1
    main = fresh(bank)
    with django_assert_num_queries(2):
        assert [c.text for c in threads_of(main)] == ["Gute Bank.", "Wo genau?"]
    # An answer and a note about abuse, both given on the page of the main idea, belong to the other one.
    thread = Comment.objects.shown_at(bank).get(pk=asked.pk)
    said(fresh(bank), "Am Markt.", parent=thread)
    client.post(
        f"/ideen/{bank.public_id}/melden/?kommentar={asked.public_id}", {"reason": "Nein.", "key": str(uuid.uuid4())}
    )
    client.force_login(dilek)
    desk = client.get(f"/intern/ideen/{bank.public_id}/").text
    assert "Frech." in desk and "Nein." in desk and "zur Idee „Sitzplatz“" in desk
    note = AbuseNote.objects.get()
    assert client.post(f"/intern/ideen/{bank.public_id}/hinweise/{note.pk}/").status_code == 302
    hidden = f"/intern/ideen/{bank.public_id}/kommentare/{asked.public_id}/"
    assert client.post(hidden, {"state": "hidden"}).status_code == 302
    assert "Am Markt." not in client.get(f"/ideen/{bank.public_id}/").text
    client.post(hidden, {"state": "released"})
    services.undo_merge(idea=fresh(seat), actor=dilek)
    assert [c.text for c in threads_of(fresh(bank))] == ["Gute Bank."]
    own = list(threads_of(fresh(seat)))
    assert [c.text for c in own] == ["Wo genau?"] and [c.text for c in own[0].shown] == ["Am Markt."]


def test_what_was_said_about_a_hidden_idea_stays_hidden_where_it_goes_on(pair, dilek):
    bank, seat = pair
    said(seat, "Wo genau?")
    services.hide_idea(idea=seat, actor=dilek, version=fresh(seat).version, reason="Werbung")
    services.merge_ideas(idea=fresh(seat), main=bank, actor=dilek)
    assert not list(threads_of(fresh(bank)))


def test_there_are_no_chains_of_merged_ideas(pair, make_idea, dilek):
    bank, seat = pair
    third, hidden = make_idea("Stuhl"), make_idea("Wartet", published=False)
    services.merge_ideas(idea=seat, main=bank, actor=dilek)
    for idea, main in ((third, seat), (bank, third), (seat, third), (third, third), (third, hidden)):
        with pytest.raises(services.ChangeRefused):
            services.merge_ideas(idea=idea, main=main, actor=dilek)


def test_the_page_of_a_merged_idea_leads_on(client, pair, dilek):
    bank, seat = pair
    services.merge_ideas(idea=seat, main=bank, actor=dilek)
    assert client.get(f"/ideen/{seat.public_id}/")["Location"] == f"/ideen/{bank.public_id}/"
    assert "Sitzplatz" in client.get(f"/ideen/{bank.public_id}/").text
    services.hide_idea(idea=bank, actor=dilek, version=fresh(bank).version, reason="x")
    assert client.get(f"/ideen/{seat.public_id}/").status_code == 404


def test_dilek_merges_and_parts_at_the_desk(client, pair, dilek):
    bank, seat = pair
    client.force_login(dilek)
    desk = f"/intern/ideen/{seat.public_id}/"
    assert "Bank" in client.get(desk).text
    wrong = client.post(f"{desk}zusammenfuehren/", {"version": seat.version, "main": "000000000000"})
    assert wrong.status_code == 422 and "kennen wir nicht" in wrong.text
    main = f"https://stadt.example/ideen/{bank.public_id}/"
    assert client.post(f"{desk}zusammenfuehren/", {"version": seat.version, "main": main}).status_code == 302
    assert fresh(seat).merged_into == bank
    assert client.post(f"{desk}trennen/", {"version": fresh(seat).version}).status_code == 302
    assert fresh(seat).merged_into is None


def test_an_answer_reaches_authors_and_supporters_who_want_news_once_each(pair, dilek):
    bank, seat = pair
    supported_by(bank, "neu@example.org", "otto@example.org", news=True)
    services.merge_ideas(idea=seat, main=bank, actor=dilek)
    Message.objects.all().delete()
    services.answer_idea(
        idea=bank, actor=dilek, version=fresh(bank).version, status="accepted", official_answer="Machen wir."
    )
    subject = "Zur Idee „Bank“: wird umgesetzt"
    assert sent() == {(f"{who}@example.org", subject) for who in ("anna", "otto", "neu")}


def test_a_milestone_shows_how_far_it_is_with_a_photo(client, make_idea, dilek, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    idea = make_idea("Bank", status="accepted", answer="Machen wir.")
    client.force_login(dilek)
    photo = SimpleUploadedFile("bank.jpg", encoded(picture(), "JPEG"), content_type="image/jpeg")
    step = {"day": "2026-06-01", "title": "Fundament", "percent": "40", "photo": photo, "alt": "Ein Fundament"}
    assert client.post(f"/intern/ideen/{idea.public_id}/schritte/", step).status_code == 302
    client.logout()
    page = client.get(f"/ideen/{idea.public_id}/").text
    assert "Fundament" in page and "40 %" in page and "Ein Fundament" in page
    shown = IdeaPhoto.objects.get()
    assert client.get(f"/ideen/{idea.public_id}/fotos/{shown.public_id}-klein.webp").status_code == 200
    services.remove_milestone(milestone=shown.milestone, actor=dilek)
    assert fresh(idea).progress is None and not IdeaPhoto.objects.exists()


def test_the_latest_day_says_how_far_it_is(make_idea, dilek):
    idea = make_idea("Bank")
    for day, percent in ((10, 60), (5, 20)):
        services.add_milestone(idea=idea, actor=dilek, day=dt.date(2026, 6, day), title="Schritt", percent=percent)
    assert fresh(idea).progress == 60


@pytest.mark.parametrize("wrong", [{"percent": "101"}, {"percent": "x"}, {"day": ""}, {"title": ""}])
def test_a_milestone_that_makes_no_sense_is_told(client, make_idea, dilek, wrong):
    idea = make_idea("Bank")
    client.force_login(dilek)
    step = {"day": "2026-06-01", "title": "Fundament", "percent": "40", **wrong}
    answer = client.post(f"/intern/ideen/{idea.public_id}/schritte/", step)
    assert answer.status_code == 422 and not idea.milestones.exists()


def test_photos_of_an_idea_wait_for_somebody_to_look(client, town, dilek, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    from apps.contributions.uploads import keep_upload
    from apps.ideas.models import shape_columns

    draft = uuid.uuid4()
    token = keep_upload(
        municipality=town,
        draft=draft,
        upload=SimpleUploadedFile("a.jpg", encoded(picture(), "JPEG"), content_type="image/jpeg"),
    ).token
    values = {"title": "Bank", "text": "x", "channel": "web", **shape_columns(at(500, 500))}
    idea = services.submit_idea(municipality=town, actor=None, values=values, draft=draft, photos=[token])
    services.publish_idea(idea=idea, actor=dilek, version=idea.version)
    photo = idea.photos.get()
    public = f"/ideen/{idea.public_id}/fotos/{photo.public_id}-klein.webp"
    assert client.get(public).status_code == 404
    client.force_login(dilek)
    assert client.get(f"/intern/ideen/{idea.public_id}/fotos/{photo.public_id}-gross.webp").status_code == 200
    review = f"/intern/ideen/{idea.public_id}/fotos/{photo.public_id}/pruefen/"
    assert client.post(review, {"state": "released", "alt": "Eine Wiese"}).status_code == 302
    client.logout()
    assert client.get(public).status_code == 200
    assert "Eine Wiese" in client.get(f"/ideen/{idea.public_id}/").text


def test_emil_asks_for_ideas(client, emil, dilek):
    client.force_login(emil)
    corners = "331000 5681000\n332000 5681000\n332000 5682000\n331000 5682000"
    values = {"title": "Bänke", "summary": "Wo?", "version": 1, "shape": corners, "starts_collect": "2026-01-01"}
    made = client.post("/intern/ideen/aufrufe/neu/", values)
    page = made["Location"]
    assert client.get(page).status_code == 200
    public = page.replace("/intern", "")
    assert client.get(public).status_code == 404
    assert client.post(f"{page}veroeffentlichen/", {"version": 1, "do": "publish"}).status_code == 302
    assert "Bänke" in client.get(public).text and "Bänke" in client.get("/ideen/").text
    stale = client.post(page, {**values, "title": "Stühle", "version": 1})
    assert stale.status_code == 422 and "inzwischen geändert" in stale.text
    client.force_login(dilek)  # a moderator keeps ideas, but asks for none
    assert client.get("/intern/ideen/aufrufe/").status_code == 200
    assert client.get("/intern/ideen/aufrufe/neu/").status_code == 404
