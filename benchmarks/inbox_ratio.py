"""Compare the inbox of two checkouts: ``python -m benchmarks.inbox_ratio --before DIRECTORY --before-db geo_before``.

Both answer the questions of ``benchmarks.inbox`` in turn, page by page, in one run on one cluster; each from a database
of its own with the same rows (a copy of the other, migrated). A ratio is ours divided by theirs: below 1 is faster.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent


def answer(root: str, database: str, socket: str) -> None:
    """Be one of the two sides: for each path on standard input say how many seconds and statements its page took."""
    os.chdir(root)
    sys.path.insert(0, root)
    os.environ |= {"DB_NAME": database, "DJANGO_SETTINGS_MODULE": "geo_platform.settings", "LOG_LEVEL": "ERROR"}
    from geo_platform import embedded_postgis

    theirs = embedded_postgis.database_settings
    embedded_postgis.database_settings = lambda base_dir: {**theirs(base_dir), "HOST": socket}
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    asked = _questions_module()
    settings.ALLOWED_HOSTS, settings.DEFAULT_MUNICIPALITY = ["*"], asked.KEY
    client = Client()
    client.force_login(asked.prepare())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(point, 4326) AS p FROM reports_report LIMIT 1) q"
        )
        paths = asked.questions(*cursor.fetchone())
    print(json.dumps(paths), flush=True)
    for line in sys.stdin:
        with CaptureQueriesContext(connection) as captured:
            began = time.perf_counter()
            response = client.get(line.strip())
            seconds = time.perf_counter() - began
        assert response.status_code == 200, line
        print(json.dumps([seconds, len(captured)]), flush=True)


def _questions_module() -> Any:
    """Load the questions of this checkout, whichever checkout answers."""
    spec = importlib.util.spec_from_file_location("questions", HERE / "benchmarks" / "inbox.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Side:
    """A process that answers, and what it took for each page: milliseconds, and statements."""

    def __init__(self, root: str, database: str, socket: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--answer", root, database, socket],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.paths: dict[str, str] = json.loads(self._line())
        self.times: dict[str, list[float]] = {name: [] for name in self.paths}
        self.statements: dict[str, int] = {}

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def ask(self, name: str, *, counts: bool) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(self.paths[name] + "\n")
        self.process.stdin.flush()
        seconds, self.statements[name] = json.loads(self._line())
        if counts:
            self.times[name].append(seconds * 1000)

    def figures(self, names: list[str]) -> tuple[float, float]:
        """Return median and 95th percentile over these pages, in milliseconds."""
        found = [one for name in names for one in self.times[name]]
        return statistics.median(found), statistics.quantiles(found, n=20)[-1]


def main(before: str, before_db: str, now_db: str, rounds: int, socket: str) -> None:
    """Print a line for each page and one for all: both sides, and the ratio."""
    sides = [Side(before, before_db, socket), Side(str(HERE), now_db, socket)]
    names = list(sides[1].paths)
    for number in range(rounds + 1):  # the first round warms up
        for place, name in enumerate(names):
            for side in sides if (number + place) % 2 else reversed(sides):
                side.ask(name, counts=number > 0)
    for title, group in [*((name, [name]) for name in names), ("all", names)]:
        (old, old95), (new, new95) = (side.figures(group) for side in sides)
        line = {"name": title, "before_ms": [round(old), round(old95)], "now_ms": [round(new), round(new95)]}
        line |= {"ratio": round(new / old, 2), "ratio_p95": round(new95 / old95, 2)}
        if len(group) == 1:
            line["statements"] = [side.statements[title] for side in sides]
        print(json.dumps(line), flush=True)
    for side in sides:
        side.process.kill()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--answer"]:
        answer(*sys.argv[2:])
        sys.exit()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", required=True, help="directory of the other checkout")
    parser.add_argument("--before-db", default="geo_before")
    parser.add_argument("--now-db", default="geo_bench")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--socket", default=str(HERE / "var" / "pg-socket"))
    main(**vars(parser.parse_args()))
