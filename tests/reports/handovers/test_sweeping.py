"""What changes hands without a mail is handed over all the same, once."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from apps.reports import services
from apps.reports.desk.explaining import explain
from apps.reports.handovers.sweeping import hand_over_the_moved, withdraw_from_the_left
from apps.reports.models import Event, Handover, Report
from apps.reports.services import Change
from apps.reports.timeline import public_timeline


@pytest.fixture
def passed_on(town: Any, submit: Any, member: Any, bernd: Any, desks: Any, mails: Any) -> Any:
    """Bernd passes two lamps on to the county at once; the county's mail box is still empty."""
    member(bernd, desks.depot)
    for _ in range(2):
        submit()
    change = services.change_many(
        reports=Report.objects.visible_to(bernd),
        change=Change("weitergeben", desks.roads, "Kreisstraße."),
        actor=bernd,
        municipality=town,
        key=uuid.uuid4(),
    )
    assert mails(desks.roads.email) == []
    return change


def soon(seconds: int = 90) -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=seconds)


def test_many_at_once_are_handed_over_when_nobody_can_take_it_back(passed_on: Any, desks: Any, mails: Any) -> None:
    assert hand_over_the_moved(at=soon(30)) == 0
    assert hand_over_the_moved(at=soon()) == 2
    assert hand_over_the_moved(at=soon(120)) == 0
    assert len(mails(desks.roads.email)) == 2 == Handover.objects.filter(state="told").count()


def test_what_was_taken_back_is_handed_over_to_nobody(passed_on: Any, bernd: Any) -> None:
    services.undo_many(change=passed_on, actor=bernd)
    assert hand_over_the_moved(at=soon()) == 0


def test_what_was_handed_over_at_once_is_left_alone(submit: Any, bodies: Any, dilek: Any) -> None:
    report = submit().report
    services.reassign(report=report, department=bodies.state, actor=dilek, reason="x")
    assert hand_over_the_moved(at=soon()) == 0


def test_the_status_says_that_it_lies_outside_and_undo_brings_it_back(passed_on: Any, bernd: Any) -> None:
    report = Report.objects.order_by("pk").first()
    assert report is not None and report.status == "forwarded"
    lines = Event.objects.filter(report=report, kind="status")
    assert [line.data for line in lines] == [{"from": "submitted", "to": "forwarded"}]
    assert services.undo_many(change=passed_on, actor=bernd) == 2
    report.refresh_from_db()
    assert (report.status, report.executor.code) == ("submitted", "depot")
    assert [line.title for line in public_timeline(report)] == ["Meldung eingegangen"]
    assert not any("von Hand" in sentence for sentence in explain(report).sentences)


def test_whoever_worked_on_it_lets_go_and_gets_it_back_with_the_undo(
    town: Any, submit: Any, member: Any, bernd: Any, desks: Any
) -> None:
    member(bernd, desks.depot)
    report = services.assign(report=submit().report, person=bernd, actor=bernd)
    change = services.change_many(
        reports=Report.objects.all(),
        change=Change("weitergeben", desks.roads, "Kreisstraße."),
        actor=bernd,
        municipality=town,
        key=uuid.uuid4(),
    )
    report.refresh_from_db()
    assert report.assignee is None
    assert report.events.filter(kind="assigned").latest("pk").data == {"from": bernd.pk, "to": None}
    services.undo_many(change=change, actor=bernd)
    report.refresh_from_db()
    assert report.assignee == bernd


def test_closed_ones_are_left_out_outside(town: Any, submit: Any, member: Any, bernd: Any, desks: Any) -> None:
    member(bernd, desks.depot)
    services.change_status(report=submit().report, status="done", actor=bernd)
    nobody_could = services.change_status(report=submit().report, status="not_responsible", actor=bernd)
    plan = services.plan_bulk(
        reports=Report.objects.all(),
        change=Change("weitergeben", desks.roads, "Kreisstraße."),
        actor=bernd,
        municipality=town,
    )
    assert [row["pk"] for row in plan.rows] == [nobody_could.pk]
    assert plan.left_out == {"sind abgeschlossen": 1}
    assert (plan.handovers, plan.no_way, plan.mails) == ({"E-Mail": 1}, 0, 0)


def test_a_body_without_any_way_is_named_before(town: Any, submit: Any, member: Any, bernd: Any, desks: Any) -> None:
    member(bernd, desks.depot)
    submit()
    type(desks.roads).objects.filter(pk=desks.roads.pk).update(email="")
    desks.roads.refresh_from_db()
    change = Change("weitergeben", desks.roads, "Kreisstraße.")
    plan = services.plan_bulk(reports=Report.objects.all(), change=change, actor=bernd, municipality=town)
    assert (plan.handovers, plan.no_way) == ({}, 1)


def test_the_form_offers_bodies_outside_and_the_preview_says_how(
    client: Any, submit: Any, member: Any, bernd: Any, desks: Any
) -> None:
    client.force_login(member(bernd, desks.depot))
    report = submit().report
    asked = {"selection": f"ids={report.public_id}", "action": "weitergeben", "department": "roads", "reason": "Kreis."}
    text = client.post("/intern/meldungen/auswahl/", asked).content.decode()
    page = client.get("/intern/meldungen/auswahl/", {"tick": report.public_id}).content.decode()
    assert page.index("Außerhalb der Stadtverwaltung") < page.index('<option value="roads"')
    assert "Die Stelle wird über die Meldung einzeln benachrichtigt (E-Mail)" in text


def test_what_many_at_once_took_from_a_body_is_withdrawn_there(
    town: Any, handed: Any, desks: Any, make_user: Any
) -> None:
    greta = make_user("Greta", "supervisor")
    change = services.change_many(
        reports=Report.objects.all(),
        change=Change("weitergeben", desks.parks, "Doch unsere."),
        actor=greta,
        municipality=town,
        key=uuid.uuid4(),
    )
    assert withdraw_from_the_left(at=soon(30)) == 0
    services.undo_many(change=change, actor=greta)
    assert (withdraw_from_the_left(at=soon()), hand_over_the_moved(at=soon())) == (0, 0)
    services.change_many(
        reports=Report.objects.all(),
        change=Change("weitergeben", desks.parks, "Doch unsere."),
        actor=greta,
        municipality=town,
        key=uuid.uuid4(),
    )
    assert withdraw_from_the_left(at=soon()) == 1
    handed.refresh_from_db()
    assert handed.state == "withdrawn"
    assert withdraw_from_the_left(at=soon()) == 0
