"""Pages for paper and for the file (PDF, WeasyPrint), which may fetch nothing: no network, no file, no data address."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from apps.statements.export.table import Row, headings


def write_table(rows: Iterable[Row], path: Path, *, title: str, subtitle: str) -> None:
    """Write the weighing table on A4 pages across."""
    context = {"title": title, "subtitle": subtitle, "headings": headings(), "rows": list(rows)}
    write_page("table", context, path)


def write_page(template: str, context: dict[str, Any], path: Path) -> None:
    """Render one of our templates below ``statements/export/`` as PDF."""
    # Only the worker needs WeasyPrint; it brings libraries of its own into memory.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class FetchesNothing(URLFetcher):
        """Refuses whatever a page asks for: what people wrote can name no address (threat F4)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("nothing is fetched while printing")

    html = render_to_string(f"statements/export/{template}.html", context)
    HTML(string=html, url_fetcher=FetchesNothing(allowed_protocols=())).write_pdf(str(path))
