"""A report is given to a person of its department; and it has a day by which it should be done."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from apps.reports import services
from apps.reports.changes import ChangeRefused, StaleEdit
from apps.reports.models import Event, Report
from apps.reports.timeline import desk_timeline, public_timeline

MONDAY = dt.datetime(2026, 11, 16, 23, 30, tzinfo=dt.UTC)  # Tuesday already in Rasterstadt; Wednesday is a holiday


@pytest.fixture
def seated(member: Any, desks: Any, bernd: Any, carla: Any) -> None:
    member(bernd, desks.depot)
    member(carla, desks.parks)


def test_bernd_takes_a_report_of_his_department(seated: Any, submit: Any, bernd: Any) -> None:
    report = services.assign(report=submit().report, person=bernd, actor=bernd)
    assert Report.objects.get().assignee == bernd and report.version == 2
    event = Event.objects.get(kind="assigned")
    assert event.data == {"from": None, "to": bernd.pk} and event.actor == bernd and not event.is_public


def test_the_history_names_people_to_the_desk_alone(seated: Any, submit: Any, bernd: Any) -> None:
    report = services.assign(report=submit().report, person=bernd, actor=bernd)
    assert desk_timeline(report)[0].details == ["niemand → Bernd"]
    assert all("Bernd" not in f"{line.title}{line.text}{line.who}" for line in public_timeline(report))


def test_carla_of_another_department_cannot_get_it(seated: Any, submit: Any, bernd: Any, carla: Any) -> None:
    with pytest.raises(ChangeRefused, match="Carla gehört nicht zu Bauhof"):
        services.assign(report=submit().report, person=carla, actor=bernd)
    assert not Event.objects.filter(kind="assigned").exists()


def test_who_left_the_town_hall_cannot_get_it(seated: Any, submit: Any, bernd: Any) -> None:
    bernd.is_active = False
    bernd.save()
    with pytest.raises(ChangeRefused):
        services.assign(report=submit().report, person=bernd, actor=bernd)


def test_giving_it_to_whom_it_belongs_is_no_change(seated: Any, submit: Any, bernd: Any) -> None:
    report = submit().report
    for _ in range(2):
        services.assign(report=report, person=bernd, actor=bernd)
    assert Event.objects.filter(kind="assigned").count() == 1 and Report.objects.get().version == 2


def test_an_older_version_is_refused(seated: Any, submit: Any, bernd: Any) -> None:
    report = submit().report
    services.change_status(report=report, status="received", actor=bernd)
    with pytest.raises(StaleEdit):
        services.assign(report=report, person=bernd, actor=bernd, version=1)


def test_another_department_does_not_inherit_the_person(seated: Any, submit: Any, bernd: Any, desks: Any) -> None:
    report = services.assign(report=submit().report, person=bernd, actor=bernd)
    services.reassign(report=report, department=desks.parks, actor=bernd, reason="Ein Ast.")
    assert Report.objects.get().assignee is None
    assert Event.objects.filter(kind="assigned").latest("pk").data == {"from": bernd.pk, "to": None}


def test_somebody_of_both_departments_keeps_it(seated: Any, submit: Any, member: Any, bernd: Any, desks: Any) -> None:
    member(bernd, desks.parks)
    report = services.assign(report=submit().report, person=bernd, actor=bernd)
    services.reroute(report=report, category=desks.tree, actor=bernd)
    assert Report.objects.get().assignee == bernd


def test_a_report_gets_its_day_from_the_category(submit: Any, desks: Any) -> None:
    desks.street_light.target_days = 2
    assert submit(category=desks.street_light, at=MONDAY).report.due_on == dt.date(2026, 11, 20)


def test_without_a_target_there_is_no_day(submit: Any) -> None:
    report = submit().report
    assert report.due_on is None and not report.is_overdue and report.expected_by is None


def test_another_category_brings_another_day(submit: Any, desks: Any, bernd: Any) -> None:
    desks.tree.target_days = 5
    desks.tree.save()
    report = submit(at=MONDAY).report
    services.reroute(report=report, category=desks.tree, actor=bernd)
    assert Report.objects.get().due_on == dt.date(2026, 11, 25)


def test_what_is_not_repaired_gets_a_new_day(submit: Any, desks: Any, bernd: Any) -> None:
    import uuid

    desks.street_light.target_days = 1
    desks.street_light.save()
    report = submit(at=MONDAY - dt.timedelta(days=30)).report
    services.change_status(report=report, status="done", actor=bernd)
    services.say_still_broken(report=report, idempotency_key=uuid.uuid4(), at=MONDAY)
    assert Report.objects.get().due_on == dt.date(2026, 11, 19)


def test_the_last_day_is_in_time_and_the_next_is_not(submit: Any) -> None:
    report = submit().report
    report.due_on = timezone.localdate()
    assert not report.is_overdue
    report.due_on -= dt.timedelta(days=1)
    assert report.is_overdue
    report.status = "done"
    assert not report.is_overdue


def test_the_public_reads_the_day_only_where_the_town_shows_it(submit: Any, desks: Any) -> None:
    desks.street_light.target_days = 2
    report = submit(category=desks.street_light).report
    assert report.expected_by is None
    report.category.shows_expected_by = True
    assert report.expected_by == report.due_on
