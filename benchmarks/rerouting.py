"""Re-route all reports: driven from the areas against point by point: ``python -m benchmarks.rerouting``.

Both sides write their answers into a temporary table, in interleaved rounds of one run, over the same reports and the
full rule set: the drawn areas of ``benchmarks.generate`` and, for each category, a rule for roads, one for objects,
one for the built-up area, one for a whole district and one for the whole town. The answers are compared row by row.
Everything happens in one transaction that is taken back. Where the server runs on the same machine, the CPU seconds
that its process used are compared too: on a busy machine they say more than the clock.
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.generate import SIDE_M, SOUTH, WEST, start
from benchmarks.measure import compare

GROUND = """
INSERT INTO places_administrativearea (municipality_id, kind, key, name, contact, area, valid_from)
SELECT %(town)s, 'district', 'north', 'Nord', '',
       ST_Multi(ST_MakeEnvelope(%(x)s, %(y)s + %(side)s / 2, %(x)s + %(side)s, %(y)s + %(side)s, %(srid)s)),
       '2000-01-01';
INSERT INTO places_builtuparea (municipality_id, key, name, area)
SELECT %(town)s, 'b' || i, '', ST_Multi(ST_Buffer(point, 900, 24))
FROM (SELECT row_number() OVER (ORDER BY id) AS i, point FROM reports_report ORDER BY id LIMIT 60) p;
INSERT INTO places_asset (municipality_id, kind, key, name, shape)
SELECT %(town)s, 'container_site', 'c' || i, '', point
FROM (SELECT row_number() OVER (ORDER BY id) AS i, point FROM reports_report ORDER BY id DESC LIMIT 2000) p;
INSERT INTO departments_jurisdiction (municipality_id, code, category_id, executor_id, reason, valid_from, asset_kind,
    road_classes, road_path, distance_m, area_id, inside_built_up, priority, to_confirm, answers, weekdays, version)
SELECT %(town)s, kind || c.id, c.id, d.ids[1 + (c.id + length(kind)) %% array_length(d.ids, 1)], kind, '2000-01-01',
       CASE kind WHEN 'object' THEN 'container_site' ELSE '' END,
       CASE kind WHEN 'road' THEN ARRAY['S', 'K'] ELSE ARRAY[]::varchar[] END, '',
       CASE kind WHEN 'object' THEN 25 WHEN 'road' THEN 20 END,
       CASE kind WHEN 'district' THEN (SELECT id FROM places_administrativearea WHERE key = 'north') END,
       CASE kind WHEN 'built-up' THEN true END, 0, false, '{}', '{}', 1
FROM departments_category c, unnest(ARRAY['object', 'road', 'built-up', 'district', 'town']) AS kind,
     (SELECT array_agg(id ORDER BY id) AS ids FROM departments_department) d;
ANALYZE places_asset, places_builtuparea, places_administrativearea, departments_jurisdiction;
"""
ASKED = """
SELECT r.id, r.category_id, r.point, r.answers, current_date AS day, r.created_at::date AS made_on
FROM bench_asked r
"""
#: The reports asked about, with the index on their points that the table of reports has.
SAMPLE = """
CREATE TEMPORARY TABLE bench_asked ON COMMIT DROP AS
SELECT id, category_id, point, answers, created_at FROM reports_report ORDER BY id LIMIT %(reports)s;
CREATE INDEX ON bench_asked USING gist (point);
ANALYZE bench_asked;
"""


def one_by_one() -> str:
    """Return the per-point query: the statement of ``route()`` without its words, once for each report."""
    from apps.departments.routing_sql import ORDER, ROUTE

    candidates, found, _rest = ROUTE.partition("ranked AS MATERIALIZED")
    assert found
    lateral = f"""{candidates.rstrip().rstrip(",")}
        SELECT matching.rule_id, matching.executor_id, matching.owner_id, matching.copy_to_id
        FROM matching
        JOIN departments_department d ON d.id = matching.executor_id AND d.is_active
        ORDER BY {ORDER}
        LIMIT 1"""
    for parameter, column in {
        "%(category)s": "asked.category_id",
        "%(group)s": "asked.group_id",
        "%(day)s": "asked.day",
        "%(answers)s": "asked.answers",
        "%(point)s": "asked.point",
    }.items():
        lateral = lateral.replace(parameter, column)
    return f"""
        SELECT asked.id, w.rule_id, coalesce(w.executor_id, triage.id) AS executor_id,
               coalesce(w.owner_id, triage.id) AS owner_id, w.copy_to_id
        FROM (SELECT a.*, c.group_id FROM ({ASKED}) a JOIN departments_category c ON c.id = a.category_id) asked
        LEFT JOIN LATERAL ({lateral}) w ON true
        LEFT JOIN departments_department triage ON triage.municipality_id = %(town)s AND triage.is_triage
        """


def cpu_seconds(process: int) -> float:
    """Return the CPU time that a process on this machine has used; 0 where nobody can say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reports", type=int, default=1_000_000, help="only so many of them")
    chosen = parser.parse_args()
    start()
    from django.db import connection, transaction

    from apps.departments.assigning_sql import Relation, assign_sql
    from apps.geo.crs import GEO_SRID
    from apps.places.models import Municipality

    town = Municipality.objects.get()
    values = {"town": town.pk, "x": WEST, "y": SOUTH, "side": SIDE_M, "srid": GEO_SRID}
    assigned = assign_sql(Relation(ASKED), bulk=True)
    together = f"SELECT id, rule_id, executor_id, owner_id, copy_to_id FROM ({assigned}) q"
    each = one_by_one()

    used: dict[str, list[float]] = {"together": [], "each": []}

    def fill(cursor: Any, table: str, sql: str) -> None:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        before = cpu_seconds(server)
        cursor.execute(f"CREATE TEMPORARY TABLE {table} AS {sql}", values)
        used[table].append(cpu_seconds(server) - before)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = cursor.fetchone()[0]
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(GROUND, values)
        cursor.execute(SAMPLE, {"reports": chosen.reports})
        began = time.perf_counter()
        result = compare(
            "re-routing, point by point / from the areas",
            lambda: fill(cursor, "together", together),
            lambda: fill(cursor, "each", each),
            rounds=chosen.rounds,
            warm_up=chosen.reports < 500_000,
        )
        cursor.execute(
            "SELECT (SELECT count(*) FROM together), (SELECT count(DISTINCT rule_id) FROM together), count(*)"
            " FROM ((TABLE together EXCEPT TABLE each) UNION ALL (TABLE each EXCEPT TABLE together)) d"
        )
        reports, rules, different = cursor.fetchone()
        ours, theirs = (statistics.median(used[table]) for table in ("together", "each"))
        result |= {"ours_cpu_s": round(ours, 1), "theirs_cpu_s": round(theirs, 1),
                   "cpu_ratio": round(theirs / ours, 2) if ours else None, "load": os.getloadavg()[1]}  # fmt: skip
        result |= {"reports": reports, "rules_that_won": rules, "different": different,
                   "reports_per_second": round(reports / result["ours_ms"] * 1000),
                   "whole_run_s": round(time.perf_counter() - began)}  # fmt: skip
        transaction.set_rollback(True)
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
