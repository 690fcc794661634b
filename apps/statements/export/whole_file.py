"""The file of a procedure as a ZIP: papers in every version, statements with what was enclosed, weighing, checksums."""

import hashlib
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage

from apps.consultations.models import Consultation
from apps.statements.export.places import write_places
from apps.statements.export.sheets import write_sheet
from apps.statements.export.table import Tick, rows_of
from apps.statements.export.xbeteiligung import write_json
from apps.statements.models import Attachment


def write_whole_file(consultation: Consultation, path: Path, *, with_names: bool, tick: Tick) -> None:
    """Write the ZIP. Without ``with_names`` enclosures are in it only as redacted copies.

    ``PRUEFSUMMEN.sha256`` can be checked with ``sha256sum -c``. A stored file that is missing is named there, so that
    a gap in the file is seen.
    """
    sums: list[str] = []
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as parts,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        folder = Path(parts)
        write_json(consultation, folder / "stellungnahmen.json", with_names=with_names, tick=tick)
        rows = rows_of(consultation, order="statement", with_names=with_names, tick=tick)
        write_sheet(rows, folder / "abwaegung.xlsx", title=consultation.title)
        write_places(consultation, folder / "orte.gpkg")
        for made in sorted(folder.iterdir()):
            with made.open("rb") as source:
                _add(archive, sums, made.name, source)
        for paper in consultation.documents.order_by("position", "version", "pk"):
            name = f"unterlagen/{paper.position:02d}-{paper.kind}-{paper.public_id}-fassung-{paper.version}.pdf"
            _add_stored(archive, sums, name, str(paper.file.name))
        for found in _enclosures(consultation):
            ending = "pdf" if found.kind == Attachment.Kind.PDF else "webp"
            name = f"anlagen/{found.statement.number:04d}-{found.position + 1}"
            if with_names:
                _add_stored(archive, sums, f"{name}.{ending}", str(found.file.name))
            if found.redacted:
                _add_stored(archive, sums, f"{name}-geschwaerzt.{ending}", str(found.redacted.name))
        archive.writestr("PRUEFSUMMEN.sha256", "".join(sums))


def _enclosures(consultation: Consultation) -> Any:
    return (
        Attachment.objects.filter(statement__consultation=consultation)
        .select_related("statement")
        .order_by("statement__number", "position")
    )


def _add_stored(archive: zipfile.ZipFile, sums: list[str], name: str, stored: str) -> None:
    try:
        with default_storage.open(stored) as source:
            _add(archive, sums, name, source)
    except FileNotFoundError:
        sums.append(f"# fehlt: {name}\n")


def _add(archive: zipfile.ZipFile, sums: list[str], name: str, source: IO[bytes]) -> None:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
    sums.append(f"{digest.hexdigest()}  {name}\n")
