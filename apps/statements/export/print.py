"""Pages for paper and for the file (PDF, WeasyPrint), tagged, with language and title (PDF/UA; BITV 2.0 § 3).

WeasyPrint's time and memory are those of its lines, so a long table is laid out in parts: each by a process of its own
(``press.py``), as many at once as there are processors. The parts become one file again with their tags (``binding``).
"""

import math
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from django.template.loader import render_to_string

from apps.statements.export import binding
from apps.statements.export.table import Row, headings

#: Rows of one part: half a second to start its process, five for its pages.
PART = 400
#: More would be done sooner and need more memory than the rest of the site.
MOST_PROCESSES = 2
#: Seconds for one part on a machine that has other things to do.
PATIENCE_S = 600
_PRESS = Path(__file__).parent / "press.py"


def write_table(rows: Iterable[Row], path: Path, *, title: str, subtitle: str) -> None:
    """Write the weighing table on A4 pages across, each with the heading of the columns and its number."""
    common = {"title": title, "subtitle": subtitle, "headings": headings()}
    pages = (
        _html("table", {**common, "rows": part, "is_first": number == 0}) for number, part in enumerate(_parts(rows))
    )
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, binding.Book() as book:
        for part in _printed(pages, Path(folder)):
            book.append(part)
        total, each = book.pages, math.ceil(book.pages / MOST_PROCESSES)
        numbers = (
            _html("numbers", {"pages": range(first, min(first + each, total)), "total": total})
            for first in range(0, total, each)
        )
        for sheet in _printed(numbers, Path(folder) / "numbers"):
            book.number(sheet)
        book.write(path)


def write_page(template: str, context: dict[str, object], path: Path) -> None:
    """Render one of our templates below ``statements/export/`` as PDF."""
    _press(_html(template, context), path, "tagged")


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield lists of ``PART`` rows; one empty list when there is none."""
    left = iter(rows)
    part = list(islice(left, PART))
    yield part
    while part := list(islice(left, PART)):
        yield part


def _printed(pages: Iterable[str], folder: Path) -> Iterator[Path]:
    """Yield the printed parts in order. No more are read ahead than are being printed."""
    folder.mkdir(exist_ok=True)
    most = min(MOST_PROCESSES, os.cpu_count() or 1)
    running: deque[Future[Path]] = deque()
    with ThreadPoolExecutor(most) as pool:
        for number, html in enumerate(pages):
            running.append(pool.submit(_press, html, folder / f"{number}.pdf", "tagged"))
            if len(running) > most:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _press(html: str, path: Path, *how: str) -> Path:
    source = path.with_suffix(".html")
    source.write_text(html, encoding="utf-8")
    # Only the press needs WeasyPrint; it brings libraries of its own into memory.
    command = [sys.executable, "-I", "-B", str(_PRESS), str(source), str(path), *how]
    subprocess.run(command, check=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL)  # noqa: S603  (our own script)
    source.unlink()
    return path


def _html(template: str, context: dict[str, object]) -> str:
    return render_to_string(f"statements/export/{template}.html", context)
