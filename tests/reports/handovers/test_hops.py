""" "Not ours" sends a report on, and never in a circle."""

import uuid
from typing import Any

import pgtrigger

from apps.reports.handovers.answering import refuse
from apps.reports.models import Event, Handover, Report


def refuse_now(report: Report) -> Report:
    handover = report.handovers.get(state="told")
    refuse(handover=handover, text="Nicht unsere Straße.", idempotency_key=uuid.uuid4())
    return Report.objects.get(pk=report.pk)


def test_a_refused_report_goes_to_the_next_of_its_trace_with_the_reason(handed: Any, bodies: Any, mails: Any) -> None:
    report = refuse_now(handed.report)
    assert report.executor == bodies.state and "LASuV trägt die Straße." in report.routing_reason
    assert "Nicht unsere Straße" not in report.routing_reason
    assert len(mails(bodies.state.email)) == 1
    assert report.events.get(kind="handover", data__step="refused").text == "Nicht unsere Straße."
    hop = report.events.filter(kind="reassigned").get()
    assert hop.is_public and (hop.data["from"], hop.data["to"]) == ("roads", "lasuv")


def test_when_all_have_refused_it_is_triages(handed: Any, bodies: Any, desks: Any) -> None:
    """A, then B, then the depot by its own rule: a desk of the town, which has no link to refuse by."""
    report = refuse_now(refuse_now(handed.report))
    assert report.executor == desks.depot
    assert [h.state for h in Handover.objects.order_by("pk")] == ["refused", "refused"]


def test_a_rule_that_points_back_makes_no_circle(handed: Any, bodies: Any, desks: Any) -> None:
    event = handed.report.events.get(kind=Event.Kind.SUBMITTED)
    rows = {row["executor"]: row for row in event.data["trace"]["candidates"]}
    event.data["trace"]["candidates"] = [rows["roads"], rows["lasuv"], rows["roads"], rows["lasuv"]]
    with pgtrigger.ignore("reports.Event:as_written"):
        event.save()
    report = refuse_now(refuse_now(handed.report))
    assert report.executor == desks.triage


def test_whoever_passed_it_on_by_hand_does_not_get_it_back(handed: Any, bodies: Any, desks: Any, dilek: Any) -> None:
    from apps.reports.services import reassign

    report = reassign(report=handed.report, department=desks.depot, actor=dilek, reason="Vielleicht unsere.")
    report = reassign(report=report, department=bodies.state, actor=dilek, reason="Doch nicht.")
    assert refuse_now(report).executor == desks.triage


def test_a_closed_desk_is_passed_over(handed: Any, bodies: Any, desks: Any) -> None:
    bodies.state.is_active = False
    bodies.state.save()
    assert refuse_now(handed.report).executor == desks.depot


def test_the_same_refusal_twice_is_one_hop(handed: Any, bodies: Any) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        refuse(handover=handed, text="Nicht unsere.", idempotency_key=key)
    assert Report.objects.get().executor == bodies.state and Handover.objects.count() == 2


def test_the_triage_desk_reads_and_handles_what_a_body_outside_has(
    client: Any, handed: Any, make_user: Any, member: Any, desks: Any
) -> None:
    gerd = member(make_user("Gerd", "clerk"), desks.triage)
    client.force_login(gerd)
    page = client.get(f"/intern/meldungen/{handed.report.public_id}/")
    assert page.status_code == 200 and page.context["may"].handle
