"""Two people save at the same moment: one is told "saved", the other sees both versions; nothing is ever lost.

``python -m benchmarks.pairs`` does the same with ten thousand pairs.
"""

import uuid
from typing import Any

import pytest

from benchmarks.pairs import run


@pytest.mark.django_db(transaction=True)
def test_of_each_pair_exactly_one_is_saved_and_the_other_refused(
    transactional_db: None, submit: Any, desks: Any
) -> None:
    report = submit(idempotency_key=uuid.uuid4()).report
    outcome = run(report, 60)
    assert (outcome["one_saved"], outcome["both_saved"], outcome["lost_updates"]) == (60, 0, 0)
    assert outcome["versions"] == outcome["lines_of_history"] == 60
