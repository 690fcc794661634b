"""Print the weighing of many statements as PDF and say what it costs: CPU seconds and peak memory of the one process.

    .venv/bin/python manage.py shell -c "from benchmarks.weighing_pdf import run; run(2000)"

Target (issue 5): 2,000 statements within 30 seconds. Nothing is read from a database: the rows are those of
``benchmarks/weighing.py``, two concerns a statement, so that the figure is the printing alone.
"""

import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from apps.statements.export.print import write_table
from apps.statements.export.table import Row
from benchmarks.weighing import WORDS


def rows(count: int) -> Iterator[Row]:
    """Yield two rows a statement, always the same ones."""
    dice = random.Random(1)

    def said(words: int) -> str:
        return " ".join(dice.choices(WORDS, k=words))

    for number in range(1, count + 1):
        for place in (1, 2):
            yield Row(
                heading="",
                number=f"{number}.{place}",
                sender=f"Stellungnahme {number}",
                received="24.11.2026",
                text=said(30),
                tags=", ".join(dice.sample(WORDS, 2)),
                proposal=said(25),
                decision="wird teilweise gefolgt",
                reasons=said(12),
            )


def run(count: int = 2000) -> None:
    """Print CPU seconds (children included), seconds by the clock, peak memory and size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weighing.pdf"
        began, cpu = time.perf_counter(), time.process_time()
        write_table(rows(count), path, title="Abwägung: Gartenweg", subtitle="Stand 24.11.2026")
        mine, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        cpu_s = time.process_time() - cpu + children.ru_utime + children.ru_stime
        print(
            f"{count} statements: {cpu_s:.1f} s CPU, {time.perf_counter() - began:.1f} s by the clock, "
            f"peak {max(mine.ru_maxrss, children.ru_maxrss) / 1024:.0f} MB, {path.stat().st_size / 1e6:.2f} MB on disk"
        )
