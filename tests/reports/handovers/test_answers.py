"""A body outside is told by mail and answers by its link."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.contributions.tokens import hash_token
from apps.outbox.models import Message
from apps.reports import services
from apps.reports.handovers import answering
from apps.reports.models import Contact, Event, Handover, HandoverLink, Report, ReportPhoto
from tests.contributions.photo_files import encoded, picture
from tests.reports.handovers.conftest import link_in


def snapshot() -> SimpleUploadedFile:
    return SimpleUploadedFile("neu.jpg", encoded(picture(), "JPEG"), "image/jpeg")


def steps(report: Report) -> list[str]:
    return [e.data["step"] for e in report.events.filter(kind="handover").order_by("pk")]


@pytest.fixture
def link(handed: Any, mails: Any) -> str:
    HandoverLink.objects.update(expires_at=timezone.now() + dt.timedelta(days=1))
    return link_in(mails(handed.department.email)[0])


def give(client: Any, link: str, name: str, **fields: Any) -> Any:
    return client.post(f"{link}{name}/", {"key": str(uuid.uuid4()), "step": "send", **fields})


def test_a_body_outside_is_told_by_mail_with_a_link_of_its_own(handed: Any, mails: Any) -> None:
    (mail,) = mails("sm@14000010.example")
    token = link_in(mail).split("/")[2]
    stored = HandoverLink.objects.get()
    assert stored.token_hash == hash_token(token) and token not in str(vars(stored))
    assert handed.state == "told" and handed.way == "mail" and handed.message == mail
    assert "Die Lampe am Weg ist dunkel." in mail.body
    for secret in ("Amsel", "anna@example.org", "034292 77"):
        assert secret not in mail.body


def test_a_desk_of_the_town_gets_no_handover(submit: Any, desks: Any, mails: Any) -> None:
    submit(category=desks.tree)
    assert not Handover.objects.exists() and len(mails(desks.parks.email)) == 1


@pytest.mark.parametrize("name", ["", "uebernommen/", "rueckfrage/", "erledigt/", "nicht-zustaendig/"])
def test_opening_any_address_changes_nothing_and_is_kept_by_nobody(client: Any, link: str, name: str) -> None:
    before = (list(Handover.objects.values()), Event.objects.count(), Message.objects.count())
    answer = client.get(link + name)
    assert answer.status_code == 200
    assert client.head(link + name).status_code == 200
    assert (list(Handover.objects.values()), Event.objects.count(), Message.objects.count()) == before
    assert answer["Cache-Control"] == "private, no-store" and answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"] and not answer.cookies


def test_the_page_shows_neither_the_reporter_nor_the_desk(client: Any, link: str, handed: Any, bernd: Any) -> None:
    services.add_note(
        report=handed.report, text="Das war schon wieder Frau Amsel.", actor=bernd, idempotency_key=uuid.uuid4()
    )
    text = client.get(link).content.decode() + client.get(link + "erledigt/").content.decode()
    assert "Die Lampe am Weg ist dunkel." in text
    for secret in ("Amsel", "anna@example.org", "034292 77", "Bernd"):
        assert secret not in text


def test_a_moderated_text_replaces_the_original_outside(client: Any, link: str, handed: Any, dilek: Any) -> None:
    services.release(report=handed.report, actor=dilek, public_text="Lampe dunkel.")
    text = client.get(link).content.decode()
    assert "Lampe dunkel." in text and "am Weg" not in text


def test_taking_over_needs_no_cookie_and_moves_the_status(client: Any, link: str, handed: Any) -> None:
    from django.test import Client

    answer = give(Client(enforce_csrf_checks=True), link, "uebernommen", text="Am Montag.")
    assert answer.status_code == 302
    handed.refresh_from_db()
    assert handed.state == "taken_over" and handed.report.status == "in_progress"
    note = handed.report.events.get(kind="handover", data__step="taken_over")
    assert note.text == "Am Montag." and not note.is_public
    assert "Sie haben übernommen" in client.get(link).content.decode()


def test_the_same_answer_twice_counts_once(client: Any, link: str, handed: Any) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        assert client.post(f"{link}rueckfrage/", {"key": key, "text": "Welche Lampe?"}).status_code == 302
    assert steps(handed.report) == ["told", "asked"]


def test_a_question_goes_to_the_desk_and_its_answer_back(
    client: Any, link: str, handed: Any, desks: Any, dilek: Any, mails: Any
) -> None:
    give(client, link, "rueckfrage", text="Welche Lampe genau?")
    (question,) = mails(desks.triage.email)
    assert "Welche Lampe genau?" in question.body and f"/intern/meldungen/{handed.report.public_id}/" in question.body
    answering.answer_question(
        report=handed.report, text="Die dritte von links.", actor=dilek, idempotency_key=uuid.uuid4()
    )
    answer = mails(handed.department.email)[-1]
    assert "Die dritte von links." in answer.body and link_in(answer) == link and "Dilek" not in answer.body
    handed.refresh_from_db()
    assert handed.state == "told"
    assert "Die dritte von links." in client.get(link).content.decode()


def test_a_question_without_words_is_refused_with_a_sentence(client: Any, link: str, handed: Any) -> None:
    answer = give(client, link, "rueckfrage", text="  ")
    assert answer.status_code == 400 and "Bitte schreiben Sie" in answer.content.decode()
    assert steps(handed.report) == ["told"]


def test_done_with_a_photo_closes_the_report_and_the_photo_waits_for_review(
    client: Any, link: str, handed: Any, mails: Any
) -> None:
    answer = give(
        client, link, "erledigt", text="Leuchtmittel getauscht.", draft=str(uuid.uuid4()), new_photos=snapshot()
    )
    assert answer.status_code == 302, answer.content.decode()
    handed.refresh_from_db()
    assert handed.state == "done" and handed.report.status == "done"
    assert ReportPhoto.objects.get(report=handed.report).state == "pending"
    text = client.get(link).content.decode()
    assert "als erledigt vermerkt" in text and "Die Lampe am Weg" not in text
    assert "Leuchtmittel" not in mails("anna@example.org")[-1].body
    assert Contact.objects.get().dies_on is not None


def test_photos_can_be_sent_before_the_answer_without_a_script(client: Any, link: str, handed: Any) -> None:
    answer = give(
        client, link, "erledigt", text="Getauscht.", step="photos", draft=str(uuid.uuid4()), new_photos=snapshot()
    )
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Getauscht." in text and 'name="photos"' in text
    assert steps(handed.report) == ["told"]


def test_only_released_photos_are_shown_outside(client: Any, link: str, handed: Any) -> None:
    photos = [
        ReportPhoto.objects.create(
            report=handed.report,
            state=state,
            file=f"photos/00/{state}.webp",
            thumbnail=f"photos/00/{state}-k.webp",
            width=4,
            height=3,
            sha256="0" * 64,
        )
        for state in ("pending", "hidden", "released")
    ]
    text = client.get(link).content.decode()
    assert [photo.public_id in text for photo in photos] == [False, False, True]
    assert client.get(f"{link}fotos/{photos[0].public_id}-klein.webp").status_code == 404


def test_an_expired_link_says_so_and_sends_a_new_one_to_the_stored_address(
    client: Any, link: str, handed: Any, mails: Any
) -> None:
    HandoverLink.objects.update(expires_at=timezone.now())
    page = client.get(link)
    assert page.status_code == 410 and "abgelaufen" in page.content.decode()
    assert "Die Lampe am Weg" not in page.content.decode()
    assert give(client, link, "uebernommen").status_code == 410
    assert client.post(f"{link}neuer-link/").status_code == 200
    newer = link_in(mails(handed.department.email)[-1])
    assert newer != link and client.get(newer).status_code == 200 and client.get(link).status_code == 410


def test_a_new_link_is_sent_three_times_an_hour_at_most(client: Any, link: str, handed: Any, mails: Any) -> None:
    HandoverLink.objects.update(expires_at=timezone.now())
    answers = {client.post(f"{link}neuer-link/").content for _ in range(6)}
    assert len(answers) == 1 and len(mails(handed.department.email)) <= 4


def test_a_link_that_never_was_is_not_found(client: Any, link: str) -> None:
    assert client.get(f"/weitergaben/{'a' * 26}/").status_code == 404
    assert client.post(f"/weitergaben/{'a' * 26}/uebernommen/").status_code == 404
    assert client.get(f"{link}unsinn/").status_code == 404


def test_what_the_town_gives_elsewhere_is_not_asked_any_more(
    client: Any, link: str, handed: Any, desks: Any, dilek: Any
) -> None:
    services.reassign(report=handed.report, department=desks.depot, actor=dilek, reason="Doch unsere Lampe.")
    handed.refresh_from_db()
    assert handed.state == "withdrawn"
    assert give(client, link, "erledigt").status_code == 302
    assert Report.objects.get().status == "submitted"
    text = client.get(link).content.decode()
    assert "inzwischen bei einer anderen Stelle" in text and "Die Lampe am Weg" not in text


def test_what_the_town_closed_is_not_asked_any_more(client: Any, link: str, handed: Any, dilek: Any) -> None:
    services.change_status(report=handed.report, status="rejected", actor=dilek)
    assert "abgeschlossen" in client.get(link).content.decode()
    assert give(client, link, "uebernommen").status_code == 302
    assert Report.objects.get().status == "rejected"


def test_not_repaired_after_all_hands_it_over_anew(handed: Any, mails: Any) -> None:
    answering.report_done(handover=handed, idempotency_key=uuid.uuid4())
    services.say_still_broken(report=handed.report, idempotency_key=uuid.uuid4(), text="Flackert noch.")
    assert [h.state for h in Handover.objects.order_by("pk")] == ["done", "told"]
    assert "Flackert noch." in mails(handed.department.email)[-1].body


def test_where_a_part_is_blurred_the_whole_photo_stays_inside(client: Any, link: str, handed: Any) -> None:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from apps.reports.models import BlurredPhoto

    def files(word: bytes) -> dict[str, Any]:
        names = [default_storage.save(f"photos/00/{uuid.uuid4().hex}.webp", ContentFile(word)) for _ in range(2)]
        return {"file": names[0], "thumbnail": names[1], "width": 4, "height": 3, "sha256": "0" * 64}

    photo = ReportPhoto.objects.create(report=handed.report, state="released", **files(b"number plate"))
    BlurredPhoto.objects.create(photo=photo, areas=[[0, 0, 1, 1]], **files(b"nothing to see"))
    for size in ("gross", "klein"):
        answer = client.get(f"{link}fotos/{photo.public_id}-{size}.webp")
        assert b"".join(answer.streaming_content) == b"nothing to see"
