"""What is due: on the list, on the map, in the morning's mail, and to the public where the town says so."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from apps.departments.models import Category
from apps.departments.services import save_category
from apps.geo.versions import current_version
from apps.outbox.models import Message
from apps.reports import services
from apps.reports.models import Report
from apps.reports.services import tell_what_is_due
from tests.conftest import at, lonlat

THURSDAY = dt.date(2026, 11, 19)  # the day after the Day of Repentance, a holiday in Saxony
FRIDAY, SATURDAY = dt.date(2026, 11, 20), dt.date(2026, 11, 21)


@pytest.fixture
def due(submit: Any) -> Any:
    """Return ``due(day, …)``: a report whose day that is."""

    def make(day: dt.date, **fields: Any) -> Report:
        report = submit(**fields).report
        Report.objects.filter(pk=report.pk).update(due_on=day)
        report.due_on = day
        return report

    return make


def mails() -> Any:
    return Message.objects.filter(dedupe_key__startswith="due-")


def test_each_department_gets_one_mail_about_its_own(due: Any, desks: Any) -> None:
    late, today = due(THURSDAY - dt.timedelta(days=9)), due(THURSDAY)
    due(FRIDAY), due(THURSDAY, category=desks.tree)
    assert tell_what_is_due(day=THURSDAY) == 2
    mail = mails().get(recipient=desks.depot.email)
    assert mail.subject == "Eine Meldung ist überfällig, eine ist heute fällig"
    assert late.reference in mail.body and today.reference in mail.body and "noch diese Woche: 1" in mail.body


def test_a_second_run_of_the_day_adds_nothing(due: Any) -> None:
    due(THURSDAY)
    for _ in range(2):
        tell_what_is_due(day=THURSDAY)
    assert mails().count() == 1
    tell_what_is_due(day=FRIDAY)
    assert mails().count() == 2


@pytest.mark.parametrize("day", [SATURDAY, dt.date(2026, 11, 18)])
def test_nobody_is_woken_on_a_day_off(due: Any, day: dt.date) -> None:
    due(THURSDAY - dt.timedelta(days=9))
    assert tell_what_is_due(day=day) == 0 and not mails().exists()


def test_where_nothing_is_due_no_mail_leaves(due: Any, submit: Any, bernd: Any, desks: Any, make_user: Any) -> None:
    due(FRIDAY), submit()
    services.change_status(report=due(THURSDAY), status="done", actor=bernd)
    services.reassign(report=due(THURSDAY), department=desks.roads, actor=bernd, reason="Kreisstraße")
    assert tell_what_is_due(day=THURSDAY) == 0


def test_the_inbox_finds_what_is_overdue_and_what_this_week_brings(
    client: Any, bernd: Any, member: Any, desks: Any, due: Any, submit: Any
) -> None:
    today = timezone.localdate()
    late, soon = due(today - dt.timedelta(days=1)), due(today)
    due(today + dt.timedelta(days=8)), submit()
    client.force_login(member(bernd, desks.depot))

    def found(query: str) -> list[int]:
        return [report.pk for report in client.get(f"/intern/meldungen/?{query}").context["page"].rows]

    assert found("due=vorbei") == [late.pk] and found("due=woche") == [soon.pk]
    assert found("order=ziel")[:2] == [late.pk, soon.pk] and len(found("order=ziel")) == 4
    html = client.get("/intern/meldungen/?due=vorbei").content.decode()
    assert "überfällig seit" in html


def test_pages_in_the_order_of_their_day_show_each_once(
    client: Any, bernd: Any, member: Any, desks: Any, due: Any, submit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.reports.desk.inbox.PAGE", 2)
    made = {due(THURSDAY).pk, due(THURSDAY).pk, due(FRIDAY).pk, submit().report.pk, submit().report.pk}
    client.force_login(member(bernd, desks.depot))
    seen, after = [], ""
    while True:
        page = client.get("/intern/meldungen/", {"order": "ziel", "nach": after}).context["page"]
        seen += [report.pk for report in page.rows]
        if not (after := page.after):
            break
    assert sorted(seen) == sorted(made)


def test_the_map_of_the_desk_flags_it_and_the_public_one_does_not(
    client: Any, bernd: Any, dilek: Any, member: Any, desks: Any, due: Any
) -> None:
    late = due(timezone.localdate() - dt.timedelta(days=1))
    services.release(report=late, actor=dilek)
    public = client.get("/karte/daten/reports.json").json()["features"][0]["properties"]
    client.force_login(member(bernd, desks.depot))
    inside = client.get("/intern/karte/daten/reports.json").json()["features"][0]["properties"]
    assert inside["flag"] == "überfällig" and "flag" not in public


def test_the_map_shows_what_the_list_finds(client: Any, bernd: Any, member: Any, desks: Any, submit: Any) -> None:
    here, _there = submit().report, submit(point=at(6000, 1000))
    west, south = lonlat(at(500, 500))
    east, north = lonlat(at(1500, 1500))
    drawn = f"{west},{south} {east},{south} {east},{north} {west},{north}"
    client.force_login(member(bernd, desks.depot))
    rows = client.get("/intern/meldungen/", {"area": drawn}).context["page"].rows
    answer = client.get("/intern/karte/daten/reports.json", {"list": f"area={drawn}"})
    shown = [feature["id"] for feature in answer.json()["features"]]
    assert [report.public_id for report in rows] == shown == [here.public_id]
    assert client.get("/intern/karte/daten/reports.json", {"list": "area=1,2"}).status_code == 400
    assert client.get("/karte/daten/reports.json", {"list": ""}).status_code == 400


@pytest.mark.parametrize(
    "area", ["1", "12,51 12,51 12,51", "a,b c,d e,f", "200,100 1,2 3,4", "12.5,51.3 " * 101, "9" * 4000, "12,51 13,52"]
)
def test_an_area_that_is_none_is_refused_with_a_sentence(
    client: Any, bernd: Any, member: Any, desks: Any, area: str
) -> None:
    client.force_login(member(bernd, desks.depot))
    answer = client.get("/intern/meldungen/", {"area": area})
    assert answer.status_code == 200 and answer.context["filter"].errors["area"]


def test_a_line_that_crosses_itself_still_finds_what_it_encloses(
    client: Any, bernd: Any, member: Any, desks: Any, submit: Any
) -> None:
    submit(point=at(1000, 700)), submit(point=at(1000, 1300)), submit(point=at(1400, 1000))
    corners = [lonlat(at(*corner)) for corner in [(500, 500), (1500, 500), (500, 1500), (1500, 1500)]]
    client.force_login(member(bernd, desks.depot))
    answer = client.get("/intern/meldungen/", {"area": " ".join(f"{lon},{lat}" for lon, lat in corners)})
    assert len(answer.context["page"].rows) == 2


def test_the_public_reads_the_day_where_the_town_switches_it_on(
    client: Any, due: Any, dilek: Any, town: Any, desks: Any
) -> None:
    report = services.release(report=due(FRIDAY), actor=dilek)
    path = f"/meldungen/{report.public_id}/"
    assert "Voraussichtlich" not in client.get(path).content.decode()
    before = current_version(Report, town.pk)
    values = {"target_days": 5, "shows_expected_by": True}
    save_category(municipality=town, actor=None, category=desks.street_light, values=values)
    assert current_version(Report, town.pk) > before
    html = client.get(path).content.decode()
    assert "Voraussichtlich erledigt bis" in html and "20.11.2026" in html
    services.change_status(report=report, status="done", actor=dilek)
    assert "Voraussichtlich" not in client.get(path).content.decode()


def test_another_target_leaves_the_day_that_was_promised(submit: Any, town: Any, desks: Any) -> None:
    Category.objects.filter(pk=desks.street_light.pk).update(target_days=5)
    desks.street_light.refresh_from_db()
    report = submit().report
    before = report.due_on
    save_category(municipality=town, actor=None, category=desks.street_light, values={"target_days": 20})
    assert Report.objects.get().due_on == before
