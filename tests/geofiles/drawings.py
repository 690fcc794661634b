"""Drawings for the tests: white sheets with one red square, as GeoTIFF in any CRS, as PNG, as a page of a PDF."""

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
from django.contrib.gis.gdal import GDALRaster
from django.core.files.base import ContentFile
from PIL import Image

#: Pixels of a sheet, and where the red square is on it: left, top, right, bottom.
WIDTH, HEIGHT = 400, 300
SQUARE = (100, 60, 200, 160)
RED, WHITE = (220, 0, 0), (255, 255, 255)


def pixels() -> numpy.ndarray:
    """Return rows × columns × 3."""
    sheet = numpy.full((HEIGHT, WIDTH, 3), 255, "uint8")
    left, top, right, bottom = SQUARE
    sheet[top:bottom, left:right] = RED
    return sheet


def geotiff(folder: Path, *, srid: int, origin: tuple[float, float], metres: float = 1.0) -> ContentFile:
    """Return a GeoTIFF written by GDAL: ``origin`` is the upper left corner in the CRS."""
    path = folder / f"{srid}.tif"
    sheet = pixels()
    raster = GDALRaster(
        {
            "driver": "GTiff",
            "name": str(path),
            "width": WIDTH,
            "height": HEIGHT,
            "srid": srid,
            "origin": origin,
            "scale": (metres, -metres),
            "datatype": 1,
            "bands": [{"data": numpy.ascontiguousarray(sheet[:, :, band])} for band in range(3)],
        }
    )
    del raster  # writes it
    return ContentFile(path.read_bytes(), "plan.tif")


def png(name: str = "plan.png") -> ContentFile:
    """Return the sheet without any place."""
    return picture("PNG", name)


def picture(kind: str, name: str) -> ContentFile:
    out = io.BytesIO()
    Image.fromarray(pixels()).save(out, kind)
    return ContentFile(out.getvalue(), name)


def pdf_page(page: str = "") -> ContentFile:
    """Return a PDF of one page of 400 × 300 points with the square on it; ``page`` goes into the page's dictionary."""
    left, top, right, bottom = SQUARE
    drawn = b"0.863 0 0 rg %d %d %d %d re f" % (left, HEIGHT - bottom, right - left, bottom - top)
    return ContentFile(pdf_of(drawn, page=page), "plan.pdf")


def viewport(degrees: Sequence[tuple[float, float]], gcs: str, *, box: str, local: str = "") -> str:
    """Return a page's geospatial viewport (ISO 32000-2, table 269): degrees as longitude and latitude."""
    numbers = " ".join(f"{lat:.9f} {lon:.9f}" for lon, lat in degrees)
    measure = f"<< /Type /Measure /Subtype /GEO /GPTS [{numbers}] {local} /GCS << {gcs} >> >>"
    return f"/VP [ << /Type /Viewport /BBox [{box}] /Measure {measure} >> ]"


def pdf_of(drawn: bytes, box: str = f"0 0 {WIDTH} {HEIGHT}", page: str = "") -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R %s >>" % (box.encode(), page.encode()),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def bomb_png(side: int = 30_000) -> ContentFile:
    """Return a PNG that says it has 900 million pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")):
        body += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return ContentFile(body, "plan.png")


def colour_at(tile: bytes, column: int, row: int) -> tuple[int, ...]:
    """Return red, green, blue and alpha of a pixel of a tile."""
    with Image.open(io.BytesIO(tile)) as opened:
        found: Any = opened.convert("RGBA").getpixel((column, row))
    return tuple(found)
