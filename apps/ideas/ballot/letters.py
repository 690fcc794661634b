"""Codes on paper: a table for the town's own mail merge, or letters that are ready to print."""

import io
from collections.abc import Sequence

from django.template.loader import render_to_string

from apps.ideas.ballot.models import Ballot


def codes_as_xlsx(ballot: Ballot, codes: Sequence[str], link: str) -> bytes:
    """Return a workbook with one code a row, and the address where it is used."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Codes"
    sheet.append(["Code", "Adresse", "Abstimmung"])
    for code in codes:
        sheet.append([code, link, ballot.call.title])
    for column, width in (("A", 18), ("B", 60), ("C", 40)):
        sheet.column_dimensions[column].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def codes_as_pdf(ballot: Ballot, codes: Sequence[str], link: str) -> bytes:
    """Return a PDF with one letter a page. Nothing is fetched while it is made."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    text = render_to_string(
        "ideas/ballot/letters.html", {"ballot": ballot, "town": ballot.municipality, "codes": codes, "link": link}
    )
    made = HTML(string=text, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf()
    assert made is not None
    return bytes(made)
