"""Pages for paper and for the file (PDF, WeasyPrint), which may fetch nothing: no network, no file, no data address.

They are tagged, with language and title, so that a screen reader can follow them (PDF/UA; BITV 2.0 § 3).
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from apps.statements.export.table import Row, headings

#: Rows of one part. A job sees how far it is after each; the layout of the whole would be one long step.
PART = 200


def write_table(rows: Iterable[Row], path: Path, *, title: str, subtitle: str) -> None:
    """Write the weighing table on A4 pages across, part by part, each with the heading of the columns.

    What belongs together stands in one column: WeasyPrint's time is that of its lines, and eight narrow columns had
    twice as many of them (docs/performance.md).
    """
    names = headings()
    first: Any = None
    pages: list[Any] = []
    for part in _parts(rows):
        context = {"title": title, "subtitle": subtitle, "headings": names, "rows": part, "first_page": len(pages) + 1}
        document = _laid_out("table", context)
        first = first or document
        pages += document.pages
    first.copy(pages).write_pdf(str(path), pdf_tags=True)


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield lists of ``PART`` rows; one empty list when there is none."""
    left = iter(rows)
    part = list(islice(left, PART))
    yield part
    while part := list(islice(left, PART)):
        yield part


def write_page(template: str, context: dict[str, Any], path: Path) -> None:
    """Render one of our templates below ``statements/export/`` as PDF."""
    _laid_out(template, context).write_pdf(str(path), pdf_tags=True)


def _laid_out(template: str, context: dict[str, Any]) -> Any:
    # Only the worker needs WeasyPrint; it brings libraries of its own into memory.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class FetchesNothing(URLFetcher):
        """Refuses whatever a page asks for: what people wrote can name no address (threat F4)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("nothing is fetched while printing")

    html = render_to_string(f"statements/export/{template}.html", context)
    return HTML(string=html, url_fetcher=FetchesNothing(allowed_protocols=())).render(pdf_tags=True)
