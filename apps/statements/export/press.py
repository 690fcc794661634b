"""Lays out one page of HTML as PDF, in a process of its own: ``python -I press.py FROM.html TO.pdf [tagged]``.

Started by ``print.py``, never imported by the site. Whatever people wrote stands in the HTML, so nothing that it names
is fetched (threat F4). The process ends with its page, and what it needed of memory goes with it.
"""

import gc
import sys
from typing import Any

from weasyprint import HTML
from weasyprint.urls import URLFetcher


class FetchesNothing(URLFetcher):
    """Refuses whatever a page asks for: no network, no file, no data address."""

    def fetch(self, url: str, headers: object = None) -> Any:
        """Raise ``ValueError``."""
        raise ValueError("nothing is fetched while printing")


def main(source: str, target: str, *how: str) -> None:
    """Write ``target``; with "tagged" a screen reader can follow it (PDF/UA; BITV 2.0 § 3)."""
    gc.disable()  # a tenth of the time, for memory that is needed to the end anyway
    tagged = "tagged" in how
    fetcher = FetchesNothing(allowed_protocols=())
    HTML(filename=source, url_fetcher=fetcher, encoding="utf-8").write_pdf(target, pdf_tags=tagged)


if __name__ == "__main__":
    main(*sys.argv[1:])
