"""Which files there are, and how each is written.

The writers are imported by whoever writes: what they need for their formats would fill the memory of every process.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.statements.export.table import Row, Tick, rows_of
from apps.statements.export.xbeteiligung import write_json
from apps.statements.models import Export


@dataclass(frozen=True)
class Format:
    """A kind of file: its title, media type and writer."""

    title: str | Promise
    media_type: str
    write: Callable[[Export, Path, Tick], None]


def _sheet(export: Export, path: Path, tick: Tick) -> None:
    from apps.statements.export.sheets import write_sheet

    write_sheet(_rows(export, tick), path, title=export.consultation.title)


def _document(export: Export, path: Path, tick: Tick) -> None:
    from apps.statements.export.words import write_document

    write_document(_rows(export, tick), path, **_titles(export))


def _print(export: Export, path: Path, tick: Tick) -> None:
    from apps.statements.export.print import write_table

    write_table(_rows(export, tick), path, **_titles(export))


def _places(export: Export, path: Path, tick: Tick) -> None:
    from apps.statements.export.places import write_places

    write_places(export.consultation, path)


def _json(export: Export, path: Path, tick: Tick) -> None:
    write_json(export.consultation, path, with_names=export.with_names, tick=tick)


def _whole(export: Export, path: Path, tick: Tick) -> None:
    from apps.statements.export.whole_file import write_whole_file

    write_whole_file(export.consultation, path, with_names=export.with_names, tick=tick)


def _rows(export: Export, tick: Tick) -> Iterator[Row]:
    return rows_of(export.consultation, order=export.order, with_names=export.with_names, tick=tick)


def _titles(export: Export) -> dict[str, str]:
    day = f"{timezone.localdate():%d.%m.%Y}"
    words = (
        _("Stand %(day)s. Nur für den internen Gebrauch: enthält Namen.") if export.with_names else _("Stand %(day)s")
    )
    return {"title": _("Abwägung: %(plan)s") % {"plan": export.consultation.title}, "subtitle": words % {"day": day}}


def _letters(export: Export, path: Path, tick: Tick) -> None:
    from apps.statements.export.letters import write_mailing_letters, write_result_letters

    if export.mailing:
        write_mailing_letters(export.mailing, path)
    else:
        write_result_letters(export.consultation, path)


def writer_of(export: Export) -> Callable[[Export, Path, Tick], None]:
    """Return what writes the ordered file."""
    return FORMATS[export.ending].write if export.content == Export.Content.WEIGHING else _letters


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "xlsx": Format(gettext_lazy("Abwägungstabelle für Excel"), f"{_OFFICE}.spreadsheetml.sheet", _sheet),
    "docx": Format(gettext_lazy("Abwägungstabelle für Word"), f"{_OFFICE}.wordprocessingml.document", _document),
    "pdf": Format(gettext_lazy("Abwägungstabelle als PDF"), "application/pdf", _print),
    "gpkg": Format(gettext_lazy("Orte als GeoPackage"), "application/geopackage+sqlite3", _places),
    "json": Format(gettext_lazy("Daten mit Namen nach XBeteiligung (JSON)"), "application/json", _json),
    "zip": Format(gettext_lazy("Ganze Verfahrensakte (ZIP)"), "application/zip", _whole),
}
