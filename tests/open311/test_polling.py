"""States come back from another house, each once."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from apps.open311.models import Endpoint, RemoteRequest
from apps.open311.polling import poll_endpoints
from apps.reports.models import Event, Handover, Report
from tests.open311.conftest import as_json


@pytest.fixture
def sent(connected: Any, server: Any, submit: Any, deliver: Any) -> Report:
    report = submit().report
    deliver()
    return report


def later(hours: int = 1) -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=hours)


def steps(report: Report) -> list[str]:
    return [e.data["step"] for e in report.events.filter(kind="handover").order_by("pk")]


@pytest.mark.parametrize(
    ("theirs", "ours", "state"),
    [
        ("open", "submitted", "told"),
        ("in_progress", "in_progress", "taken_over"),
        ("INVESTIGATING", "in_progress", "taken_over"),
        ("closed", "done", "done"),
        ("fixed", "done", "done"),
        ("no_further_action", "not_possible", "done"),
        ("duplicate", "duplicate", "done"),
    ],
)
def test_their_states_become_ours(sent: Report, server: Any, theirs: str, ours: str, state: str) -> None:
    server.requests[0] |= {"status": theirs, "status_notes": "Kollege Meier kommt."}
    for _ in range(2):
        poll_endpoints(at=later())
        RemoteRequest.objects.update(next_poll_at=timezone.now())
    sent.refresh_from_db()
    assert (sent.status, Handover.objects.get().state) == (ours, state)
    assert sent.events.filter(kind="status").count() == (ours != "submitted")
    noted = [e for e in sent.events.filter(kind="handover") if e.text == "Kollege Meier kommt."]
    assert len(noted) == (theirs != "open") and not any(e.is_public for e in noted)


def test_not_theirs_goes_to_the_next_department(sent: Report, server: Any, desks: Any) -> None:
    server.requests[0]["status"] = "not_councils_responsibility"
    poll_endpoints(at=later())
    sent.refresh_from_db()
    assert sent.executor == desks.depot and Handover.objects.get().state == "refused"


def test_a_token_becomes_a_number(connected: Any, server: Any, submit: Any, deliver: Any) -> None:
    server.gives_tokens = True
    report = submit().report
    assert deliver() == ["sent"]
    poll_endpoints(at=later())
    assert Handover.objects.get().number == ""
    server.tokens["tok-LK-1"] = "LK-1"
    poll_endpoints(at=later(2))
    assert Handover.objects.get().number == "LK-1"
    assert steps(report) == ["told", "arrived"]


def test_of_two_answers_about_one_the_later_counts_and_strangers_do_not(sent: Report, server: Any) -> None:
    old = {"service_request_id": "LK-1", "status": "open", "updated_datetime": "2026-01-01T00:00:00Z"}
    new = {"service_request_id": "LK-1", "status": "closed", "updated_datetime": "2026-01-02T00:00:00+01:00"}
    stranger = {"service_request_id": "X-9", "status": "closed"}
    server.misbehave = lambda path, form: as_json(200, [new, stranger, old, "rubbish", None])
    poll_endpoints(at=later())
    sent.refresh_from_db()
    assert sent.status == "done"


def test_an_unknown_state_changes_nothing_and_is_shown(sent: Report, server: Any) -> None:
    server.requests[0]["status"] = "vielleicht"
    poll_endpoints(at=later())
    sent.refresh_from_db()
    assert sent.status == "submitted" and "vielleicht" in RemoteRequest.objects.get().last_error


def test_a_house_that_fails_is_asked_later_each_time(sent: Report, server: Any) -> None:
    server.misbehave = lambda path, form: as_json(500, [])
    before = len(server.asked)
    now = later()
    poll_endpoints(at=now)
    first = RemoteRequest.objects.get().next_poll_at - now
    poll_endpoints(at=now + first)
    second = RemoteRequest.objects.get().next_poll_at - now - first
    assert second == 2 * first and len(server.asked) == before + 2
    assert Endpoint.objects.get().failures == 2


def test_what_is_over_is_not_asked_about(sent: Report, server: Any) -> None:
    server.requests[0]["status"] = "closed"
    poll_endpoints(at=later())
    asked = len(server.asked)
    poll_endpoints(at=later(48))
    assert len(server.asked) == asked and Event.objects.filter(kind="handover", data__step="done").count() == 1
