"""Measure ``route()`` in the server against the same answer in SQL by hand: ``python -m benchmarks.route``.

By hand means: for this question only, without the neighbour for points outside, a row with its columns for each
candidate instead of one JSON answer, and nothing shared with ``routing_sql.py``. Both statements are prepared and
planned once, without values; each point is asked in interleaved pairs by libpq itself, which hands over the text that
the server has written and does not look into it. The rule set is that of ``benchmarks.rerouting``; both must name the
same rules in the same order for every point. Nothing is asserted about the times.
"""

import argparse
import json
import os
import statistics
import time
from typing import Any

from benchmarks.generate import SIDE_M, SOUTH, WEST, start
from benchmarks.rerouting import GROUND

HAND = """
WITH found AS MATERIALIZED (
    SELECT r.id, ST_Area(r.own_area) AS area_m2, NULL::text AS area_name
    FROM departments_jurisdiction r
    WHERE r.category_id = %(category)s::bigint AND ST_Covers(r.own_area, %(point)s::geometry)
    UNION ALL
    SELECT r.id, ST_Area(r.own_area), NULL
    FROM departments_jurisdiction r
    WHERE r.category_id IS NULL AND (r.group_id = %(group)s::bigint OR r.group_id IS NULL)
      AND ST_Covers(r.own_area, %(point)s::geometry)
    UNION ALL
    SELECT r.id, ST_Area(a.area), a.name
    FROM places_administrativearea a
    JOIN places_administrativearea n ON n.municipality_id = a.municipality_id AND (n.kind, n.key) = (a.kind, a.key)
    JOIN departments_jurisdiction r ON r.area_id = n.id
    WHERE a.municipality_id + 0 = %(town)s::bigint AND ST_Covers(a.area, %(point)s::geometry)
      AND a.valid_from <= %(day)s::date AND (a.valid_to IS NULL OR a.valid_to > %(day)s::date)
      AND (r.category_id = %(category)s::bigint OR (r.category_id IS NULL
          AND (r.group_id = %(group)s::bigint OR r.group_id IS NULL)))
    UNION ALL
    SELECT r.id, NULL, NULL
    FROM departments_jurisdiction r
    WHERE r.municipality_id = %(town)s::bigint AND r.area_id IS NULL AND r.own_area IS NULL
      AND (r.category_id = %(category)s::bigint OR (r.category_id IS NULL
          AND (r.group_id = %(group)s::bigint OR r.group_id IS NULL)))
),
road AS MATERIALIZED (
    SELECT w.road_class, w.path, coalesce(nullif(w.number, ''), w.name) AS name,
           round(ST_Distance(w.line, %(point)s::geometry)::numeric, 2) AS distance_m
    FROM places_road w
    WHERE w.municipality_id + 0 = %(town)s::bigint AND ST_DWithin(w.line, %(point)s::geometry, 100)
    ORDER BY w.line <-> %(point)s::geometry
    LIMIT 1
)
SELECT r.id, r.municipality_id, r.code, r.category_id, r.group_id, r.reason, r.to_confirm, r.priority, r.asset_kind,
       r.road_classes, r.road_path, r.distance_m, r.inside_built_up, r.version, r.answers, r.season_from, r.season_to,
       r.weekdays, r.created_at, found.area_m2, found.area_name, road.name AS road_name, road.road_class,
       road.distance_m AS road_m, asset.name AS asset_name, asset.distance_m AS asset_m, asset.extent_m2,
       executor.*, organisation.*, owner.*, copied.*
FROM found
JOIN departments_jurisdiction r ON r.id = found.id
JOIN departments_department executor ON executor.id = r.executor_id
JOIN departments_organisation organisation ON organisation.id = executor.organisation_id
LEFT JOIN departments_department owner ON owner.id = r.owner_id
LEFT JOIN departments_department copied ON copied.id = r.copy_to_id
LEFT JOIN road ON r.road_classes <> '{}'
LEFT JOIN LATERAL (
    SELECT s.name, ST_Area(s.shape) AS extent_m2,
           round(ST_Distance(s.shape, %(point)s::geometry)::numeric, 2) AS distance_m
    FROM places_asset s
    WHERE s.municipality_id + 0 = %(town)s::bigint AND s.kind = r.asset_kind
      AND ST_DWithin(s.shape, %(point)s::geometry, 100)
    ORDER BY distance_m, extent_m2, s.id
    LIMIT 1
) asset ON r.asset_kind <> ''
WHERE EXISTS (
        SELECT FROM places_administrativearea a
        WHERE a.municipality_id + 0 = %(town)s::bigint AND a.kind = 'municipality'
          AND ST_Covers(a.area, %(point)s::geometry)
          AND a.valid_from <= %(day)s::date AND (a.valid_to IS NULL OR a.valid_to > %(day)s::date)
    )
  AND r.valid_from <= %(day)s::date AND (r.valid_to IS NULL OR r.valid_to > %(day)s::date)
  AND (r.season_from IS NULL OR CASE WHEN r.season_from <= r.season_to
        THEN to_char(%(day)s::date, 'MMDD')::int BETWEEN r.season_from AND r.season_to
        ELSE to_char(%(day)s::date, 'MMDD')::int NOT BETWEEN r.season_to + 1 AND r.season_from - 1 END)
  AND (r.weekdays = '{}' OR extract(isodow FROM %(day)s::date) = ANY (r.weekdays))
  AND (r.answers = '{}' OR NOT EXISTS (
        SELECT FROM jsonb_each(r.answers) wanted (key, allowed)
        WHERE ((%(answers)s::jsonb -> wanted.key) ?| ARRAY(SELECT jsonb_array_elements_text(allowed))) IS NOT TRUE))
  AND (r.inside_built_up IS NULL OR r.inside_built_up = EXISTS (
        SELECT FROM places_builtuparea b
        WHERE b.municipality_id + 0 = %(town)s::bigint AND ST_Covers(b.area, %(point)s::geometry)))
  AND (r.asset_kind = '' OR asset.distance_m <= r.distance_m)
  AND (r.road_classes = '{}' OR (road.distance_m <= r.distance_m AND road.road_class = ANY (r.road_classes)
        AND r.road_path IN ('', coalesce(nullif(road.path, ''), 'street'))))
ORDER BY r.priority DESC,
         CASE WHEN r.asset_kind <> '' THEN 0 WHEN r.road_classes <> '{}' THEN 1 WHEN area_m2 > 0 THEN 2 ELSE 3 END,
         CASE WHEN r.category_id IS NOT NULL THEN 0 WHEN r.group_id IS NOT NULL THEN 1 ELSE 2 END,
         (SELECT count(*) FROM jsonb_object_keys(r.answers)) DESC,
         (r.season_from IS NOT NULL)::int + (r.weekdays <> '{}')::int DESC, area_m2, extent_m2, r.created_at, r.id
LIMIT 20
"""
TYPES = {"town": "bigint", "category": "bigint", "group": "bigint", "day": "date", "point": "geometry",
         "answers": "jsonb"}  # fmt: skip


def prepare(cursor: Any, name: str, sql: str) -> None:
    """Prepare a statement under a name, so that EXPLAIN EXECUTE can be asked about it."""
    for number, parameter in enumerate(TYPES, start=1):
        sql = sql.replace(f"%({parameter})s", f"${number}")
    cursor.execute(f"PREPARE {name} ({', '.join(TYPES.values())}) AS {sql}")


def main() -> None:
    """Print the medians in milliseconds and the ratio ours/by hand with its quartiles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    start()
    import psycopg
    from django.db import connection

    from apps.departments.routing_sql import ROUTE
    from apps.geo.crs import GEO_SRID
    from apps.places.models import Municipality

    town = Municipality.objects.get()
    values = {"town": town.pk, "x": WEST, "y": SOUTH, "side": SIDE_M, "srid": GEO_SRID}
    with connection.cursor() as cursor:
        raw: psycopg.Connection[Any] = cursor.connection  # the site's own settings, the driver's own cursor
    times: dict[str, list[float]] = {"route": [], "hand": []}
    ratios = []
    with raw.transaction(force_rollback=True), psycopg.Cursor(raw) as cursor:
        for statement in GROUND.split(";\n"):
            if statement.strip():
                psycopg.ClientCursor(raw).execute(statement, values)
        prepare(cursor, "route", ROUTE)
        prepare(cursor, "hand", HAND)
        cursor.execute(
            "SELECT %s::text, r.category_id::text, c.group_id::text, current_date::text, r.point::text, '{}'"
            " FROM reports_report r JOIN departments_category c ON c.id = r.category_id ORDER BY r.public_id LIMIT %s",
            [str(town.pk), chosen.points],
        )
        asked = [[value.encode() for value in row] for row in cursor.fetchall()]

        def run(name: str, question: list[bytes]) -> Any:
            answer = raw.pgconn.exec_prepared(name.encode(), question)
            assert answer.status == psycopg.pq.ExecStatus.TUPLES_OK, answer.error_message
            return answer

        def rules(question: list[bytes]) -> tuple[list[int], list[int]]:
            by_hand = run("hand", question)
            candidates = json.loads(run("route", question).get_value(0, 0))["candidates"]
            return (
                [candidate["rule_id"] for candidate in candidates],
                [int(by_hand.get_value(row, 0)) for row in range(by_hand.ntuples)],
            )

        different = sum(ours != by_hand for ours, by_hand in map(rules, asked))
        for number in range(chosen.rounds):
            for place, question in enumerate(asked):
                took = {}
                for name in ("route", "hand") if (number + place) % 2 else ("hand", "route"):
                    began = time.perf_counter()
                    run(name, question)
                    took[name] = (time.perf_counter() - began) * 1000
                    times[name].append(took[name])
                ratios.append(took["route"] / took["hand"])
    low, middle, high = statistics.quantiles(ratios, n=4)
    best = {name: statistics.quantiles(values, n=10)[0] for name, values in times.items()}
    print(
        json.dumps(
            {
                "name": "route() in the server / by hand",
                "ratio": round(middle, 2),
                "quartiles": [round(low, 2), round(high, 2)],
                "ratio_of_best_tenth": round(best["route"] / best["hand"], 2),
                "ours_ms": round(statistics.median(times["route"]), 3),
                "by_hand_ms": round(statistics.median(times["hand"]), 3),
                "pairs": len(ratios),
                "different": different,
                "load": os.getloadavg()[1],
            }
        )
    )


if __name__ == "__main__":
    main()
