"""The same thing reported twice: suggested, put together, taken apart, followed instead of reported again."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.utils import timezone

from apps.geo.audience import ANONYMOUS
from apps.outbox.models import Message
from apps.reports import services
from apps.reports.changes import ChangeRefused
from apps.reports.duplicates import find_similar
from apps.reports.links import status_token
from apps.reports.models import Contact, Follower, Merge, Report
from apps.reports.services import ContactData
from tests.conftest import at, lonlat

ANNA = ContactData(email="anna@example.org", name="Anna", wants_updates=True)
OTTO = ContactData(email="otto@example.org", name="Otto", wants_updates=True)


@pytest.fixture
def pair(submit: Any, dilek: Any) -> tuple[Report, Report]:
    """Anna's report, released, and Otto's of the same lamp, five metres beside it."""
    main = services.release(report=submit(contact=ANNA).report, actor=dilek)
    return main, submit(contact=OTTO, point=at(1005, 1000), description="Laterne ist dunkel").report


def ids(found: Any) -> list[str]:
    return [suggestion.public_id for suggestion in found]


def test_near_in_place_time_and_words_in_this_order(submit: Any, town: Any, desks: Any, dilek: Any) -> None:
    same = submit(point=at(1010, 1000)).report
    other_words = submit(point=at(1010, 1000), description="Der Mast ist schief und rostet.").report
    far = submit(point=at(1100, 1000)).report
    old = submit(point=at(1000, 1000), at=timezone.now() - dt.timedelta(days=200)).report
    dilek.refresh_from_db()
    words = "Die Lampe ist dunkel!"
    found = find_similar(municipality=town, category=desks.street_light, point=at(1000, 1000), words=words, actor=dilek)
    assert ids(found) == [same.public_id, other_words.public_id]
    assert not {far.public_id, old.public_id} & set(ids(found))
    assert found[0].alike > found[1].alike and found[0].distance_m == 10


def test_another_category_needs_the_same_words(submit: Any, town: Any, desks: Any, dilek: Any) -> None:
    alike = submit(category=desks.other, description="Die Lampe ist ganz dunkel.").report
    submit(category=desks.other, description="Hier liegt Müll.")
    found = find_similar(
        municipality=town,
        category=desks.street_light,
        point=at(1000, 1000),
        words="Die Lampe ist dunkel.",
        actor=dilek,
    )
    assert ids(found) == [alike.public_id]


def test_the_public_is_shown_released_and_open_ones_only(
    pair: Any, submit: Any, town: Any, desks: Any, bernd: Any, dilek: Any
) -> None:
    done = services.release(report=submit().report, actor=dilek)
    services.change_status(report=done, status="done", actor=bernd)
    found = find_similar(
        municipality=town, category=desks.street_light, point=at(1000, 1000), words="Lampe", actor=ANONYMOUS
    )
    assert ids(found) == [pair[0].public_id]


def test_the_search_is_one_statement(pair: Any, town: Any, desks: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        find_similar(municipality=town, category=desks.street_light, point=at(1000, 1000), words="Lampe")


def test_one_answer_reaches_all(pair: Any, bernd: Any) -> None:
    main, double = pair
    services.merge_reports(report=double, main=main, actor=bernd, version=double.version)
    services.set_public_answer(report=main, text="Neue Lampe ist bestellt.", actor=bernd)
    mails = {m.recipient: m.body for m in Message.objects.filter(body__contains="Neue Lampe ist bestellt.")}
    assert set(mails) == {"anna@example.org", "otto@example.org"}
    assert status_token(double) in mails["otto@example.org"] and status_token(main) in mails["anna@example.org"]


def test_contact_data_lives_as_long_as_the_main_report(pair: Any, bernd: Any) -> None:
    main, double = pair
    services.merge_reports(report=double, main=main, actor=bernd)
    assert Contact.objects.get(report=double).dies_on is None
    services.change_status(report=main, status="done", actor=bernd)
    assert len({contact.dies_on for contact in Contact.objects.all()} - {None}) == 1
    assert services.erase_due_contacts(on=dt.date(2999, 1, 1)) == 2


def test_a_merge_can_be_undone(pair: Any, bernd: Any) -> None:
    main, double = pair
    double = services.change_status(report=double, status="in_progress", actor=bernd)
    merge = services.merge_reports(report=double, main=main, actor=bernd)
    assert Report.objects.get(pk=double.pk).status == "duplicate"
    services.undo_merge(merge=merge, actor=bernd)
    double = Report.objects.get(pk=double.pk)
    assert (double.status, double.closed_at) == ("in_progress", None)
    assert Merge.objects.get().undone_at and double.events.filter(kind="unmerged").exists()
    with pytest.raises(ChangeRefused, match="schon wieder getrennt"):
        services.undo_merge(merge=merge, actor=bernd)


def test_opened_again_by_hand_it_stands_alone(pair: Any, bernd: Any) -> None:
    main, double = pair
    services.merge_reports(report=double, main=main, actor=bernd)
    services.change_status(report=double, status="in_progress", actor=bernd)
    assert Merge.objects.get().undone_at


def test_no_chains_and_no_circles(pair: Any, submit: Any, bernd: Any) -> None:
    main, double = pair
    third = submit().report
    services.merge_reports(report=double, main=main, actor=bernd)
    for report, into in [(main, third), (third, double), (main, double), (main, main), (double, third)]:
        with pytest.raises(ChangeRefused):
            services.merge_reports(report=report, main=into, actor=bernd)


def test_the_public_page_of_a_double_leads_to_the_main_one(pair: Any, bernd: Any, dilek: Any, client: Any) -> None:
    main, double = pair
    double = services.release(report=double, actor=dilek)
    services.merge_reports(report=double, main=main, actor=bernd)
    assert client.get(f"/meldungen/{double.public_id}/").url == f"/meldungen/{main.public_id}/"
    page = client.get(f"/meldungen/status/{status_token(double)}/").content.decode()
    assert main.reference in page


def test_the_desk_merges_and_parts_with_two_buttons(
    pair: Any, client: Any, bernd: Any, member: Any, desks: Any
) -> None:
    main, double = pair
    client.force_login(member(bernd, desks.depot))
    page = client.get(f"/intern/meldungen/{double.public_id}/")
    assert ids(page.context["similar"]) == [main.public_id]
    path = f"/intern/meldungen/{double.public_id}/"
    sent = {"main": main.reference, "version": double.version}
    assert client.post(path + "zusammenfuehren/", sent).url.endswith(f"/{main.public_id}/")
    assert double.reference in client.get(f"/intern/meldungen/{main.public_id}/").content.decode()
    merge = Merge.objects.get()
    client.post(f"/intern/meldungen/{main.public_id}/trennen/", {"merge": merge.pk})
    assert Report.objects.get(pk=double.pk).status == "submitted"


def test_before_sending_anna_is_asked_whether_it_is_this_one(pair: Any, client: Any) -> None:
    lon, lat = lonlat(at(1003, 1000))
    typed = {"category": "street_light", "key": str(uuid.uuid4()), "lon": lon, "lat": lat, "step": "check"}
    page = client.post("/meldungen/neu/", {**typed, "description": "Die Lampe ist dunkel."})
    html = page.content.decode()
    assert f"/meldungen/{pair[0].public_id}/folgen/" in html and pair[1].public_id not in html


def follow(client: Any, report: Report, email: str = "Petra@example.org") -> Any:
    return client.post(
        f"/meldungen/{report.public_id}/folgen/", {"email": email, "key": str(uuid.uuid4()), "website": ""}
    )


def test_petra_follows_after_she_has_confirmed(pair: Any, client: Any, bernd: Any) -> None:
    main = pair[0]
    for _ in range(2):
        assert follow(client, main).status_code == 302
    mail = Message.objects.get(recipient="petra@example.org")
    link = re.search(r"/meldungen/folgen/[a-z2-7]+/", mail.body)
    services.set_public_answer(report=main, text="Erste Antwort", actor=bernd)
    assert client.get(link[0]).status_code == 200 and Follower.objects.get().confirmed_at is None
    client.post(link[0], {"do": "confirm"})
    services.set_public_answer(report=main, text="Zweite Antwort", actor=bernd)
    told = Message.objects.filter(recipient="petra@example.org", body__contains="Antwort")
    assert [("Zweite Antwort" in m.body, link[0] in m.body) for m in told] == [(True, True)]
    client.post(link[0], {"do": "leave"})
    assert not Follower.objects.exists() and client.get(link[0]).status_code == 404


def test_a_hidden_report_cannot_be_followed(pair: Any, client: Any) -> None:
    assert follow(client, pair[1]).status_code == 404 and not Follower.objects.exists()


def test_what_nobody_confirmed_is_forgotten_after_a_week(pair: Any) -> None:
    services.follow_report(report=pair[0], email="petra@example.org", idempotency_key=uuid.uuid4())
    today = timezone.localdate()
    assert services.forget_followers(on=today) == 0
    assert services.forget_followers(on=today, at=timezone.now() + dt.timedelta(days=8)) == 1


def test_followers_die_with_the_contact_data(pair: Any, bernd: Any) -> None:
    services.follow_report(report=pair[0], email="petra@example.org", idempotency_key=uuid.uuid4())
    services.confirm_following(follower=Follower.objects.get())
    services.change_status(report=pair[0], status="done", actor=bernd)
    assert services.forget_followers(on=dt.date(2999, 1, 1)) == 1


def test_merging_needs_the_right_on_both(
    client: Any, pair: Any, submit: Any, desks: Any, member: Any, bernd: Any
) -> None:
    main, double = pair
    client.force_login(member(bernd, desks.depot))
    theirs = submit(category=desks.tree, point=at(1002, 1000), description="Die Laterne ist dunkel").report
    page = client.get(f"/intern/meldungen/{double.public_id}/")
    assert page.context["may_merge_with"] == {main.public_id}
    assert "zusammenführen kann nur, wer für beide zuständig ist" in page.content.decode()
    for mine, other, status in ((double, theirs, 302), (theirs, double, 403)):
        answer = client.post(f"/intern/meldungen/{mine.public_id}/zusammenfuehren/", {"main": other.public_id})
        assert answer.status_code == status
    assert not Merge.objects.exists()
    client.post(f"/intern/meldungen/{double.public_id}/zusammenfuehren/", {"main": main.public_id})
    assert Merge.objects.get().main == main


def test_who_follows_both_hears_of_each_step_once(pair: Any, bernd: Any, dilek: Any) -> None:
    main, double = pair
    double = services.release(report=double, actor=dilek)
    for report in (main, double):
        services.follow_report(report=report, email="hans@example.org", idempotency_key=uuid.uuid4())
    for follower in Follower.objects.all():
        services.confirm_following(follower=follower)
    Message.objects.all().delete()
    services.merge_reports(report=double, main=main, actor=bernd)
    services.set_public_answer(report=main, text="Die Lampe ist bestellt.", actor=bernd)
    to_hans = [mail.body for mail in Message.objects.filter(recipient="hans@example.org").order_by("pk")]
    assert ["Die Lampe ist bestellt." in body for body in to_hans] == [False, True]
