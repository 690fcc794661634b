"""Measure the inbox: ``python -m benchmarks.inbox`` after ``python -m benchmarks.generate --reports 100000``.

A clerk asks the desk for its pages, through the whole site in this process; the figures are the median and the 95th
percentile of many rounds of mixed questions, in milliseconds, and how many statements each took. The target is a 95th
percentile of 300 ms at 100,000 reports. Nothing is asserted; docs/performance.md says what came out.
"""

import argparse
import json
import statistics
from typing import Any

from benchmarks.generate import KEY, start
from benchmarks.measure import clock

ROUNDS = 20

#: Who works where, what is due when and how far it is: as a town's desk would have it after some years.
SETTLE = """
ALTER TABLE reports_report DISABLE TRIGGER USER;
UPDATE reports_report r SET
    executor_id = d.ids[1 + (r.id %% 20)::int],
    status = CASE WHEN r.id %% 10 < 7 THEN 'done' WHEN r.id %% 10 = 7 THEN 'submitted' ELSE 'in_progress' END,
    closed_at = CASE WHEN r.id %% 10 < 7 THEN now() END,
    due_on = current_date + (r.id %% 120)::int - 60,
    assignee_id = CASE WHEN r.id %% 3 = 0 THEN u.ids[1 + (r.id %% 10)::int] END,
    still_broken_count = (r.id %% 50 = 0)::int
FROM (SELECT array_agg(id ORDER BY id) AS ids FROM departments_department) d,
     (SELECT array_agg(id ORDER BY id) AS ids FROM accounts_user) u;
ALTER TABLE reports_report ENABLE TRIGGER USER;
"""


def questions(lon: float, lat: float) -> dict[str, str]:
    """Return the pages that are asked for, by what a reader would call them."""
    side = 0.02
    corners = [(lon - side, lat - side), (lon + side, lat - side), (lon + side, lat + side), (lon, lat + 1.5 * side)]
    area = " ".join(f"{x:.6f},{y:.6f}" for x, y in [*corners, (lon - side, lat + side)])
    inbox = "/intern/meldungen/?"
    return {
        "everything": f"{inbox}order=",
        "open at my desk": f"{inbox}department=meine&status=offen",
        "mine": f"{inbox}assignee=ich&status=offen",
        "overdue": f"{inbox}due=vorbei",
        "next day first": f"{inbox}order=ziel&status=offen",
        "category and district": f"{inbox}category=c3&q=Ort+5",
        "a word": f"{inbox}q=Weg+1234",
        "a rare word": f"{inbox}q=unauffindbar",
        "drawn area": f"{inbox}area={area}",
        "without photo, not repaired": f"{inbox}photo=nein&follow_up=ja",
        "old and open": f"{inbox}age=90&status=offen&order=alt",
        "last changed": f"{inbox}order=bewegt",
        "map beside the list": "/intern/karte/daten/reports.json?list=status%3Doffen&zoom=12",
        "selection of a desk": "/intern/meldungen/auswahl/?scope=all&filter=department%3Dd3%26status%3Doffen",
    }


def prepare() -> Any:
    """Settle the reports among people, days and desks, and return a clerk with six saved views."""
    from django.db import connection

    from apps.accounts.models import Role, User
    from apps.departments.models import Department, Membership
    from apps.places.models import Municipality
    from apps.reports.models import SavedView

    town = Municipality.objects.get(key=KEY)
    clerk, made = User.objects.get_or_create(email="clerk0@messstadt.invalid", defaults={"name": "Clerk 0"})
    if made:
        for number in range(1, 10):
            User.objects.create(email=f"clerk{number}@messstadt.invalid", name=f"Clerk {number}")
        Role.objects.create(user=clerk, municipality=town, role="clerk")
        for desk in Department.objects.filter(municipality=town).order_by("pk")[:2]:
            Membership.objects.create(user=clerk, department=desk)
        for number, query in enumerate(
            ["due=vorbei", "q=Ort+3", "photo=ja", "assignee=niemand&status=offen", "category=c1&age=30", "follow_up=ja"]
        ):
            SavedView.objects.create(municipality=town, owner=clerk, name=f"View {number}", query=query, order=number)
        with connection.cursor() as cursor:
            for statement in SETTLE.split(";\n"):
                if statement.strip():
                    cursor.execute(statement, [])
            cursor.execute("VACUUM FULL reports_report")
            # A plain one as well: only that writes the visibility map, without which no index answers alone.
            cursor.execute("VACUUM ANALYZE reports_report")
    return clerk


def main(rounds: int) -> None:
    """Print a line of figures for each question, and one for all together."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["*"]
    settings.DEFAULT_MUNICIPALITY = KEY
    clerk = prepare()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_report")
        count = cursor.fetchone()[0]
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(point, 4326) AS p FROM reports_report LIMIT 1) q"
        )
        asked = questions(*cursor.fetchone())
    client = Client()
    client.force_login(clerk)
    statements = {}
    for name, path in asked.items():
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        statements[name] = len(captured)
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, path in asked.items():
            times[name].append(clock(lambda path=path: client.get(path)) * 1000)  # type: ignore[misc]
    together = [one for many in times.values() for one in many]
    for name, found in [*times.items(), ("all", together)]:
        print(
            json.dumps(
                {
                    "name": name,
                    "reports": count,
                    "median_ms": round(statistics.median(found)),
                    "p95_ms": round(statistics.quantiles(found, n=20)[-1]),
                    "statements": statements.get(name),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    start()
    main(arguments.rounds)
