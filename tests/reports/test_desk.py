"""The desk: who may read and change what, and that nothing typed is lost."""

import uuid
from typing import Any

import pytest

from apps.reports.models import Event, Report
from apps.reports.services import ContactData
from tests.conftest import at

ANNA = ContactData(email="anna@example.org", name="Anna Beispiel", phone="0341 99", wants_updates=True)


def url(report: Report, action: str = "") -> str:
    return f"/intern/meldungen/{report.public_id}/" + (f"{action}/" if action else "")


@pytest.fixture
def bernd_at_depot(client: Any, bernd: Any, member: Any, desks: Any) -> Any:
    client.force_login(member(bernd, desks.depot))
    return client


@pytest.fixture
def carla_at_parks(client: Any, carla: Any, member: Any, desks: Any) -> Any:
    client.force_login(member(carla, desks.parks))
    return client


def test_nobody_unknown_enters(client: Any, submit: Any) -> None:
    assert "login" in client.get("/intern/meldungen/").url
    assert "login" in client.get(url(submit().report)).url


def test_bernd_sees_why_it_came_to_him_and_how_to_reach_anna(bernd_at_depot: Any, submit: Any) -> None:
    html = bernd_at_depot.get(url(submit(contact=ANNA).report)).content.decode()
    assert "Bauhof pflegt das im ganzen Stadtgebiet." in html and "anna@example.org" in html


def test_carla_of_the_same_organisation_reads_it_without_contact_and_without_forms(
    carla_at_parks: Any, submit: Any
) -> None:
    report = submit(contact=ANNA).report
    html = carla_at_parks.get(url(report)).content.decode()
    assert "Die Lampe ist dunkel." in html and "anna" not in html.lower()
    assert "nur für die zuständige Stelle" in html and f"{url(report)}stand/" not in html
    assert carla_at_parks.post(url(report, "stand"), {"status": "done", "version": 1}).status_code == 403
    assert Report.objects.get().status == "submitted"


def test_a_body_outside_sees_only_what_was_given_to_it(
    client: Any, make_user: Any, member: Any, desks: Any, submit: Any, bernd: Any
) -> None:
    from apps.reports.services import reassign

    theirs, others = submit().report, submit().report
    reassign(report=theirs, department=desks.roads, actor=bernd, reason="Kreisstraße")
    client.force_login(member(make_user("Gerd", "clerk"), desks.roads))
    assert client.get(url(theirs)).status_code == 200
    assert client.get(url(others)).status_code == 404
    html = client.get("/intern/meldungen/").content.decode()
    assert theirs.reference in html and others.reference not in html


def test_the_triage_desk_looks_after_reports_of_bodies_outside(
    client: Any, make_user: Any, member: Any, desks: Any, submit: Any, bernd: Any
) -> None:
    from apps.reports.services import reassign

    report = submit().report
    reassign(report=report, department=desks.roads, actor=bernd, reason="Kreisstraße")
    client.force_login(member(make_user("Tina", "clerk"), desks.triage))
    answer = client.post(url(report, "stand"), {"status": "done", "version": Report.objects.get().version})
    assert answer.status_code == 302 and Report.objects.get().status == "done"


def test_another_towns_report_is_not_there(client: Any, other_town: Any, make_user: Any, submit: Any) -> None:
    from apps.departments.models import Membership
    from tests.reports.conftest import make_desks

    far = make_desks(other_town)
    theirs = submit(municipality=other_town, category=far.other, point=at(15_000, 1000)).report
    admin = make_user("Hans", "administrator", "moderator", "clerk")
    client.force_login(admin)
    for path in (url(theirs), url(theirs, "auftrag")):
        assert client.get(path).status_code == 404
    assert client.post(url(theirs, "stand"), {"status": "done", "version": 1}).status_code == 404
    assert theirs.reference not in client.get("/intern/meldungen/").content.decode()
    assert not Membership.objects.exists()


def test_only_moderation_releases(client: Any, bernd_at_depot: Any, dilek: Any, submit: Any) -> None:
    report = submit().report
    data = {"public_text": "Lampe dunkel", "version": report.version}
    assert bernd_at_depot.post(url(report, "veroeffentlichen"), data).status_code == 403
    client.force_login(dilek)
    assert client.post(url(report, "veroeffentlichen"), data).status_code == 302
    assert Report.objects.get().publication == "released"


def test_a_stale_form_comes_back_with_what_was_typed_and_can_be_sent_again(
    bernd_at_depot: Any, submit: Any, carla: Any
) -> None:
    from apps.reports.services import change_status

    report = submit().report
    typed = {"status": "in_progress", "note": "Morgen kommt der Steiger.", "version": report.version}
    change_status(report=report, status="received", actor=carla)
    answer = bernd_at_depot.post(url(report, "stand"), typed)
    html = answer.content.decode()
    assert answer.status_code == 409 and "inzwischen geändert" in html and "Morgen kommt der Steiger." in html
    answer = bernd_at_depot.post(url(report, "stand"), {**typed, "version": Report.objects.get().version})
    assert answer.status_code == 302 and Report.objects.get().status == "in_progress"


def test_a_status_that_the_table_does_not_allow_is_refused_with_a_sentence(bernd_at_depot: Any, submit: Any) -> None:
    report = submit().report
    answer = bernd_at_depot.post(url(report, "stand"), {"status": "submitted", "version": report.version})
    assert answer.status_code == 400 and Report.objects.get().status == "submitted"


def test_every_form_of_the_work_page_works(client: Any, bernd_at_depot: Any, desks: Any, submit: Any) -> None:
    report = submit().report
    for action, data in [
        ("notiz", {"text": "Steiger bestellt", "key": str(uuid.uuid4())}),
        ("antwort", {"text": "Wir kommen morgen."}),
        ("kategorie", {"category": "other"}),
    ]:
        data["version"] = Report.objects.get().version
        assert bernd_at_depot.post(url(report, action), data).status_code == 302, action
    # "Sonstiges" went to the triage desk, where Bernd may read but not change it.
    assert Report.objects.get().executor == desks.triage
    assert set(Event.objects.values_list("kind", flat=True)) == {"submitted", "note", "answer", "routed"}


def test_a_report_taken_on_the_phone_says_so_and_is_routed(bernd_at_depot: Any, bernd: Any) -> None:
    from tests.conftest import lonlat

    lon, lat = lonlat(at(1000, 1000))
    data = {
        "channel": "phone",
        "category": "street_light",
        "key": str(uuid.uuid4()),
        "lon": lon,
        "lat": lat,
        "description": "Frau am Telefon: Lampe dunkel.",
        "name": "Frau Beispiel",
        "phone": "034292 1",
    }
    assert bernd_at_depot.get("/intern/meldungen/neu/").status_code == 200
    assert bernd_at_depot.post("/intern/meldungen/neu/", data).status_code == 302
    report = Report.objects.get()
    assert report.channel == "phone" and report.contact.phone == "034292 1"
    assert Event.objects.get().actor == bernd and report.routing_reason


def test_staff_cannot_pretend_that_a_report_came_over_the_web(bernd_at_depot: Any) -> None:
    assert bernd_at_depot.post("/intern/meldungen/neu/", {"channel": "web"}).status_code == 400


def test_the_work_order_shows_contact_to_the_responsible_desk_only(
    client: Any, bernd_at_depot: Any, carla: Any, member: Any, desks: Any, submit: Any
) -> None:
    report = submit(contact=ANNA).report
    assert "0341 99" in bernd_at_depot.get(url(report, "auftrag")).content.decode()
    client.force_login(member(carla, desks.parks))
    assert "0341 99" not in client.get(url(report, "auftrag")).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 3),
        ({"status": "offen"}, 2),
        ({"status": "abgeschlossen"}, 1),
        ({"category": "green_tree"}, 1),
        ({"department": "meine"}, 2),
        ({"department": "parks"}, 1),
        ({"district": "Oststadt"}, 1),
        ({"publication": "released"}, 0),
        ({"q": "herunter"}, 1),
        ({"q": "100%_"}, 0),
        ({"age": "7"}, 0),
        ({"status": "nonsense", "age": "x"}, 3),
    ],
)
def test_the_inbox_can_be_narrowed(
    bernd_at_depot: Any, submit: Any, bernd: Any, desks: Any, query: dict[str, str], found: int
) -> None:
    from apps.reports.services import change_status

    submit()
    change_status(report=submit().report, status="done", actor=bernd)
    submit(category=desks.tree, point=at(6000, 1000), description="Ein Ast hängt herunter.")
    page = bernd_at_depot.get("/intern/meldungen/", query).context["page"]
    assert len(page.rows) == found


def test_the_inbox_finds_a_report_by_its_spoken_number(bernd_at_depot: Any, submit: Any) -> None:
    report = submit().report
    submit()
    spoken = report.reference.upper().replace("-", "-")
    assert [r.pk for r in bernd_at_depot.get("/intern/meldungen/", {"q": spoken}).context["page"].rows] == [report.pk]


def test_pages_of_the_inbox_show_each_report_once(
    bernd_at_depot: Any, submit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.reports.desk.inbox.PAGE", 2)
    made = {submit().report.pk for _ in range(5)}
    for order in ("", "alt", "bewegt", "ziel"):
        seen, after = [], ""
        while True:
            page = bernd_at_depot.get("/intern/meldungen/", {"order": order, "nach": after}).context["page"]
            seen += [report.pk for report in page.rows]
            after = page.after
            if not after:
                break
        assert sorted(seen) == sorted(made), order


def test_the_inbox_asks_the_database_the_same_number_of_times_for_one_report_and_for_ten(
    bernd_at_depot: Any, submit: Any, django_assert_max_num_queries: Any
) -> None:
    submit()
    bernd_at_depot.get("/intern/meldungen/")
    with django_assert_max_num_queries(16) as one:
        bernd_at_depot.get("/intern/meldungen/")
    for _ in range(9):
        submit()
    with django_assert_max_num_queries(16) as ten:
        bernd_at_depot.get("/intern/meldungen/")
    assert len(one) == len(ten)


def test_the_work_page_does_not_ask_more_with_a_longer_history(
    bernd_at_depot: Any, submit: Any, bernd: Any, django_assert_max_num_queries: Any
) -> None:
    from apps.reports.services import add_note

    report = submit().report
    bernd_at_depot.get(url(report))
    with django_assert_max_num_queries(24) as short:
        bernd_at_depot.get(url(report))
    for _ in range(5):
        add_note(report=report, text="Notiz", actor=bernd, idempotency_key=uuid.uuid4())
    with django_assert_max_num_queries(24) as long:
        bernd_at_depot.get(url(report))
    assert len(short) == len(long)
