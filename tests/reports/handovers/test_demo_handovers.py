"""The demonstration shows what bodies outside have in hand, and writes to nobody."""

from typing import Any

from apps.outbox.models import Message
from apps.reports.handovers.demo import add_handovers
from apps.reports.handovers.reminding import remind_the_silent
from apps.reports.models import Handover
from tests.reports.handovers.conftest import NOON


def test_open_reports_outside_get_a_handover_once_and_nobody_a_mail(town: Any, submit: Any, bodies: Any) -> None:
    submit(at=NOON)
    Handover.objects.all().delete()
    Message.objects.all().delete()
    assert (add_handovers(town), add_handovers(town)) == (1, 0)
    handover = Handover.objects.get()
    assert (handover.told_at, handover.state, handover.way) == (NOON, "told", "mail")
    remind_the_silent(at=NOON.replace(year=2027))
    assert not Message.objects.exists()
