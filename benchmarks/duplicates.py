"""Measure the search for duplicates against the plain trigram plan: ``python -m benchmarks.duplicates``.

Both ask the same question of the million reports of ``benchmarks.generate``: which reports within 60 m, of the last
180 days, have similar words? Ours finds the place first and compares the words of what is left; the plain plan asks
the trigram index of the text and looks at the place afterwards. Interleaved rounds in one run; nothing is asserted.
"""

import json
import statistics
from typing import Any

from benchmarks.generate import KEY, start
from benchmarks.measure import clock

ROUNDS = 9
PLAIN = """
SELECT public_id, similarity(search_text, lower(%(words)s)) AS alike
FROM reports_report
WHERE municipality_id = %(town)s AND search_text %% lower(%(words)s)
  AND ST_Distance(point, %(point)s::geometry) <= 60 AND created_at >= now() - interval '180 days'
  AND publication = 'released' AND status NOT IN ('duplicate', 'rejected')
ORDER BY alike DESC LIMIT 5
"""


def main() -> None:
    """Print the medians in milliseconds and the ratio ours/plain."""
    start()
    from django.db import connection

    from apps.places.models import Municipality
    from apps.reports.duplicates import find_similar
    from apps.reports.models import Report

    town = Municipality.objects.get(key=KEY)
    samples = list(Report.objects.filter(municipality=town).select_related("category").order_by("public_id")[:ROUNDS])
    times: dict[str, list[float]] = {"ours": [], "plain": []}

    def ours(report: Any) -> Any:
        return find_similar(municipality=town, category=report.category, point=report.point, words=report.description)

    def plain(report: Any) -> Any:
        with connection.cursor() as cursor:
            values = {"words": report.description, "town": town.pk, "point": report.point.hexewkb.decode()}
            cursor.execute(PLAIN, values)
            return cursor.fetchall()

    ours(samples[0])
    for number, report in enumerate(samples):
        sides = [("ours", ours), ("plain", plain)]
        for name, work in sides if number % 2 else sides[::-1]:
            times[name].append(clock(lambda work=work, report=report: work(report)) * 1000)
    middle = {name: round(statistics.median(values), 2) for name, values in times.items()}
    print(json.dumps({"name": "duplicates", **middle, "ratio": round(middle["ours"] / middle["plain"], 5)}))


if __name__ == "__main__":
    main()
