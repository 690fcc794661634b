"""Unpacking a zipped Shapefile: flat names, known endings, counted bytes (threats G6, G7)."""

import zipfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from apps.geo.untrusted import InputRefused

ENDINGS = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx"}
IGNORED = {".xml", ".txt", ".pdf", ".qpj", ".qmd", ".sld", ".html"}
MAX_MEMBERS = 50
MAX_BYTES = 400_000_000
MAX_RATIO = 100


def unpack_shapefile(archive: Path, folder: Path) -> Path:
    """Unpack the one Shapefile of ``archive`` into ``folder`` under names of our own; return the path of its .shp.

    Raises ``InputRefused`` for links, nested archives, several Shapefiles, foreign files and bombs.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = [info for info in file.infolist() if not info.is_dir()]
            if len(members) > MAX_MEMBERS:
                raise InputRefused(_("Das Archiv enthält zu viele Dateien (höchstens %(n)d).") % {"n": MAX_MEMBERS})
            wanted = [info for info in members if _ending(info) in ENDINGS and not _is_mac_copy(info)]
            foreign = [i for i in members if i not in wanted and _ending(i) not in IGNORED and not _is_mac_copy(i)]
            if foreign:
                raise InputRefused(_("Das Archiv enthält Dateien, die nicht zu einem Shapefile gehören."))
            stems = {PurePosixPath(info.filename).stem for info in wanted}
            if len(stems) != 1 or not {".shp", ".dbf", ".shx"} <= {_ending(info) for info in wanted}:
                raise InputRefused(
                    _("Erwartet wird genau ein Shapefile mit .shp, .shx und .dbf (möglichst auch .prj).")
                )
            total = 0
            for info in wanted:
                if (info.external_attr >> 16) & 0o170000 == 0o120000:
                    raise InputRefused(_("Das Archiv enthält Verweise statt Dateien."))
                total += _copy(file, info, folder / f"shape{_ending(info)}", MAX_BYTES - total)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputRefused(_("Das Archiv ist beschädigt oder verschlüsselt.")) from error
    return folder / "shape.shp"


def unpack_plan(archive: Path, folder: Path) -> tuple[Path, list[str]]:
    """Unpack a Shapefile, or the one GML document of a delivered plan; return its path and the names left unread.

    A plan is delivered with its papers and scans beside the GML (XPlanArchive); they are neither unpacked nor opened.
    Raises ``InputRefused``.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = [info for info in file.infolist() if not info.is_dir() and not _is_mac_copy(info)]
            documents = [info for info in members if _ending(info) == ".gml"]
            if not documents or any(_ending(info) == ".shp" for info in members):
                return unpack_shapefile(archive, folder), []
            if len(members) > MAX_MEMBERS or len(documents) > 1:
                raise InputRefused(_("Erwartet wird genau eine GML-Datei im Archiv."))
            if (documents[0].external_attr >> 16) & 0o170000 == 0o120000:
                raise InputRefused(_("Das Archiv enthält Verweise statt Dateien."))
            _copy(file, documents[0], folder / "plan.gml", MAX_BYTES)
            left = [PurePosixPath(info.filename).name for info in members if info not in documents]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputRefused(_("Das Archiv ist beschädigt oder verschlüsselt.")) from error
    return folder / "plan.gml", left


def _ending(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename.replace("\\", "/")).suffix.lower()


def _is_mac_copy(info: zipfile.ZipInfo) -> bool:
    return info.filename.startswith("__MACOSX/")


def _copy(file: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Inflate one member, counting what really comes out: the sizes in the archive may lie."""
    written, allowed = 0, min(room, max(info.compress_size, 1000) * MAX_RATIO)
    with file.open(info) as source, target.open("wb") as out:
        while chunk := source.read(1 << 16):
            written += len(chunk)
            if written > allowed:
                raise InputRefused(_("Das Archiv wird beim Entpacken zu groß."))
            out.write(chunk)
    return written
