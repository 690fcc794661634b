"""What the history says stays said: the database itself refuses to change a line or to take one away."""

from typing import Any

import pghistory.models
import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from apps.reports import services
from apps.reports.models import Event, Report


def refuses(change: Any) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as error:
        return "pgtrigger: Cannot" in str(error)
    return False


def test_no_line_of_a_reports_history_is_written_anew_or_taken_away(submit: Any, bernd: Any, dilek: Any) -> None:
    report = submit().report
    services.change_status(report=report, status="in_progress", actor=dilek)
    lines = Event.objects.filter(report=report)
    lines.filter(kind="status").update(is_public=False)  # what a change of many does when it is taken back
    line = lines.filter(kind="status")
    for change in ({"text": "anders"}, {"kind": "note"}, {"data": {}}, {"is_public": True}, {"version": 7}):
        assert refuses(lambda change=change: line.update(**change)), change
    assert refuses(lambda: line.update(actor=bernd)) and refuses(lines.delete)
    history = Report.history.rel.related_model.objects.filter(pgh_obj=report)
    assert history.count() == 2
    assert refuses(lambda: history.update(public_text="anders")) and refuses(history.delete)


def test_a_line_may_be_taken_back_and_forget_who_wrote_it(submit: Any, dilek: Any) -> None:
    report = submit().report
    services.change_status(report=report, status="in_progress", actor=dilek)
    line = Event.objects.filter(report=report, kind="status")
    data = line.get().data
    line.update(is_public=False, data={**data, "taken_back": True})
    line.update(actor=None)
    assert (line.get().is_public, line.get().actor, line.get().data["to"]) == (False, None, data["to"])


@pytest.mark.django_db
def test_every_table_of_the_history_is_kept_so() -> None:
    tables = [m for m in apps.get_models() if issubclass(m, pghistory.models.Event) and m._meta.managed]
    kept = [m for m in tables if "pghistory" not in m.__module__]
    names = {(t.name, m) for m, t in pgtrigger.registered() if t.name == "append_only"}
    assert kept and [m._meta.label for m in kept if ("append_only", m) not in names] == []
