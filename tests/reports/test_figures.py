"""The figures of the desk: counted over what the reader may see, drawn with the numbers beside the picture."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from apps.reports import figures, services
from apps.reports.models import Report
from tests.conftest import at


@pytest.fixture
def dilek_reads(client: Any, dilek: Any) -> Any:
    client.force_login(dilek)
    return client


def test_received_done_open_overdue_and_the_median(submit: Any, bernd: Any) -> None:
    now = timezone.now()
    for days in (2, 4, 9):
        report = submit(at=now - dt.timedelta(days=days)).report
        services.change_status(report=report, status="done", actor=bernd, at=now)
    late = submit().report
    Report.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - dt.timedelta(days=1))
    total = figures.totals(Report.objects.all(), today=timezone.localdate())
    assert (total.received, total.done, total.open, total.overdue) == (4, 3, 1, 1)
    assert total.median_days == pytest.approx(4, abs=0.01)


def test_a_line_each_for_category_department_and_district(submit: Any, desks: Any) -> None:
    submit(), submit(), submit(category=desks.tree, point=at(6000, 1000))
    today = timezone.localdate()
    lines = {key: [(r.name, r.received) for r in figures.table(Report.objects.all(), key, today=today)]
             for key in figures.DIMENSIONS}  # fmt: skip
    assert lines == {
        "category": [("Straßenbeleuchtung", 2), ("Baum", 1)],
        "department": [("Bauhof", 2), ("Grünpflege", 1)],
        "district": [("Weststadt", 2), ("Oststadt", 1)],
    }


def test_every_week_has_its_place_also_an_empty_one(submit: Any) -> None:
    now = timezone.now()
    submit(at=now - dt.timedelta(days=14))
    found = figures.weeks(Report.objects.all(), since=now - dt.timedelta(days=21))
    assert len(found) == 4 and [w.received for w in found].count(1) == 1
    assert all(week.monday.weekday() == 0 for week in found)


def test_each_report_lies_in_one_hexagon(submit: Any, town: Any) -> None:
    for east in range(0, 5000, 250):
        submit(point=at(east, 1000))
    drawn = figures.density(Report.objects.all(), town)
    assert drawn is not None and sum(cell["count"] for cell in drawn.cells) == 20
    assert drawn.town.startswith("M") and all(cell["path"].startswith("M") for cell in drawn.cells)
    assert drawn.cell_m == round(10_000 / figures.CELLS_ACROSS)


def test_the_page_asks_the_same_number_of_times_for_one_report_and_for_ten(
    dilek_reads: Any, submit: Any, django_assert_max_num_queries: Any
) -> None:
    submit()
    dilek_reads.get("/intern/zahlen/")
    with django_assert_max_num_queries(16) as one:
        page = dilek_reads.get("/intern/zahlen/")
    assert page.context["totals"].received == 1
    for _ in range(9):
        submit()
    with django_assert_max_num_queries(16) as ten:
        dilek_reads.get("/intern/zahlen/?tage=365")
    assert len(one) == len(ten)


def test_a_body_outside_counts_only_its_own(client: Any, make_user: Any, member: Any, desks: Any, submit: Any) -> None:
    submit()
    client.force_login(member(make_user("Gerd", "clerk"), desks.roads))
    page = client.get("/intern/zahlen/")
    assert page.status_code == 200 and page.context["totals"].received == 0


def test_csv_for_a_spreadsheet_without_formulas(dilek_reads: Any, submit: Any, desks: Any) -> None:
    desks.street_light.name = "=Lampe"
    desks.street_light.save()
    submit()
    answer = dilek_reads.get("/intern/zahlen/zahlen.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("nach;Name;eingegangen") and "Kategorie;'=Lampe;1;0;1;0;" in lines
