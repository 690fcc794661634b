"""Whoever stops working at a desk leaves its reports behind: they are nobody's again, and the history says why."""

from typing import Any

import pytest

from apps.accounts.services import deactivate_account, set_roles
from apps.departments.services import set_members
from apps.outbox.models import Message
from apps.reports import services
from apps.reports.models import Event, Report
from apps.reports.timeline import desk_timeline


@pytest.fixture
def held(submit: Any, member: Any, desks: Any, bernd: Any) -> Report:
    """A lamp that Bernd works on."""
    member(bernd, desks.depot)
    return services.assign(report=submit().report, person=bernd, actor=bernd)


def fresh(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


def test_without_the_seat_a_report_is_nobodys(held: Report, desks: Any, fatma: Any, bernd: Any, carla: Any) -> None:
    set_members(department=desks.depot, actor=fatma, users=[carla])
    report = fresh(held)
    assert (report.assignee, report.version) == (None, held.version + 1)
    line = desk_timeline(report)[0]
    assert (line.title, line.who) == ("Niemandem mehr zugewiesen", "Fatma")
    assert line.details == ["Bernd → niemand", "Grund: arbeitet nicht mehr an dieser Stelle"]
    assert Event.objects.filter(report=report).latest("pk").version == report.version


def test_without_an_account_or_a_role_too(held: Report, town: Any, bernd: Any, fatma: Any) -> None:
    deactivate_account(user=bernd, municipality=town, actor=fatma)
    assert fresh(held).assignee is None


def test_who_loses_the_last_role_in_the_town_leaves_too(held: Report, town: Any, bernd: Any, fatma: Any) -> None:
    set_roles(user=bernd, municipality=town, roles=["moderator"], actor=fatma)
    assert fresh(held).assignee == bernd
    set_roles(user=bernd, municipality=town, roles=[], actor=fatma)
    assert fresh(held).assignee is None
    assert bernd not in services.colleagues(held.executor)


def test_a_second_seat_and_closed_reports_stay(
    held: Report, submit: Any, desks: Any, member: Any, bernd: Any, fatma: Any
) -> None:
    member(bernd, desks.parks)
    tree = services.assign(report=submit(category=desks.tree).report, person=bernd, actor=bernd)
    closed = services.assign(report=submit().report, person=bernd, actor=bernd)
    services.change_status(report=closed, status="done", actor=bernd)
    set_members(department=desks.depot, actor=fatma, users=[])
    assert [fresh(report).assignee for report in (held, tree, closed)] == [None, bernd, bernd]


def test_a_report_that_opens_again_is_not_given_to_who_has_left(
    held: Report, desks: Any, bernd: Any, fatma: Any, dilek: Any
) -> None:
    services.change_status(report=held, status="done", actor=bernd)
    set_members(department=desks.depot, actor=fatma, users=[])
    services.change_status(report=held, status="in_progress", actor=dilek)
    assert fresh(held).assignee is None


def test_a_seat_that_ends_elsewhere_is_found_by_the_job(held: Report, bernd: Any) -> None:
    from apps.reports.jobs import let_go_of_who_left

    bernd.memberships.all().delete()
    let_go_of_who_left()
    assert fresh(held).assignee is None
    assert services.let_go_of_leavers() == 0


def test_each_department_is_told_in_one_mail_and_nobody_twice(
    held: Report, submit: Any, desks: Any, member: Any, bernd: Any, carla: Any, town: Any, fatma: Any
) -> None:
    member(bernd, desks.parks)
    lamp = services.assign(report=submit().report, person=bernd, actor=bernd)
    tree = services.assign(report=submit(category=desks.tree).report, person=bernd, actor=bernd)
    Message.objects.all().delete()
    deactivate_account(user=bernd, municipality=town, actor=fatma)
    services.let_go_of_leavers()
    told = {message.recipient: message for message in Message.objects.all()}
    assert set(told) == {desks.depot.email, desks.parks.email} and Message.objects.count() == 2
    depot, parks = told[desks.depot.email], told[desks.parks.email]
    assert depot.subject == "2 Meldungen sind wieder niemandem zugewiesen"
    assert parks.subject == "Eine Meldung ist wieder niemandem zugewiesen"
    assert held.reference in depot.body and lamp.reference in depot.body and tree.reference not in depot.body
    assert tree.reference in parks.body and "assignee=niemand" in parks.body and "Bernd" not in parks.body


def test_many_reports_take_no_more_statements(
    held: Report, submit: Any, bernd: Any, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        services.assign(report=submit().report, person=bernd, actor=bernd)
    bernd.memberships.all().delete()
    with django_assert_num_queries(8):  # with the savepoint of the transaction and one mail
        assert services.let_go_of_leavers(people=[bernd.pk]) == 6
