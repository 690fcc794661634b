"""Reminders and escalation by working days of Saxony."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.reports import services
from apps.reports.handovers.answering import take_over
from apps.reports.handovers.reminding import remind_the_silent
from apps.reports.models import Agreement

LOCAL = ZoneInfo("Europe/Berlin")


def on(day: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), LOCAL)


@pytest.mark.parametrize(
    ("told", "remind", "escalate", "why"),
    [
        ("2026-03-02", "2026-03-09", "2026-03-16", "plain weeks"),
        ("2026-04-01", "2026-04-10", "2026-04-17", "Good Friday and Easter Monday"),
        ("2025-10-29", "2025-11-06", "2025-11-13", "Reformation Day is a Friday"),
        ("2026-11-13", "2026-11-23", "2026-11-30", "Day of Repentance, Saxony alone"),
        ("2026-12-22", "2026-12-30", "2027-01-07", "Christmas and New Year"),
    ],
)
def test_the_days_are_working_days_of_saxony(
    submit: Any, bodies: Any, told: str, remind: str, escalate: str, why: str
) -> None:
    handover = submit(at=on(told)).report.handovers.get()
    assert (str(handover.remind_on), str(handover.escalate_on)) == (remind, escalate), why


def test_an_agreement_of_the_body_counts_instead_of_the_default(town: Any, submit: Any, bodies: Any) -> None:
    Agreement.objects.create(municipality=town, department=bodies.county, remind_after_days=1, escalate_after_days=3)
    handover = submit(at=on("2026-04-02")).report.handovers.get()
    assert (str(handover.remind_on), str(handover.escalate_on)) == ("2026-04-07", "2026-04-09")


def test_silence_is_reminded_once_and_then_escalated_once(submit: Any, bodies: Any, desks: Any, mails: Any) -> None:
    submit(at=on("2026-03-02"))
    assert remind_the_silent(at=on("2026-03-06", 23)) == (0, 0)
    assert remind_the_silent(at=on("2026-03-09")) == (1, 0)
    assert remind_the_silent(at=on("2026-03-09")) == (0, 0)
    assert remind_the_silent(at=on("2026-03-16")) == (0, 1)
    assert remind_the_silent(at=on("2026-03-17")) == (0, 0)
    _told, reminder = mails(bodies.county.email)
    assert reminder.subject.startswith("Erinnerung")
    (escalation,) = mails(desks.triage.email)
    assert "bis heute nicht geantwortet" in escalation.body


def test_nothing_is_written_on_a_day_off(submit: Any, bodies: Any) -> None:
    """The worker stood still until Good Friday; Tuesday after Easter makes up for it."""
    submit(at=on("2026-03-20"))
    assert remind_the_silent(at=on("2026-04-03")) == (0, 0)
    assert remind_the_silent(at=on("2026-04-06")) == (0, 0)
    assert remind_the_silent(at=on("2026-04-07")) == (1, 1)


def test_whoever_answered_is_left_in_peace(submit: Any, bodies: Any, dilek: Any) -> None:
    taken, closed, moved = (submit(at=on("2026-03-02")).report for _ in range(3))
    take_over(handover=taken.handovers.get(), idempotency_key=uuid.uuid4())
    services.change_status(report=closed, status="rejected", actor=dilek)
    services.reassign(report=moved, department=bodies.state, actor=dilek, reason="x", at=on("2026-03-09"))
    assert remind_the_silent(at=on("2026-03-10")) == (0, 0)


def test_an_owner_of_the_town_hears_of_the_escalation_too(submit: Any, bodies: Any, desks: Any, mails: Any) -> None:
    report = submit(at=on("2026-03-02")).report
    type(report).objects.filter(pk=report.pk).update(owner=desks.depot)
    remind_the_silent(at=on("2026-03-16"))
    assert len(mails(desks.depot.email)) == 1 and len(mails(desks.triage.email)) == 1
