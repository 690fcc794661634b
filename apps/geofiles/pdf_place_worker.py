"""The child process that asks a page of a PDF where it lies.

Run by ``apps.geo.sandbox``, never imported by the site. A page may hold a geospatial measure dictionary (ISO 32000-2,
12.10; before it Adobe's supplement to ISO 32000-1): ArcGIS, QGIS and GDAL write it. PDFium, which draws the page, does
not read it; pypdf does. It is a process of its own so that whatever a file does to the reader, it can still be drawn.

Order: {source, page, full: [width, height] in pixels of the drawn page}. Answer: a line of JSON,
``{"points": [[column, row, longitude, latitude], …], "srid"}``: degrees in the datum of the CRS of that EPSG number; no
points and no number where the page says nothing.
"""

import ctypes
import io
import json
import sys
from typing import Any

MOST_POINTS = 100  # of each list
#: The corners of the viewport, where LPTS is missing (table 269).
CORNERS = [0, 0, 0, 1, 1, 1, 1, 0]
#: PDFium answers in whole pixels: it is asked about a picture that many times as large.
FINER = 16
#: Column, row, longitude, latitude.
Control = tuple[float, float, float, float]


def prepare(order: dict[str, Any]) -> None:
    """Import the readers and use each once."""
    import pypdf
    import pypdfium2
    import pyproj

    written = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(10, 10)
    writer.write(written)
    pypdf.PdfReader(io.BytesIO(written.getvalue())).pages[0].get("/VP")
    pypdfium2.PdfDocument.new().close()
    pyproj.CRS.from_wkt(pyproj.CRS.from_epsg(25833).to_wkt()).to_epsg()


def work(prepared: None, order: dict[str, Any]) -> None:
    """Answer for one page; whatever it stumbles over ends the process: the page is then placed by hand."""
    found = viewport(order["source"], int(order["page"]))
    points, srid = placed(order, *found) if found else ([], None)
    sys.stdout.write(json.dumps({"points": points, "srid": srid}) + "\n")


def placed(order: dict[str, Any], box: list[float], measure: Any) -> tuple[list[Control], int]:
    """Return the points and the EPSG number of a measure dictionary whose viewport is ``box``."""
    degrees = [float(value) for value in measure["/GPTS"]]
    local = [float(value) for value in measure.get("/LPTS", CORNERS)]
    left, bottom, right, top = box
    spots = [(left + x * (right - left), bottom + y * (top - bottom)) for x, y in pairs(local)]
    pixels = drawn_at(order, spots[:MOST_POINTS])
    points = [
        (column, row, longitude, latitude)
        for (column, row), (latitude, longitude) in zip(pixels, pairs(degrees)[:MOST_POINTS], strict=True)
    ]
    if len(points) < 3:
        raise ValueError("too few points")
    return points, epsg(measure["/GCS"])


def pairs(values: list[float]) -> list[tuple[float, float]]:
    return list(zip(values[::2], values[1::2], strict=True))


def viewport(source: str, number: int) -> tuple[list[float], Any] | None:
    """Return the box (user space) and the measure dictionary of the largest geospatial viewport of a page, if any."""
    import pypdf

    found = []
    for entry in pypdf.PdfReader(source).pages[number - 1].get("/VP", []):
        part = entry.get_object()
        measure = part.get("/Measure", {})
        if measure.get("/Subtype") == "/GEO":
            # Some write the upper corner first; LPTS then count from there.
            box = [float(value) for value in part["/BBox"]]
            found.append((abs((box[2] - box[0]) * (box[3] - box[1])), box, measure))
    return max(found, key=lambda one: one[0])[1:] if found else None


def drawn_at(order: dict[str, Any], spots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the pixels of the drawn page, cut and turned as it is, where points of its user space lie."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    page = pypdfium2.PdfDocument(order["source"])[int(order["page"]) - 1]
    width, height = (int(side) * FINER for side in order["full"])
    column, row = ctypes.c_int(), ctypes.c_int()
    found = []
    for x, y in spots:
        if not pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, ctypes.byref(column), ctypes.byref(row)):
            raise ValueError("not on the page")
        found.append((column.value / FINER, row.value / FINER))
    return found


def epsg(gcs: Any) -> int:
    """Return the number of the CRS; 0 where none belongs to it."""
    import pyproj

    if "/EPSG" in gcs:
        return int(gcs["/EPSG"])
    return pyproj.CRS.from_wkt(str(gcs["/WKT"])[:10_000]).to_epsg(min_confidence=70) or 0
