"""Holidays and farewells: somebody covers, or takes over."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from apps.outbox.models import Message
from apps.reports import services
from apps.reports.changes import ChangeRefused
from apps.reports.models import Cover, Event, Report
from apps.reports.permissions import rights
from apps.reports.services import ContactData

DAY = dt.timedelta(days=1)


@pytest.fixture
def seated(member: Any, desks: Any, bernd: Any, carla: Any) -> None:
    member(bernd, desks.depot)
    member(carla, desks.parks)


@pytest.fixture
def hanna(make_user: Any, member: Any, desks: Any) -> Any:
    return member(make_user("Hanna", "clerk"), desks.depot)


@pytest.fixture
def away(town: Any, bernd: Any, carla: Any) -> Any:
    """Return ``away(first, last)``: Bernd is away, Carla covers; days from today."""

    def make(first: int = 0, last: int = 3, **more: Any) -> Cover:
        today = timezone.localdate()
        return services.set_cover(
            **{
                "municipality": town,
                "person": bernd,
                "cover": carla,
                "first_day": today + first * DAY,
                "last_day": today + last * DAY,
                "actor": bernd,
                **more,
            }
        )

    return make


pytestmark = pytest.mark.usefixtures("seated")


def mine(client: Any, user: Any) -> set[str]:
    client.force_login(user)
    page = client.get("/intern/meldungen/?assignee=ich&status=offen").context["page"]
    return {report.public_id for report in page.rows}


@pytest.mark.parametrize(("first", "last", "counts"), [(0, 0, True), (-3, 0, True), (1, 3, False), (-3, -1, False)])
def test_a_cover_sees_and_handles_it_on_these_days_only(
    client: Any, submit: Any, away: Any, bernd: Any, carla: Any, first: int, last: int, counts: bool
) -> None:
    report = services.assign(report=submit(contact=ContactData(name="Anna")).report, person=bernd, actor=bernd)
    away(first, last)
    assert (mine(client, carla) == {report.public_id}) is counts
    assert rights(carla, report).handle is counts and rights(carla, report).see_contact is counts


def test_mail_about_the_work_reaches_the_cover_too(submit: Any, away: Any, bernd: Any, carla: Any) -> None:
    report = services.assign(report=submit().report, person=bernd, actor=bernd)
    away()
    services.change_status(report=report, status="done", actor=bernd)
    services.say_still_broken(report=report, idempotency_key=uuid.uuid4())
    told = set(Message.objects.filter(subject__startswith="Noch nicht behoben").values_list("recipient", flat=True))
    assert {bernd.email, carla.email} <= told


def test_who_gets_a_report_is_told_unless_they_took_it(submit: Any, bernd: Any, hanna: Any) -> None:
    services.assign(report=submit().report, person=bernd, actor=bernd)
    services.assign(report=submit().report, person=bernd, actor=hanna)
    mail = Message.objects.get(recipient=bernd.email)
    assert mail.subject.startswith("Ihnen zugewiesen") and "Hanna" in mail.body


def test_two_covers_for_one_day_are_refused(away: Any) -> None:
    away(0, 3)
    with pytest.raises(ChangeRefused, match="schon eine Vertretung"):
        away(3, 5)
    away(4, 5)


def test_a_colleagues_absence_is_for_the_lead(away: Any, hanna: Any, make_user: Any) -> None:
    with pytest.raises(ChangeRefused, match="nur die Leitung"):
        away(actor=hanna)
    away(actor=make_user("Greta", "supervisor"))


def test_a_body_outside_covers_for_nobody(away: Any, make_user: Any, member: Any, desks: Any) -> None:
    with pytest.raises(ChangeRefused, match="derselben Behörde"):
        away(cover=member(make_user("Gerd", "clerk"), desks.roads))


def test_bernd_enters_and_ends_his_cover_on_the_page(client: Any, bernd: Any, carla: Any) -> None:
    client.force_login(bernd)
    today = timezone.localdate()
    form = {"person": bernd.pk, "cover": carla.pk, "first_day": f"{today}", "last_day": f"{today + 7 * DAY}"}
    assert client.post("/intern/meldungen/vertretung/", form).status_code == 302
    assert "Carla für Bernd" in client.get("/intern/meldungen/vertretung/").content.decode()
    client.post(f"/intern/meldungen/vertretung/{Cover.objects.get().pk}/ende/")
    assert not Cover.objects.exists()


@pytest.mark.parametrize(
    ("first", "last"), [("2026-11-23", "2026-11-22"), ("", ""), ("2020-01-01", "2020-01-02"), ("x", "2099-01-01")]
)
def test_days_that_make_no_sense_are_refused(client: Any, bernd: Any, carla: Any, first: str, last: str) -> None:
    client.force_login(bernd)
    form = {"person": bernd.pk, "cover": carla.pk, "first_day": first, "last_day": last}
    assert client.post("/intern/meldungen/vertretung/", form).status_code == 400


def test_a_stranger_cannot_end_it(client: Any, away: Any, hanna: Any) -> None:
    cover = away()
    client.force_login(hanna)
    client.post(f"/intern/meldungen/vertretung/{cover.pk}/ende/")
    assert Cover.objects.exists()


def test_work_is_handed_over_in_turn_with_history_and_one_mail_each(
    submit: Any, town: Any, bernd: Any, hanna: Any, carla: Any, make_user: Any, member: Any, desks: Any
) -> None:
    ivo = member(make_user("Ivo", "clerk"), desks.depot)
    for _ in range(4):
        services.assign(report=submit().report, person=bernd, actor=bernd)
    closed = services.change_status(report=Report.objects.first(), status="done", actor=bernd)
    greta = make_user("Greta", "supervisor")
    done = services.hand_over(municipality=town, person=bernd, to=[hanna, ivo, carla], actor=greta, note="Elternzeit")
    assert dict(done.given) == {hanna: 2, ivo: 1} and done.left == 0
    assert Report.objects.get(pk=closed.pk).assignee == bernd
    lines = Event.objects.filter(kind="assigned", actor=greta)
    assert lines.count() == 3 and all(line.text == "Elternzeit" and not line.is_public for line in lines)
    assert sorted(Message.objects.exclude(batch="").values_list("recipient", flat=True)) == sorted(
        [hanna.email, ivo.email]
    )


def test_what_nobody_named_may_have_stays(submit: Any, town: Any, bernd: Any, carla: Any, make_user: Any) -> None:
    services.assign(report=submit().report, person=bernd, actor=bernd)
    done = services.hand_over(municipality=town, person=bernd, to=[carla], actor=make_user("Greta", "supervisor"))
    assert done.given == [] and done.left == 1 and Report.objects.get().assignee == bernd


def test_only_the_lead_hands_over(client: Any, submit: Any, town: Any, bernd: Any, hanna: Any, make_user: Any) -> None:
    services.assign(report=submit().report, person=bernd, actor=bernd)
    with pytest.raises(ChangeRefused):
        services.hand_over(municipality=town, person=bernd, to=[hanna], actor=hanna)
    client.force_login(hanna)
    assert client.get("/intern/meldungen/uebergabe/").status_code == 404
    client.force_login(make_user("Greta", "supervisor"))
    answer = client.post("/intern/meldungen/uebergabe/", {"person": bernd.pk, "to": [hanna.pk], "note": ""})
    assert answer.status_code == 302 and Report.objects.get().assignee == hanna
