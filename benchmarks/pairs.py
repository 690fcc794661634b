"""Let two people change one report at the same time, again and again: ``python -m benchmarks.pairs --pairs 10000``.

Both have the same version on the screen and save at the same moment, each over a connection of their own, through the
service that the desk uses. Whoever comes second has to be refused. An update is lost when both were told "saved" and
only one of them stands, or when a saved one leaves no line in the history. Uses the benchmark database.
"""

import argparse
import json
import threading
import time
from typing import Any

from benchmarks.generate import KEY, start


def run(report: Any, pairs: int) -> dict[str, Any]:
    """Return how many were saved, refused and lost."""
    from django.db import connection

    from apps.reports import services
    from apps.reports.changes import StaleEdit
    from apps.reports.models import Report

    gate = threading.Barrier(2)
    outcome: list[list[bool]] = [[False] * pairs, [False] * pairs]
    version = Report.objects.values_list("version", flat=True).get(pk=report.pk)
    seen = [version]

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

    began = time.perf_counter()
    people = [threading.Thread(target=person, args=(who,)) for who in range(2)]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    saved = [sum(both) for both in zip(*outcome, strict=True)]
    events = report.events.filter(kind="answer", version__gt=version).count()
    last = Report.objects.get(pk=report.pk)
    return {
        "pairs": pairs,
        "one_saved": saved.count(1),
        "both_saved": saved.count(2),
        "none_saved": saved.count(0),
        "versions": last.version - version,
        "lines_of_history": events,
        "lost_updates": abs(sum(saved) - events) + abs(sum(saved) - (last.version - version)) + saved.count(2),
        "seconds": round(time.perf_counter() - began, 1),
    }


def main() -> None:
    """Make one report of the benchmark's town and print the outcome as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    pairs = parser.parse_args().pairs
    start()
    from apps.reports.models import Report

    report = Report.objects.filter(municipality__key=KEY).order_by("pk").first()
    print(json.dumps(run(report, pairs)))


if __name__ == "__main__":
    main()
