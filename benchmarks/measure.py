"""Measure the platform against the same work in raw SQL, in interleaved rounds: ``python -m benchmarks.measure``.

Every round runs both sides one after the other on the same rows with the same durability; the figure is the median of
the rounds' ratios with its quartiles, because such machines are noisy. A ratio of 0.8 means: raw SQL needs 80 % of our
time. Nothing here is asserted; docs/performance.md says what came out and what limits it.
"""

import argparse
import io
import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from benchmarks.generate import KEY, start
from benchmarks.raw_post import RawPost

ROUNDS = 15


def compare(
    name: str, ours: Callable[[], Any], theirs: Callable[[], Any], *, rounds: int = ROUNDS, warm_up: bool = True
) -> dict[str, Any]:
    """Return median and quartiles of theirs/ours over interleaved rounds, after one warm-up of each."""
    if warm_up:
        ours(), theirs()
    pairs = []
    for number in range(rounds):
        sides = {"ours": ours, "theirs": theirs}
        order = list(sides) if number % 2 else list(sides)[::-1]
        times = {side: clock(sides[side]) for side in order}
        pairs.append((times["theirs"] / times["ours"], times["ours"], times["theirs"]))
    ratios = [ratio for ratio, _, _ in pairs]
    low, middle, high = statistics.quantiles(ratios if rounds > 1 else ratios * 2, n=4)
    result = {
        "name": name,
        "ratio": round(middle, 3),
        "quartiles": [round(low, 3), round(high, 3)],
        "ours_ms": round(statistics.median(p[1] for p in pairs) * 1000, 2),
        "theirs_ms": round(statistics.median(p[2] for p in pairs) * 1000, 2),
        "rounds": rounds,
    }
    print(json.dumps(result), flush=True)
    return result


def clock(work: Callable[[], Any]) -> float:
    """Return the seconds that one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


ITEMS = """
SELECT '{"type":"FeatureCollection","numberMatched":' || (
    SELECT count(*) FROM reports_report r
    WHERE r.publication = 'released' AND r.municipality_id = %(town)s
      AND ST_Intersects(r.point, ST_Transform(ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326), 25833))
) || ',"features":[' || string_agg(
    '{"type":"Feature","id":"' || r.public_id || '","geometry":' || ST_AsGeoJSON(ST_Transform(r.point, 4326), 9)
    || ',"properties":' || row_to_json(p)::text || '}', ',') || ']}'
FROM (
    SELECT r.*, c.code AS category_code, c.name AS category_name, d.name AS department
    FROM reports_report r JOIN departments_category c ON c.id = r.category_id
    JOIN departments_department d ON d.id = r.executor_id
    WHERE r.publication = 'released' AND r.municipality_id = %(town)s
      AND ST_Intersects(r.point, ST_Transform(ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326), 25833))
    ORDER BY r.public_id LIMIT 1000
) r, LATERAL (SELECT r.category_code AS category, r.category_name AS title, r.status, r.public_text AS description,
    r.address, r.district, r.created_at AS received, r.closed_at AS closed, r.department, r.public_answer) p
"""
TILE = """
WITH e AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box)
SELECT ST_AsMVT(m, 'reports', 4096, 'geometry', 'number') FROM (
    SELECT ST_AsMVTGeom(ST_Transform(r.point, 3857), e.box, 4096, 256, true) AS geometry,
           ('x' || substr(md5(r.public_id), 1, 13))::bit(52)::bigint AS number, r.public_id AS fid,
           c.code AS category, c.name AS title, r.status, r.public_text AS description, r.address, r.district,
           r.created_at AS received, r.closed_at AS closed, d.name AS department, r.public_answer
    FROM e, reports_report r JOIN departments_category c ON c.id = r.category_id
    JOIN departments_department d ON d.id = r.executor_id
    WHERE r.publication = 'released' AND r.municipality_id = %(town)s
      AND r.point && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.0625), 25833)
) m
"""


class Bench:
    """One connection of our own for raw SQL beside the site called in this process."""

    def __init__(self) -> None:
        import psycopg
        from django.conf import settings
        from django.core.wsgi import get_wsgi_application
        from django.db import connection

        settings.ALLOWED_HOSTS = ["*"]
        from apps.places.models import Municipality

        self.town = Municipality.objects.get(key=KEY)
        settings.DEFAULT_MUNICIPALITY = KEY
        self.site = get_wsgi_application()
        database = connection.get_connection_params()
        # The same server settings on both sides: what is prepared is planned once.
        names = ("dbname", "user", "host", "port", "password", "options")
        self.raw = psycopg.connect(**{k: database[k] for k in names if database.get(k)}, autocommit=True)
        with self.raw.cursor() as cursor:
            # A place in the thick of it, with about a thousand released reports around it.
            cursor.execute("SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(point, 4326) AS p FROM reports_report"
                           " WHERE id = (SELECT min(id) + 777 FROM reports_report)) q")  # fmt: skip
            self.lon, self.lat = cursor.fetchone()

    def run(self, sql: str, values: dict[str, Any]) -> Any:
        """Execute one raw statement, prepared on the server as a hand-written service would."""
        with self.raw.cursor() as cursor:
            cursor.execute(sql, values, prepare=True)
            return cursor.fetchone() if cursor.description else None

    def call(self, address: str, *, body: bytes | None = None, expected: int = 200, **headers: str) -> bytes:
        """Ask the site as a WSGI server does, through its whole middleware and with its end-of-request work."""
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1"}
        if body is not None:
            environ |= {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
                        "wsgi.input": io.BytesIO(body)}  # fmt: skip
        setup_testing_defaults(environ)
        status: list[str] = []
        response = self.site(environ | headers, lambda line, _headers, *_: status.append(line))
        answer = b"".join(response)
        response.close()
        assert status[0].startswith(str(expected)), (address, status, answer[:500])
        return answer

    def items(self) -> dict[str, Any]:
        half = 0.006
        box = {"w": self.lon - half, "s": self.lat - half, "e": self.lon + half, "n": self.lat + half}
        address = "/ogc/collections/reports/items?limit=1000&bbox=" + ",".join(f"{v:.6f}" for v in box.values())
        return compare(
            "GeoJSON items, bbox, up to 1000",
            lambda: self.call(address),
            lambda: self.run(ITEMS, {**box, "town": self.town.pk}),
        )

    def tile(self) -> dict[str, Any]:
        import math

        z = 14
        x = int((self.lon + 180) / 360 * 2**z)
        y = int((1 - math.asinh(math.tan(math.radians(self.lat))) / math.pi) / 2 * 2**z)
        address = f"/tiles/reports/{z}/{x}/{y}.mvt"
        return compare(
            "Vector tile z14",
            lambda: self.call(address),
            lambda: self.run(TILE, {"z": z, "x": x, "y": y, "town": self.town.pk}),
        )

    def routing(self) -> list[dict[str, Any]]:
        """The call against its own statement, and the statement among all areas against among a hundredth of them."""
        from django.contrib.gis.geos import Point
        from django.utils import timezone

        from apps.departments.models import Category
        from apps.departments.routing import route
        from apps.departments.routing_sql import ROUTE

        category = Category.objects.order_by("pk").first()
        points = [Point(x, y, srid=25833) for x, y in self._points(200)]
        now = timezone.now()
        values = [
            {"town": self.town.pk, "category": category.pk, "group": category.group_id, "day": now.date(),
             "point": p.hexewkb.decode(), "answers": "{}"}
            for p in points
        ]  # fmt: skip

        def raw() -> None:
            for value in values:
                self.run(ROUTE, value)

        call = compare("route(): the call", lambda: [route(category, p, at=now) for p in points], raw)
        many = self._server_ms(ROUTE, values)
        with self.raw.transaction(force_rollback=True):
            self.run("DELETE FROM departments_jurisdiction WHERE mod(id, 100) <> 0", {})
            self.run("ANALYZE departments_jurisdiction", {})
            few = self._server_ms(ROUTE, values)
        scale = {"name": "routing, server time: all areas / a hundredth of them", "ratio": round(many / few, 2),
                 "ours_ms": round(many, 3), "theirs_ms": round(few, 3), "rounds": len(values)}  # fmt: skip
        print(json.dumps(scale), flush=True)
        return [call, scale]

    def _points(self, count: int) -> list[tuple[float, float]]:
        with self.raw.cursor() as cursor:
            cursor.execute("SELECT ST_X(point), ST_Y(point) FROM reports_report ORDER BY public_id LIMIT %s", [count])
            return cursor.fetchall()

    def _server_ms(self, sql: str, values: list[dict[str, Any]]) -> float:
        times = []
        with self.raw.cursor() as cursor:
            for value in values:
                cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql, value)
                times.append(cursor.fetchone()[0][0]["Execution Time"])
        return statistics.median(times)

    def post(self) -> dict[str, Any]:
        """POST with routing through the API against the same work by hand (``raw_post.py``), each committed."""
        from apps.accounts.services import create_api_key
        from apps.contributions import api_limits
        from apps.departments.models import Category
        from apps.departments.routing_sql import ROUTE_AND_NEAREST
        from apps.departments.surroundings import AROUND

        # Both sides count; neither is to be stopped by what it counts.
        api_limits.PER_KEY = tuple((10**9, seconds) for _limit, seconds in api_limits.PER_KEY)
        category = Category.objects.order_by("pk").first()
        _key, secret = create_api_key(name=f"bench {uuid.uuid4()}", municipality=self.town)
        by_hand = RawPost(self.raw, ROUTE_AND_NEAREST, AROUND)
        ahead = iter(self._places(4000))

        def requests() -> Iterator[tuple[bytes, str]]:
            for lon, lat in itertools.islice(ahead, 20):
                body = {"category": category.code, "description": f"Meldung {uuid.uuid4()}",
                        "point": {"type": "Point", "coordinates": [lon, lat]}}  # fmt: skip
                yield json.dumps(body).encode(), str(uuid.uuid4())

        def ours() -> None:
            for body, key in requests():
                self.call("/api/v1/reports/", body=body, expected=201, HTTP_AUTHORIZATION=f"Api-Key {secret}",
                          HTTP_IDEMPOTENCY_KEY=key)  # fmt: skip

        def theirs() -> None:
            for body, key in requests():
                by_hand(secret, body, key)

        return compare("POST with routing (20 each)", ours, theirs)

    def _places(self, count: int) -> list[tuple[float, float]]:
        with self.raw.cursor() as cursor:
            cursor.execute("SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(point, 4326) AS p FROM reports_report"
                           " ORDER BY public_id LIMIT %s) q", [count])  # fmt: skip
            return cursor.fetchall()

    def geopackage(self, rounds: int) -> dict[str, Any] | None:
        """The download's writer as a process of its own against ogr2ogr with the same columns; peak memory of ours."""
        from django.db import connection

        if not (program := shutil.which("ogr2ogr")):
            return None
        host, name = connection.settings_dict["HOST"], connection.settings_dict["NAME"]
        sql = (
            "SELECT r.public_id AS id, c.code AS category, c.name AS title, r.status, r.public_text AS description,"
            " r.address, r.district, r.created_at AS received, r.closed_at AS closed, d.name AS department,"
            " r.public_answer, r.public_changed_at AS changed, r.point AS geom FROM reports_report r"
            " JOIN departments_category c ON c.id = r.category_id JOIN departments_department d ON d.id = r.executor_id"
            f" WHERE r.publication = 'released' AND r.municipality_id = {int(self.town.pk)}"
        )
        with tempfile.TemporaryDirectory() as folder:
            theirs_path, ours_path = Path(folder) / "theirs.gpkg", Path(folder) / "ours.gpkg"
            source = f"PG:host={host} dbname={name} user=geo"

            def theirs() -> None:
                theirs_path.unlink(missing_ok=True)
                command = [program, "-q", "-f", "GPKG", "-nln", "reports", "-sql", sql, str(theirs_path), source]
                subprocess.run(command, check=True)

            memory: list[int] = []

            def ours() -> None:
                ours_path.unlink(missing_ok=True)
                command = [sys.executable, "-m", "benchmarks.export", str(ours_path)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                memory.append(int(done.stdout.strip().splitlines()[-1]))

            result = compare("GeoPackage of all released reports (ogr2ogr / ours)", ours, theirs, rounds=rounds)
            result["of_ogr2ogr"], result["peak_mb"] = round(1 / result["ratio"], 3), max(memory) // 1024
        print(json.dumps(result), flush=True)
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gpkg-rounds", type=int, default=10)
    parser.add_argument("only", nargs="*", default=["items", "tile", "routing", "post", "geopackage"])
    chosen = parser.parse_args()
    start()
    bench = Bench()
    for name in chosen.only:
        getattr(bench, name)(*([chosen.gpkg_rounds] if name == "geopackage" else []))


if __name__ == "__main__":
    main()
