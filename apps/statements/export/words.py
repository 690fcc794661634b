"""The weighing table as a text document (DOCX), to go on writing in.

The rows are written as XML below python-docx's table: its own ``add_row`` reads the whole table again for each row,
which takes minutes for two thousand of them.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from apps.statements.export.table import Row, headings

#: Widths of the columns in twentieths of a point; together an A4 page across.
WIDTHS = (700, 1500, 1200, 4200, 1300, 3200, 1200, 2000)
# What XML 1.0 cannot hold (section 2.2).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_document(rows: Iterable[Row], path: Path, *, title: str, subtitle: str) -> None:
    """Write the table on A4 pages across; its heading is repeated on each."""
    document: Any = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    document.core_properties.title = title[:255]
    document.core_properties.author = ""
    document.add_heading(_clean(title), level=1)
    document.add_paragraph(_clean(subtitle))
    table = document.add_table(rows=0, cols=len(WIDTHS))
    table.style = "Table Grid"
    table.autofit = False
    inside = table._tbl
    inside.append(_row(headings(), is_head=True))
    heading = ""
    for row in rows:
        if row.heading != heading:
            heading = row.heading
            inside.append(_row((heading,), span=len(WIDTHS), is_bold=True))
        inside.append(_row(row.cells()))
    document.save(str(path))


def _row(texts: tuple[str, ...], *, is_head: bool = False, is_bold: bool = False, span: int = 1) -> Any:
    row = OxmlElement("w:tr")
    if is_head:
        marks = OxmlElement("w:trPr")
        marks.append(OxmlElement("w:tblHeader"))
        row.append(marks)
    for text, width in zip(texts, WIDTHS, strict=False):
        cell, facts, size = OxmlElement("w:tc"), OxmlElement("w:tcPr"), OxmlElement("w:tcW")
        size.set(qn("w:w"), str(sum(WIDTHS) if span > 1 else width))
        size.set(qn("w:type"), "dxa")
        facts.append(size)
        if span > 1:
            merged = OxmlElement("w:gridSpan")
            merged.set(qn("w:val"), str(span))
            facts.append(merged)
        cell.append(facts)
        for line in _clean(text).split("\n"):
            cell.append(_paragraph(line, is_bold=is_head or is_bold))
        row.append(cell)
    return row


def _paragraph(line: str, *, is_bold: bool) -> Any:
    paragraph, run, text = OxmlElement("w:p"), OxmlElement("w:r"), OxmlElement("w:t")
    look, size = OxmlElement("w:rPr"), OxmlElement("w:sz")
    if is_bold:
        look.append(OxmlElement("w:b"))
    size.set(qn("w:val"), "16")
    look.append(size)
    run.append(look)
    text.text = line
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(text)
    paragraph.append(run)
    return paragraph


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)
