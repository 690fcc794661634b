"""Two people save at the same moment: one is told "saved", the other sees both versions; nothing is ever lost.

Both have the same version on the screen, each over a connection of their own, through the service that the desk uses.
``bin/soak pairs`` does the same with ten thousand pairs.
"""

import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from apps.reports import services
from apps.reports.changes import StaleEdit
from apps.reports.models import Report
from tests.soak.amounts import DONE, amount


def save_at_once(report: Any, pairs: int) -> list[tuple[bool, bool]]:
    """Let two people save ``pairs`` times, after each other's outcome is known; return who of each was told "saved"."""
    gate = threading.Barrier(2)
    outcome: list[list[bool]] = [[False] * pairs, [False] * pairs]
    seen = [Report.objects.values_list("version", flat=True).get(pk=report.pk)]

    def person(who: int) -> None:
        try:
            for number in range(pairs):
                gate.wait()
                try:
                    services.set_public_answer(report=report, text=f"{number} von {who}", actor=None, version=seen[0])
                    outcome[who][number] = True
                except StaleEdit:
                    pass
                gate.wait()
                if who == 0:
                    seen[0] = Report.objects.values_list("version", flat=True).get(pk=report.pk)
        except BaseException:
            gate.abort()  # the other one must not wait for somebody who is gone
            raise
        finally:
            connection.close()

    people = [threading.Thread(target=person, args=(who,)) for who in range(2)]
    for thread in people:
        thread.start()
    try:
        for thread in people:
            thread.join()
    finally:
        gate.abort()  # whoever is interrupted here must not leave them at it
    return list(zip(*outcome, strict=True))


@pytest.mark.django_db(transaction=True)
def test_of_each_pair_exactly_one_is_saved_and_the_other_refused(
    transactional_db: None, submit: Any, desks: Any, record_property: Any
) -> None:
    pairs, report = amount(60), submit(idempotency_key=uuid.uuid4()).report
    before = Report.objects.get(pk=report.pk).version
    saved = [sum(both) for both in save_at_once(report, pairs)]
    record_property(DONE, len(saved))
    assert saved == [1] * pairs
    versions = Report.objects.get(pk=report.pk).version - before
    lines_of_history = report.events.filter(kind="answer", version__gt=before).count()
    assert versions == lines_of_history == pairs
