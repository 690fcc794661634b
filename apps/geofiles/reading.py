"""GIS files into the house: opened in a child process without network, returned as a table with the CRS undecided.

Which CRS the numbers are in is a question for ``crs_guess.py``: a missing or wrong .prj is everyday life.
"""

import csv
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio
import shapely
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from apps.geo.sandbox.running import ConfinedFailed, Limits, run_confined
from apps.geo.untrusted import InputRefused, whole_number
from apps.geofiles import file_worker
from apps.geofiles.archive import unpack_shapefile

if TYPE_CHECKING:
    import geopandas

MAX_FILE_BYTES = 500_000_000
MAX_ROWS = 500_000
#: What a person may upload in a page; whole layers of a Land are for the command line.
MAX_UPLOAD_BYTES = 20_000_000
UPLOAD_ENDINGS = (".gpkg", ".geojson", ".json", ".fgb", ".zip")
#: For an operator at the command line, and for a person who waits for a page.
LIMITS = Limits(memory_bytes=4096 << 20, cpu_seconds=120, wall_seconds=180, output_bytes=2048 << 20)
PAGE_LIMITS = Limits(memory_bytes=1024 << 20, cpu_seconds=20, wall_seconds=25, output_bytes=256 << 20)
MAX_NOTE_BYTES = 1_000_000
DRIVERS = ("GPKG", "GeoJSON", "ESRI Shapefile", "FlatGeobuf")
#: Columns that hold a position in a list of addresses or places, easting or longitude first.
X_COLUMNS = ("lon", "long", "longitude", "laenge", "länge", "x", "ostwert", "easting", "e", "rechtswert", "utm_x")
Y_COLUMNS = ("lat", "latitude", "breite", "y", "nordwert", "northing", "n", "hochwert", "utm_y")

_WORKER = Path(file_worker.__file__)


@dataclass(frozen=True)
class Source:
    """What a file holds: a GeoDataFrame without CRS (the numbers as they stand) and what the file says of itself.

    ``declared_srid`` is the EPSG number that the file names, or None; ``layers`` all layers of the file.
    """

    frame: "geopandas.GeoDataFrame"
    declared_srid: int | None
    layer: str
    layers: tuple[str, ...]


def read_file(path: Path, *, layer: str = "", limits: Limits = LIMITS) -> Source:
    """Return the features of a GeoPackage, GeoJSON, FlatGeobuf, zipped or plain Shapefile, or CSV with coordinates.

    ``path`` is a file that we have placed or an operator has named, never text from a request. Raises ``InputRefused``.
    """
    if not path.is_file():
        raise InputRefused(_("Die Datei %(name)s gibt es nicht.") % {"name": path.name})
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InputRefused(_("Die Datei ist zu groß (höchstens %(mb)d MB).") % {"mb": MAX_FILE_BYTES // 1_000_000})
    if path.suffix.lower() in {".csv", ".txt"}:
        return _read_csv(path)
    with tempfile.TemporaryDirectory(prefix="geofile-") as name:
        folder = Path(name)
        return _read_with_gdal(_place(path, folder), folder, layer, limits)


def read_upload(upload: UploadedFile) -> Source:
    """Return the features of a file that a person has uploaded and waits for (GeoPackage, GeoJSON, FlatGeobuf, .zip).

    Bounded by ``MAX_UPLOAD_BYTES`` and ``PAGE_LIMITS``; its name is used for its ending alone. Raises ``InputRefused``.
    """
    ending = Path(upload.name or "").suffix.lower()
    if ending not in UPLOAD_ENDINGS:
        raise InputRefused(
            _("Diese Dateiart wird nicht gelesen: GeoPackage, GeoJSON, FlatGeobuf oder Shapefile (.zip).")
        )
    if (upload.size or 0) > MAX_UPLOAD_BYTES:
        raise InputRefused(_("Die Datei ist zu groß (höchstens %(mb)d MB).") % {"mb": MAX_UPLOAD_BYTES // 1_000_000})
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / f"upload{ending}"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        return read_file(path, limits=PAGE_LIMITS)


def _place(path: Path, folder: Path) -> Path:
    """Copy the file under a name of our own, so that no name from outside reaches GDAL (threat G5)."""
    ending = path.suffix.lower()
    if ending == ".zip":
        return unpack_shapefile(path, folder)
    if ending == ".shp":
        for part in path.parent.glob(f"{path.stem}.*"):
            if part.suffix.lower() in {".shp", ".shx", ".dbf", ".prj", ".cpg"}:
                shutil.copyfile(part, folder / f"shape{part.suffix.lower()}")
        return folder / "shape.shp"
    if ending not in {".gpkg", ".geojson", ".json", ".fgb"}:
        raise InputRefused(_("Diese Dateiart wird nicht gelesen: GeoPackage, GeoJSON, Shapefile (.zip) oder CSV."))
    return Path(shutil.copyfile(path, folder / f"file{ending}"))


def _read_with_gdal(source: Path, folder: Path, layer: str, limits: Limits) -> Source:
    import geopandas
    import pyarrow.ipc

    order = {"source": str(source), "layer": layer, "drivers": DRIVERS, "max_rows": MAX_ROWS}
    environment = {
        # GDAL splits at commas when there is one; every driver but ours is never registered (threat G4).
        "GDAL_SKIP": ",".join(sorted(set(pyogrio.list_drivers()) - set(DRIVERS))),
        "OGR_SKIP": ",".join(sorted(set(pyogrio.list_drivers()) - set(DRIVERS))),
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
        "SHAPE_RESTORE_SHX": "NO",
        "PROJ_NETWORK": "OFF",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",  # no thread before the walls stand
    }
    with tempfile.TemporaryFile() as answer:
        try:
            run_confined(_WORKER, limits=limits, answer=answer, order=order, reads=folder, environment=environment)
            note = json.loads(answer.readline(MAX_NOTE_BYTES))
            table = None if "error" in note else pyarrow.ipc.open_stream(answer).read_all()
        except (ConfinedFailed, ValueError, TypeError, OSError, pyarrow.ArrowException):
            note, table = {"error": "unreadable"}, None
    match note.get("error"):
        case "layer":
            names = ", ".join(note["layers"][:20]) or "–"
            raise InputRefused(_("Diese Ebene gibt es in der Datei nicht. Vorhanden: %(names)s.") % {"names": names})
        case "rows":
            raise InputRefused(_("Die Datei hat mehr als %(n)d Objekte.") % {"n": MAX_ROWS})
    if table is None:
        raise InputRefused(_("Die Datei ist beschädigt, zu aufwendig oder keine der lesbaren Dateiarten."))
    shapes = shapely.force_2d(shapely.from_wkb(table.column(note["geometry"]).to_pylist()))
    frame = geopandas.GeoDataFrame(table.drop_columns([note["geometry"]]).to_pandas(), geometry=shapes)
    return Source(frame, epsg_number(note["crs"]), note["layer"], tuple(note["layers"]))


def epsg_number(crs: str | None) -> int | None:
    """Return the EPSG number of ``EPSG:25833``; any other text of the file is not looked at (CVE-2026-114582)."""
    authority, _colon, number = (crs or "").partition(":")
    return whole_number(number, most=999_999) if authority == "EPSG" else None


def _read_csv(path: Path) -> Source:
    import geopandas

    text = _decode(path.read_bytes())
    delimiter = max(";\t,", key=text.partition("\n")[0].count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    columns = [name for name in (rows[0] if rows else {}) if name]
    folded = {name.strip().lower(): name for name in columns}
    x = next((folded[name] for name in X_COLUMNS if name in folded), None)
    y = next((folded[name] for name in Y_COLUMNS if name in folded), None)
    if not x or not y:
        raise InputRefused(
            _("Die Liste braucht eine Kopfzeile mit Spalten für die Lage, etwa „lon“ und „lat“ oder „x“ und „y“.")
        )
    if len(rows) > MAX_ROWS:
        raise InputRefused(_("Die Datei hat mehr als %(n)d Objekte.") % {"n": MAX_ROWS})
    shapes = [_point(row[x], row[y]) for row in rows]
    data = {name.strip(): [(row[name] or "").strip() for row in rows] for name in columns}
    return Source(geopandas.GeoDataFrame(data, geometry=shapes), None, path.stem, (path.stem,))


def _point(x: str | None, y: str | None) -> shapely.Point | None:
    try:
        point = shapely.Point(float((x or "").replace(",", ".")), float((y or "").replace(",", ".")))
    except ValueError:
        return None  # the import says which row has no position
    return point if shapely.is_valid(point) else None


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
