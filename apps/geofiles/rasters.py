"""Drawings into the house: pictures, GeoTIFFs and PDF pages, looked at and cut into tiles in the sandbox.

The child's answer was written by a process that has read foreign bytes: every number and picture in it is judged here.
"""

import json
import logging
import math
import struct
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.geo.sandbox.running import ConfinedFailed, Limits, run_confined
from apps.geo.untrusted import InputRefused
from apps.geofiles import pdf_place_worker, raster_worker
from apps.geofiles.webp import webp_size

logger = logging.getLogger("apps.geofiles")

MAX_BYTES = 100_000_000
#: While somebody waits for the page; and for a worker process.
LOOK_LIMITS = Limits(memory_bytes=2048 << 20, cpu_seconds=45, wall_seconds=90, output_bytes=16 << 20)
PLACE_LIMITS = Limits(memory_bytes=1024 << 20, cpu_seconds=10, wall_seconds=20, output_bytes=1 << 20)
TILE_LIMITS = Limits(memory_bytes=2048 << 20, cpu_seconds=300, wall_seconds=600, output_bytes=400 << 20)
MAX_TILE_BYTES = 300_000
KINDS = {"GTiff": "tif", "PNG": "png", "JPEG": "jpg", "PDF": "pdf"}
SENTENCES = {
    "empty": gettext_noop("Die Datei ist leer. Bitte wählen Sie sie noch einmal aus."),
    "bytes": gettext_noop("Die Datei ist zu groß: höchstens 100 MB. Bitte speichern Sie sie mit geringerer Auflösung."),
    "kind": gettext_noop(
        "Diese Dateiart wird nicht gelesen. Möglich sind GeoTIFF und andere TIFF-, PNG- und JPEG-Bilder und PDF."
    ),
    "pixels": gettext_noop(
        "Das Bild ist zu groß: höchstens 250 Millionen Bildpunkte. Bitte speichern Sie es mit geringerer Auflösung."
    ),
    "depth": gettext_noop(
        "Diese Rasterdatei enthält Messwerte (etwa Höhen) statt Farben. Bitte speichern Sie die Zeichnung als Bild."
    ),
    "locked": gettext_noop("Die PDF-Datei ist verschlüsselt. Bitte speichern Sie sie ohne Kennwort."),
    "page": gettext_noop("Diese Seite gibt es in der PDF-Datei nicht. Bitte prüfen Sie die Seitenzahl."),
    "pages": gettext_noop("Die PDF-Datei hat zu viele Seiten. Bitte speichern Sie die Zeichnung als eigene Datei."),
    "damaged": gettext_noop("Die Datei ist beschädigt, unvollständig oder zu aufwendig. Bitte speichern Sie sie neu."),
}
#: All that the child has of an environment: GDAL sees one file and nothing beside it.
ENVIRONMENT = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": "64",
    "GDAL_NUM_THREADS": "1",
    "PROJ_NETWORK": "OFF",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_WORKER, _PLACE_WORKER = Path(raster_worker.__file__), Path(pdf_place_worker.__file__)

Affine = tuple[float, float, float, float, float, float]
#: Zoom, and the first and last column and row of tiles: zoom, left, top, right, bottom.
Level = tuple[int, int, int, int, int]


class RasterRefused(InputRefused):
    """A drawing that is not taken; ``code`` is a key of ``SENTENCES``, the text a sentence for the planner."""

    def __init__(self, code: str) -> None:
        self.code = code if code in SENTENCES else "damaged"
        super().__init__(_(SENTENCES[self.code]))


@dataclass(frozen=True)
class Raster:
    """What a drawing is: ``width`` × ``height`` pixels, ``ending`` of its kind, ``preview`` a WebP of at most 2400 px.

    ``affine`` (a, b, c, d, e, f) leads from column and row (edges of pixels) to the numbers of the CRS ``srid``;
    ``points`` (column, row, x, y) stand there in some files instead; those of a PDF are degrees, longitude first, in
    the datum of that CRS. ``srid`` is None where the file names no CRS and 0 where it names one without EPSG number.
    """

    ending: str
    width: int
    height: int
    pages: int
    affine: Affine | None
    points: tuple[tuple[float, float, float, float], ...]
    srid: int | None
    preview: bytes


def look_at(file: File, *, page: int = 1) -> Raster:
    """Return what an uploaded or stored drawing is (anything with ``size`` and ``chunks()``). Raises RasterRefused."""
    if not file.size:
        raise RasterRefused("empty")
    if file.size > MAX_BYTES:
        raise RasterRefused("bytes")
    with _ask({"task": "look", "page": page}, file, LOOK_LIMITS) as (told, answer):
        try:
            raster = _raster(told, answer.read(LOOK_LIMITS.output_bytes))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise RasterRefused("damaged") from error
    return _placed_by_its_page(raster, file, page) if raster.ending == "pdf" else raster


def _placed_by_its_page(raster: Raster, file: File, page: int) -> Raster:
    order = {"page": page, "full": (raster.width, raster.height)}
    try:
        with _ask(order, file, PLACE_LIMITS, _PLACE_WORKER) as (told, _answer):
            points = tuple(_four(point) for point in told["points"][: pdf_place_worker.MOST_POINTS])
            return replace(raster, points=points, srid=int(told["srid"])) if points else raster
    except (RasterRefused, KeyError, TypeError, ValueError, OverflowError):
        return raster  # what cannot be read of its place is no fault of the drawing


def _raster(told: Mapping[str, Any], preview: bytes) -> Raster:
    width, height, pages = (int(told[name]) for name in ("width", "height", "pages"))
    side = raster_worker.MAX_SIDE
    small = webp_size(preview)
    if not (0 < width <= side and 0 < height <= side and 0 < pages <= raster_worker.MAX_PAGES and small):
        raise ValueError("not a picture")
    if max(small) > raster_worker.PREVIEW_SIDE:
        raise ValueError("not a preview")
    affine = None if told["affine"] is None else _six(told["affine"])
    points = tuple(_four(point) for point in told["points"][: raster_worker.MAX_POINTS])
    srid = None if told["srid"] is None else int(told["srid"])
    return Raster(KINDS[str(told["kind"])], width, height, pages, affine, points, srid, preview)


def _six(values: Sequence[float | str]) -> Affine:
    a, b, c, d, e, f = (_finite(value) for value in values)
    return a, b, c, d, e, f


def _four(values: Sequence[float | str]) -> tuple[float, float, float, float]:
    column, row, x, y = (_finite(value) for value in values)
    return column, row, x, y


def _finite(value: float | str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


@dataclass(frozen=True)
class Cutting:
    """What is to be cut: a page of a drawing of ``full`` pixels (width, height), where it lies, into which tiles."""

    page: int
    full: tuple[int, int]
    affine: Affine
    srid: int
    levels: tuple[Level, ...]

    @property
    def numbers(self) -> Iterator[tuple[int, int, int]]:
        """Yield zoom, column and row of every tile."""
        for zoom, left, top, right, bottom in self.levels:
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    yield zoom, column, row


def cut_tiles(file: File, cutting: Cutting) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    """Yield (zoom, column, row) and WebP of every tile, in Web Mercator. Raises ``RasterRefused``, also half-way."""
    order = {
        "task": "tiles",
        "page": cutting.page,
        "width": cutting.full[0],
        "height": cutting.full[1],
        "full": cutting.full,
        "affine": cutting.affine,
        "srid": cutting.srid,
        "levels": cutting.levels,
    }
    with _ask(order, file, TILE_LIMITS) as (_told, answer):
        for number in cutting.numbers:
            head = answer.read(16)
            if len(head) != 16:
                raise RasterRefused("damaged")
            *said, length = struct.unpack("<4I", head)
            picture = answer.read(length) if length <= MAX_TILE_BYTES else b""
            if tuple(said) != number or webp_size(picture) != (raster_worker.TILE, raster_worker.TILE):
                raise RasterRefused("damaged")
            yield number, picture


class _ask:  # noqa: N801  (used as a function)
    """Let a worker answer about a file; a context that holds its first line and the rest of the answer."""

    def __init__(self, order: Mapping[str, object], file: File, limits: Limits, worker: Path = _WORKER) -> None:
        self.order, self.file, self.limits, self.worker = order, file, limits, worker

    def __enter__(self) -> tuple[dict[str, Any], IO[bytes]]:
        self.answer: IO[bytes] = tempfile.TemporaryFile()
        try:
            told = self._run()
        except BaseException:
            self.answer.close()
            raise
        return told, self.answer

    def __exit__(self, *error: object) -> None:
        self.answer.close()

    def _run(self) -> dict[str, object]:
        with tempfile.TemporaryDirectory(prefix="raster-") as name:
            # A name of our own: no name from outside and no ending reaches GDAL (threat G5).
            path = Path(name) / "drawing"
            with path.open("wb") as copy:
                for chunk in self.file.chunks():
                    copy.write(chunk)
            try:
                run_confined(
                    self.worker,
                    limits=self.limits,
                    answer=self.answer,
                    order={**self.order, "source": str(path)},
                    reads=Path(name),
                    environment=ENVIRONMENT,
                )
                told = json.loads(self.answer.readline(100_000))
            except (ConfinedFailed, ValueError, OSError) as failure:
                logger.warning("no answer from the sandbox: %s", failure)
                raise RasterRefused("damaged") from None
        if not isinstance(told, dict) or "refused" in told:
            raise RasterRefused(str(told.get("refused")) if isinstance(told, dict) else "damaged")
        return told
