"""Fill a database of its own with a large town: run ``python -m benchmarks.generate --help``.

One million reports clustered like a town, 10,000 rules with drawn areas of 200 vertices, 100,000 pieces of road and
20,000 addresses, all made by PostgreSQL from a fixed seed. Needs about 3 GB and some minutes.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "geo_bench"
KEY = "14999999"
# A town of 60 × 60 km, so that a million reports stand about as densely as in a city.
SIDE_M, WEST, SOUTH = 60_000, 300_000, 5_650_000


def start() -> None:
    """Point Django at the benchmark database (made when missing) and start it."""
    os.environ["DB_NAME"] = DATABASE
    os.environ["DJANGO_SETTINGS_MODULE"] = "geo_platform.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    sys.path.insert(0, str(ROOT))
    if not os.environ.get("DATABASE_URL"):
        from geo_platform import embedded_postgis

        embedded_postgis.ensure_running(ROOT, DATABASE)
    import django

    django.setup()


TOWN = """
INSERT INTO places_municipality (key, name, hostname, centre, is_demo)
VALUES (%(key)s, 'Messstadt', '', ST_SetSRID(ST_MakePoint(%(x)s + 30000, %(y)s + 30000), %(srid)s), false);
INSERT INTO places_administrativearea (municipality_id, kind, key, name, contact, area, valid_from)
SELECT id, 'municipality', key, name, '',
       ST_Multi(ST_MakeEnvelope(%(x)s, %(y)s, %(x)s + 60000, %(y)s + 60000, %(srid)s)), '2000-01-01'
FROM places_municipality;
INSERT INTO departments_organisation (municipality_id, code, name, kind, is_external)
SELECT id, 'town', 'Stadt', 'town', false FROM places_municipality;
INSERT INTO departments_categorygroup (municipality_id, code, name, icon, "order")
SELECT id, 'street', 'Straße', 'road', 1 FROM places_municipality;
"""
ROADS = """
INSERT INTO places_road (municipality_id, key, road_class, number, name, path, width_m, line)
SELECT m.id, 'r' || i, (ARRAY['S','K','G','G','G','G','G','G'])[1 + i %% 8], '', 'Weg ' || i, '', 6,
       ST_MakeLine(p, ST_Translate(p, 120 * cos(i), 120 * sin(i)))
FROM places_municipality m, bench_point WHERE purpose = 'road' AND i <= %(roads)s;
INSERT INTO places_address (municipality_id, street, house_number, postcode, district, point, search)
SELECT m.id, 'Weg ' || i / 20, (i %% 20)::text, '04999', '', p, 'weg ' || i / 20 || ' ' || i %% 20
FROM places_municipality m, bench_point WHERE purpose = 'address';
"""
AREAS = """
INSERT INTO departments_jurisdiction (municipality_id, code, category_id, executor_id, reason, valid_from, own_area,
    asset_kind, road_classes, road_path, priority, to_confirm, answers, weekdays, version)
SELECT m.id, 'a' || i, c.ids[1 + i %% array_length(c.ids, 1)], d.ids[1 + i %% array_length(d.ids, 1)], 'Gebiet ' || i,
       '2000-01-01', ST_Multi(ST_Buffer(p, 200 + i %% 600, 50)), '', '{}', '', 0, false, '{}', '{}', 1
FROM places_municipality m, bench_point,
     (SELECT array_agg(id ORDER BY id) AS ids FROM departments_category) c,
     (SELECT array_agg(id ORDER BY id) AS ids FROM departments_department) d
WHERE purpose = 'area';
"""
#: What people write: a few words that everybody uses, and something of their own.
WORDS = """
(ARRAY['Die Straßenlampe', 'Ein Schlagloch', 'Der Gehweg', 'Wilder Müll', 'Ein Ast', 'Das Verkehrszeichen',
       'Der Papierkorb', 'Die Bank', 'Ein Auto', 'Das Spielgerät', 'Der Gully'])[1 + i %% 11] || ' ' ||
(ARRAY['vor dem Haus', 'an der Ecke', 'neben der Schule', 'am Spielplatz', 'auf dem Weg zum Bahnhof',
       'an der Bushaltestelle', 'hinter dem Markt'])[1 + i / 11 %% 7] || ' ' ||
(ARRAY['ist kaputt', 'ist gefährlich', 'stört seit Tagen', 'ist dunkel', 'muss weg', 'ist verstopft',
       'ist beschädigt', 'fehlt', 'liegt im Weg', 'ist locker', 'wackelt', 'stinkt', 'ist schmutzig'])[1 + i / 77 %% 13]
|| ', ' || left(md5(i::text), 6)
"""
REPORTS = f"""
INSERT INTO reports_report (municipality_id, public_id, category_id, point, address, district, description, channel,
    status, publication, executor_id, owner_id, routing_reason, public_text, public_answer, still_broken_count,
    about_ref, answers, closed_at, status_token_hash, version, idempotency_key, payload_hash, created_at, changed_at,
    public_changed_at)
SELECT m.id, substr(md5('p' || i), 1, 12), c.ids[1 + i %% array_length(c.ids, 1)], p,
       'Weg ' || i %% 20000,
       'Ort ' || i %% 12, {WORDS}, 'web', 'in_progress',
       CASE WHEN i %% 10 = 0 THEN 'pending' ELSE 'released' END,
       d.id, d.id, 'Gebiet', {WORDS}, '', 0, '', '{{}}', NULL, encode(sha256(i::text::bytea), 'hex'), 1,
       md5(i::text)::uuid, '', now() - i * interval '20 seconds', now(), now() - i * interval '20 seconds'
FROM places_municipality m, bench_point,
     (SELECT array_agg(id ORDER BY id) AS ids FROM departments_category) c,
     (SELECT min(id) AS id FROM departments_department) d
WHERE purpose = 'report' AND i BETWEEN %(start)s AND %(end)s;
"""


def scatter(cursor: Any, purpose: str, count: int, spread_m: float) -> None:
    """Put ``count`` numbered points around 40 centres into the temporary table, the same ones in every run."""
    random = numpy.random.default_rng(hash_of(purpose))
    centres = numpy.random.default_rng(40).uniform(3000, SIDE_M - 3000, (40, 2))
    spots = centres[random.integers(0, 40, count)] + random.normal(0, spread_m, (count, 2))
    spots = spots.clip(3000, SIDE_M - 3000) + numpy.array([WEST, SOUTH])
    with cursor.copy("COPY bench_point_raw (purpose, i, x, y) FROM STDIN") as copy:
        for number, (x, y) in enumerate(spots.tolist(), start=1):
            copy.write_row((purpose, number, x, y))


def hash_of(word: str) -> int:
    return int.from_bytes(word.encode()[:4], "big")


def fill(reports: int, areas: int, roads: int) -> None:
    """Write everything; triggers of the reports table are off meanwhile, its versions start at zero."""
    from django.core.management import call_command
    from django.db import connection

    from apps.departments.models import Category, CategoryGroup, Department, Organisation
    from apps.geo.crs import GEO_SRID
    from apps.places.models import Municipality

    call_command("migrate", verbosity=0)
    if Municipality.objects.exists():
        sys.exit(f"The database {DATABASE} is filled already; drop it first: dropdb {DATABASE}")
    values = {"key": KEY, "x": WEST, "y": SOUTH, "srid": GEO_SRID, "roads": roads, "areas": areas}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_point_raw (purpose text, i int, x float8, y float8)")
        for purpose, count, spread_m in [
            ("road", roads, 2500), ("address", 20_000, 2500), ("area", areas, 4000), ("report", reports, 1500),
        ]:  # fmt: skip
            scatter(cursor, purpose, count, spread_m)
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_point AS"
            " SELECT purpose, i, ST_SetSRID(ST_MakePoint(x, y), %s) AS p FROM bench_point_raw", [GEO_SRID]
        )  # fmt: skip
        cursor.execute("CREATE INDEX ON bench_point (purpose, i)")
        step(cursor, "town", TOWN, values)
        town, group = Municipality.objects.get(), CategoryGroup.objects.get()
        organisation = Organisation.objects.get()
        for n in range(20):
            Department.objects.create(
                municipality=town, organisation=organisation, code=f"d{n}", name=f"Amt {n}", is_triage=n == 0,
                email=f"amt{n}@messstadt.invalid",
            )  # fmt: skip
            Category.objects.create(
                municipality=town, code=f"c{n}", name=f"Sache {n}", group=group, icon="dots", keywords=[]
            )
        step(cursor, f"{roads} roads", ROADS, values)
        step(cursor, f"{areas} areas", AREAS, values)
        cursor.execute("ALTER TABLE reports_report DISABLE TRIGGER USER")
        for start in range(1, reports + 1, 100_000):
            end = min(start + 99_999, reports)
            step(cursor, f"reports to {end}", REPORTS, {"start": start, "end": end})
        cursor.execute("ALTER TABLE reports_report ENABLE TRIGGER USER")
        step(cursor, "analyse", "VACUUM ANALYZE", None)


def step(cursor: Any, what: str, sql: str, values: dict[str, object] | None) -> None:
    """Run one statement and say how long it took."""
    began = time.perf_counter()
    cursor.execute(sql, values)
    print(f"{what}: {time.perf_counter() - began:.1f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--areas", type=int, default=10_000)
    parser.add_argument("--roads", type=int, default=100_000)
    start()
    fill(**vars(parser.parse_args()))
