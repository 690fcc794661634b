"""The weighing table as a spreadsheet (XLSX, openpyxl, written row by row)."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from apps.statements.export.table import Row, headings

#: What Excel can hold in a cell (ECMA-376: 32,767); the rest is in the file of the procedure.
CELL = 32_000
WIDTHS = (8, 26, 16, 70, 20, 60, 18, 50)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def write_sheet(rows: Any, path: Path, *, title: str, names: tuple[str, ...] | None = None) -> None:
    """Write rows (``Row``, or tuples with their ``names``) below a heading that stays when scrolling."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title="".join(c for c in title if c not in r"[]:*?/\\")[:31] or "Abwägung")
    columns = names or headings()
    for number, width in enumerate(WIDTHS[: len(columns)] if not names else [30] * len(columns), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name, bold=True) for name in columns])
    heading = ""
    for row in rows:
        if isinstance(row, Row):
            if row.heading != heading:
                heading = row.heading
                sheet.append([_cell(sheet, heading, bold=True)])
            row = row.cells()
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _cell(sheet: Any, value: str | int | None, *, bold: bool = False) -> Any:
    """Return a cell that is text whatever it begins with: nobody's statement becomes a formula (threat W19). Numbers
    stay numbers, nothing is an empty cell."""
    cell = WriteOnlyCell(sheet, value=value[:CELL] if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    cell.alignment = _WRAPPED
    if bold:
        cell.font = Font(bold=True)
    return cell
