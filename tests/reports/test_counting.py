"""The tabs of the inbox say how many reports wait, without opening more rows than a person would read."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.reports.models import Report
from tests.conftest import at

INBOX = "/intern/meldungen/"
DONE = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def page(client: Any, dilek: Any) -> Any:
    """Dilek reads the whole town and moderates it."""
    client.force_login(dilek)
    return client


def tabs(page: Any, query: str = "order=") -> dict[str, Any]:
    views = page.get(f"{INBOX}?{query}").context["views"]
    return {str(view["title"]): view["count"] for view in views}


def close(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(status="done", closed_at=DONE)


def test_each_view_counts_what_it_shows(page: Any, submit: Any, member: Any, desks: Any, dilek: Any) -> None:
    member(dilek, desks.depot)
    mine, closed, _theirs = submit().report, submit().report, submit(category=desks.tree).report
    Report.objects.filter(pk=mine.pk).update(assignee=dilek, due_on=dt.date(2020, 1, 1))
    close(closed)
    assert tabs(page) == {
        "Neu bei meiner Stelle": 1,
        "Offen bei meiner Stelle": 1,
        "Mir zugewiesen": 1,
        "Überfällig": 1,
        "Freizuschalten": 3,
        "Alle offenen": 2,
        "Alle": "",
    }
    for query in ("department=meine&status=submitted", "assignee=ich&status=offen", "due=vorbei"):
        assert page.get(f"{INBOX}?{query}").context["count"] == 1
    assert page.get(f"{INBOX}?order=").context["count"] == 3


def test_somebody_without_a_desk_counts_nothing(client: Any, bernd: Any, submit: Any) -> None:
    submit()
    client.force_login(bernd)
    assert set(tabs(client).values()) == {0, ""}
    assert "Für Sie liegt nichts vor." in client.get(f"{INBOX}?order=").content.decode()


def test_all_counts_come_in_one_statement(page: Any, submit: Any) -> None:
    submit()
    with CaptureQueriesContext(connection) as asked:
        page.get(f"{INBOX}?category=street_light")
    assert len([query for query in asked if "count(*)" in query["sql"].lower()]) == 1


def test_counting_stops_where_nobody_reads_on(page: Any, submit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FOUND", 2), ("COUNTED", 2)):
        monkeypatch.setattr(f"apps.reports.desk.counting.{name}", value)
        monkeypatch.setattr(f"apps.reports.desk.inbox.{name}", value)
    for _ in range(3):
        submit()
    answer = page.get(f"{INBOX}?category=street_light")
    assert "mehr als 2 Meldungen" in answer.content.decode()
    assert tabs(page)["Freizuschalten"] == "1+"


def test_more_than_can_be_changed_at_once_is_not_offered(
    page: Any, submit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.reports.desk.inbox.MAX_REPORTS", 1)
    submit(), submit()
    text = page.get(f"{INBOX}?order=").content.decode()
    assert "geht bis 1" in text
    assert 'name="scope"' not in text


def test_the_next_day_comes_first_and_what_is_closed_or_has_no_day_last(page: Any, submit: Any) -> None:
    soon, closed, never, later = (submit(point=at(1000 + n, 1000)).report for n in range(4))
    for report, day in ((soon, dt.date(2026, 3, 2)), (closed, dt.date(2026, 3, 1)), (later, dt.date(2026, 3, 3))):
        Report.objects.filter(pk=report.pk).update(due_on=day)
    Report.objects.filter(pk=never.pk).update(due_on=None)
    close(closed)
    rows = page.get(f"{INBOX}?order=ziel").context["page"].rows
    assert [row.pk for row in rows] == [soon.pk, later.pk, closed.pk, never.pk]


def test_the_next_day_is_read_from_its_index(town: Any, db: None) -> None:
    from apps.reports.querysets import next_day

    rows = Report.objects.filter(municipality=town).open().annotate(day=next_day()).order_by("day", "id")[:30]
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        sql, params = rows.values("id").query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "reports_next_day" in plan
    assert "Sort" not in plan
