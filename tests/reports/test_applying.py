"""A change of the rules reaches the open reports: each once, every department told once, whatever dies in between."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from apps.departments.models import Jurisdiction
from apps.departments.rehearsal import carry_out
from apps.outbox.models import Message
from apps.reports import services
from apps.reports.models import AppliedReport, Event, Report, RuleApplication
from apps.reports.services import applying
from apps.reports.timeline import desk_timeline
from apps.reports.transitions import CLOSED, Status, status_of_place
from tests.conftest import at, box


@pytest.fixture
def order(town, desks, fatma):
    """Return ``order()``: from now on lamps in the first kilometre are for parks, open reports too."""

    def make(executor=None, **fields):
        def change():
            return Jurisdiction.objects.create(
                municipality=town, code=f"new-{Jurisdiction.objects.count()}", category=desks.street_light,
                own_area=box(0, 0, 1000, 1000), executor=executor or desks.parks, valid_from="2020-01-01",
                reason="Im Park pflegt die Grünpflege auch die Lampen.", **fields,
            )  # fmt: skip

        carry_out(change, municipality=town, actor=fatma, reason="Neuer Vertrag", apply_to_open=True)
        return RuleApplication.objects.first()

    return make


def executors():
    return dict(Report.objects.values_list("pk", "executor__code"))


def mails(part="Zuständigkeiten geändert"):
    return {m.recipient: m for m in Message.objects.filter(subject__contains=part)}


def test_the_named_reports_move_with_their_history_and_the_others_do_not(submit, order, fatma):
    moved, other = submit(point=at(500, 500)).report, submit(point=at(5000, 500)).report
    events = Event.objects.filter(report=other).count()
    order()
    assert services.apply_due_rules() == 1
    assert executors() == {moved.pk: "parks", other.pk: "depot"}
    assert Event.objects.filter(report=other).count() == events
    event = Event.objects.get(report=moved, kind="routed")
    fresh = Report.objects.get(pk=moved.pk)
    assert (event.actor, event.version, fresh.version) == (fatma, 2, 2)
    assert event.data["reason"] == "Neuer Vertrag"
    assert (event.data["from"], event.data["to"]) == ("depot", "parks")
    assert fresh.routing_reason == "Im Park pflegt die Grünpflege auch die Lampen."
    assert desk_timeline(fresh)[0].title == "Zuständigkeiten geändert und neu zugeordnet"


def test_each_department_is_told_once_in_one_mail(submit, order, desks):
    references = [submit(point=at(100 + n, 500)).report.reference for n in range(3)]
    Message.objects.all().delete()
    order()
    services.apply_due_rules()
    told = mails()
    assert set(told) == {desks.depot.email, desks.parks.email} and Message.objects.count() == 2
    assert all(reference in told[desks.parks.email].body for reference in references)
    assert "Jetzt bei Ihnen: 3 Meldungen" in told[desks.parks.email].body
    assert "Nicht mehr bei Ihnen" in told[desks.depot.email].body


def test_a_body_outside_gets_the_reports_in_full_and_no_link_to_the_desk(submit, order, desks):
    submit(point=at(500, 500), description="Mast steht schief", contact=services.ContactData(email="anna@a.example"))
    order(executor=desks.roads)
    services.apply_due_rules()
    services.apply_due_rules()
    body = Message.objects.get(recipient=desks.roads.email).body
    assert "Mast steht schief" in body and "/intern/" not in body and "anna@a.example" not in body
    assert "/weitergaben/" in body


def test_running_it_again_changes_nothing_and_tells_nobody(submit, order):
    submit(point=at(500, 500))
    order()
    services.apply_due_rules()
    before = (
        Event.objects.count(),
        Message.objects.count(),
        list(Report.objects.order_by("pk").values_list("version")),
    )
    assert services.apply_due_rules() == 0
    RuleApplication.objects.update(state="waiting", finished_at=None)
    assert services.apply_due_rules() == 1
    assert (
        Event.objects.count(),
        Message.objects.count(),
        list(Report.objects.order_by("pk").values_list("version")),
    ) == before


def test_a_worker_that_died_between_two_batches_is_continued_by_another(submit, order, desks):
    for n in range(5):
        submit(point=at(100 + n, 500))
    Message.objects.all().delete()
    application = order()
    assert applying._lease_next() == application
    assert applying.apply_batch(application, batch=2) == 2
    assert sorted(executors().values()) == ["depot", "depot", "depot", "parks", "parks"]
    assert services.apply_due_rules() == 0, "the dead worker's lease still runs"
    RuleApplication.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert services.apply_due_rules() == 1
    assert set(executors().values()) == {"parks"}
    assert Event.objects.filter(kind="routed").count() == 5
    assert "Jetzt bei Ihnen: 5 Meldungen" in mails()[desks.parks.email].body


def test_what_was_closed_or_handed_on_meanwhile_stays_where_it_is(submit, order, desks):
    closed, handed, moved = (submit(point=at(100 + n, 500)).report for n in range(3))
    order()
    services.change_status(report=closed, status="done", actor=None)
    services.reassign(report=handed, department=desks.roads, actor=None, reason="Sonderfall")
    services.apply_due_rules()
    assert executors() == {closed.pk: "depot", handed.pk: "roads", moved.pk: "parks"}
    states = dict(AppliedReport.objects.values_list("report_id", "state"))
    assert states == {closed.pk: "skipped", handed.pk: "skipped", moved.pk: "moved"}


def test_a_report_that_was_given_away_by_hand_before_is_not_taken_back(submit, order, desks):
    report = submit(point=at(500, 500)).report
    services.reassign(report=report, department=desks.roads, actor=None, reason="Sonderfall")
    order()
    services.apply_due_rules()
    assert executors() == {report.pk: "roads"}


def test_a_pin_that_was_moved_meanwhile_is_decided_where_it_is_now(submit, order):
    report = submit(point=at(500, 500)).report
    order()
    services.move_report(report=report, point=at(5000, 500), actor=None)
    services.apply_due_rules()
    assert executors() == {report.pk: "depot"}


def test_who_worked_on_it_lets_go_unless_they_work_there_too(submit, order, desks, member, bernd, carla):
    member(bernd, desks.depot)
    member(carla, desks.depot), member(carla, desks.parks)
    his, hers = (submit(point=at(100 + n, 500)).report for n in range(2))
    services.assign(report=his, person=bernd, actor=None)
    services.assign(report=hers, person=carla, actor=None)
    order()
    services.apply_due_rules()
    assert dict(Report.objects.values_list("pk", "assignee")) == {his.pk: None, hers.pk: carla.pk}


def test_a_new_owner_is_written_without_a_mail(submit, desks, town, fatma):
    report = submit(point=at(500, 500)).report
    Message.objects.all().delete()
    carry_out(
        lambda: Jurisdiction.objects.filter(code="lamps").update(owner=desks.roads),
        municipality=town, actor=fatma, reason="Träger", apply_to_open=True,
    )  # fmt: skip
    services.apply_due_rules()
    assert Report.objects.get(pk=report.pk).owner == desks.roads
    assert not Message.objects.exists()


def test_a_batch_takes_the_same_number_of_statements_whatever_its_size(submit, order, django_assert_num_queries):
    for n in range(6):
        submit(point=at(100 + n, 500))
    application = order()
    with django_assert_num_queries(5):
        applying.apply_batch(application, batch=2)
    with django_assert_num_queries(5):
        applying.apply_batch(application, batch=4)


def test_the_history_of_the_rows_names_who_ordered_it(submit, order, fatma):
    submit(point=at(500, 500))
    order()
    services.apply_due_rules()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.metadata FROM reports_reporthistory h JOIN pghistory_context c ON c.id = h.pgh_context_id"
            " ORDER BY h.pgh_id DESC LIMIT 1"
        )
        metadata = cursor.fetchone()[0]
    assert str(fatma.pk) in str(metadata) and "apply_rules" in str(metadata)


def test_the_status_follows_a_report_outside_and_back(submit, order, desks):
    report = submit(point=at(500, 500)).report
    order(executor=desks.roads)
    services.apply_due_rules()
    report.refresh_from_db()
    assert (report.executor, report.status) == (desks.roads, "forwarded")
    order(executor=desks.parks, priority=9)
    services.apply_due_rules()
    report.refresh_from_db()
    assert (report.executor, report.status) == (desks.parks, "received")
    lines = Event.objects.filter(report=report, kind="status", is_public=True).order_by("pk")
    assert [line.data for line in lines] == [
        {"from": "submitted", "to": "forwarded"},
        {"from": "forwarded", "to": "received"},
    ]
    assert [line.version for line in lines] == [2, 3]


@pytest.mark.parametrize("status", [s for s in Status if s not in CLOSED])
@pytest.mark.parametrize("place", ["roads", "parks"])
def test_the_statement_moves_each_status_as_a_single_change_does(submit, order, desks, status, place):
    report = submit(point=at(500, 500)).report
    Report.objects.filter(pk=report.pk).update(status=status)
    order(executor=getattr(desks, place))
    services.apply_due_rules()
    report.refresh_from_db()
    assert report.status == (status_of_place(status, is_external=place == "roads") or status)
