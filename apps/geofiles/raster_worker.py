"""The child process that opens a drawing from outside: a picture, a GeoTIFF or a page of a PDF, and cuts it into tiles.

Run by ``apps.geo.sandbox``, never imported by the site. Rasterio brings a GDAL of its own, which must not meet the one
that the site has loaded in one process; here it is alone. A file is opened by the one driver that its first bytes ask
for, sees no neighbours and follows no references.

Order: {task, source, page, width, height} and for tiles {affine, srid, levels: [[zoom, left, top, right, bottom]]}.
Answer of "look": a line of JSON, ``{"kind", "width", "height", "pages", "affine", "points", "srid"}``, and a WebP.
Answer of "tiles": a line ``{}``, then for each tile four numbers of 32 bits (zoom, column, row, length) and a WebP.
Refusals: ``{"refused": code}`` with a code of ``rasters.SENTENCES``.
"""

import io
import json
import math
import struct
import sys
from pathlib import Path
from typing import Any

MAX_SIDE = 40_000
#: What a file may hold, and what is kept of it in memory: an A0 sheet of 300 dpi, and of 150 dpi.
MAX_PIXELS, KEPT_PIXELS = 250_000_000, 36_000_000
PREVIEW_SIDE = 2400
TILE = 256
#: A tile that compresses worse without loss is a photograph.
DRAWN_BYTES = 48_000
PDF_DPI = 200
MAX_PAGES, MAX_POINTS = 2000, 100
HALF_WORLD_M = math.pi * 6_378_137
DRIVERS = ((b"II*\0", "GTiff"), (b"MM\0*", "GTiff"), (b"II+\0", "GTiff"), (b"MM\0+", "GTiff"),
           (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"))  # fmt: skip
#: The last chunk and the last marker; GDAL fills up what is missing before them without a word.
ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}


class Refused(Exception):
    """The drawing is not taken; the argument is the code of the sentence."""


def prepare(order: dict[str, Any]) -> None:
    """Import the decoders and use each once: what they load on first use cannot be loaded any more later."""
    import numpy
    import pypdfium2
    import rasterio
    import rasterio.warp
    from PIL import Image, WebPImagePlugin  # noqa: F401

    with rasterio.Env():
        _warp(numpy.zeros((4, 4, 4), "uint8"), (1, 0, 0, 0, -1, 5_000_000), 25833, (9, 0, 0), 1)
    _webp(numpy.zeros((4, 8, 8), "uint8"), lossless=True)
    document = pypdfium2.PdfDocument.new()
    document.new_page(10, 10).render(scale=1)
    document.close()


def work(prepared: None, order: dict[str, Any]) -> None:
    """Answer for one file."""
    out = sys.stdout.buffer
    try:
        if order["task"] == "look":
            facts, picture = look(order)
            out.write(json.dumps(facts).encode() + b"\n" + picture)
        else:
            array = read(order, int(order["width"]), int(order["height"]))[0]
            out.write(b"{}\n")
            cut(array, order, out)
    except Refused as refusal:
        out.write(json.dumps({"refused": refusal.args[0]}).encode() + b"\n")
    except MemoryError:
        out.write(b'{"refused": "pixels"}\n')
    # Anything else ends the process, and that is the answer: the file is damaged.


def look(order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return what the drawing says of itself, and a picture of it on white."""
    array, facts = read(order, PREVIEW_SIDE, PREVIEW_SIDE)
    return facts, _webp(_on_white(array), lossless=False)


def read(order: dict[str, Any], width: int, height: int) -> tuple[Any, dict[str, Any]]:
    """Return red, green, blue and alpha (4 × rows × columns), at most that large and no larger than the file."""
    with Path(order["source"]).open("rb") as file:
        start = file.read(1024)
        file.seek(max(0, Path(order["source"]).stat().st_size - 4096))
        end = file.read()
    if start.lstrip().startswith(b"%PDF-"):
        return _read_page(order, width, height)
    driver = next((name for magic, name in DRIVERS if start.startswith(magic)), None)
    if driver is None:
        raise Refused("kind")
    if ENDS.get(driver, b"") not in end:
        raise Refused("damaged")
    return _read_picture(order, driver, width, height)


def _read_picture(order: dict[str, Any], driver: str, width: int, height: int) -> tuple[Any, dict[str, Any]]:
    import rasterio

    # The environment leaves it no neighbours (rasters.py): no world file, no .aux.xml, no overviews beside it.
    with rasterio.open(order["source"], driver=driver) as file:
        if file.width > MAX_SIDE or file.height > MAX_SIDE or file.width * file.height > MAX_PIXELS:
            raise Refused("pixels")
        facts = {"kind": driver, "width": file.width, "height": file.height, "pages": 1, **_place(file)}
        shape = _fitting(file.width, file.height, width, height)
        return _colours(file, shape), facts


def _place(file: Any) -> dict[str, object]:
    """Return where the file says that it lies: numbers only, no text of it is looked at outside."""
    points, points_crs = file.gcps
    crs = file.crs or points_crs
    srid = None
    if crs is not None:
        authority, number = crs.to_authority(confidence_threshold=70) or ("", "")
        srid = int(number) if authority == "EPSG" and str(number).isdigit() else 0
    affine = None if file.transform.is_identity else list(file.transform)[:6]
    found = [[point.col, point.row, point.x, point.y] for point in points[:MAX_POINTS]] if affine is None else []
    return {"affine": affine, "points": found, "srid": srid}


def _colours(file: Any, shape: tuple[int, int]) -> Any:
    import numpy
    from rasterio.enums import ColorInterp, Resampling

    if set(file.dtypes) - {"uint8", "uint16"}:
        raise Refused("depth")
    size = {"out_shape": shape, "resampling": Resampling.average}
    alpha = file.dataset_mask(**size)
    kinds = file.colorinterp
    if kinds[0] == ColorInterp.palette:
        table = numpy.zeros((256, 4), "uint8")
        for index, colour in file.colormap(1).items():
            if index < 256:
                table[index] = colour
        drawn = table[file.read(1, out_shape=shape)].transpose(2, 0, 1)
        return numpy.concatenate([drawn[:3], numpy.minimum(drawn[3:], alpha[None])])
    bands = [1, 2, 3] if file.count >= 3 else [1, 1, 1]
    colours = file.read(bands, out_shape=(3, *shape), resampling=Resampling.average)
    bits = int(file.tags(1, ns="IMAGE_STRUCTURE").get("NBITS", "8"))
    if colours.dtype != numpy.uint8:
        colours = (colours // 257).astype("uint8")
    elif bits < 8:
        colours = (colours.astype("uint16") * 255 // (2**bits - 1)).clip(0, 255).astype("uint8")
    if file.count >= 4 and kinds[3] == ColorInterp.black:  # printers' colours
        rest = 255 - file.read(4, out_shape=shape, resampling=Resampling.average).astype("uint16")
        colours = ((255 - colours.astype("uint16")) * rest // 255).astype("uint8")
        alpha = numpy.full(shape, 255, "uint8")
    return numpy.concatenate([colours, alpha[None]])


def _read_page(order: dict[str, Any], width: int, height: int) -> tuple[Any, dict[str, Any]]:
    import numpy
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(order["source"])
    except pypdfium2.PdfiumError as error:
        raise Refused("locked" if "password" in str(error).lower() else "damaged") from None
    pages, number = len(document), int(order["page"])
    if pages > MAX_PAGES:
        raise Refused("pages")
    if not 1 <= number <= pages:
        raise Refused("page")
    page = document[number - 1]
    across, down = page.get_size()  # points, 72 an inch
    if not (10 <= across <= 20_000 and 10 <= down <= 20_000):
        raise Refused("pixels")
    scale = min(PDF_DPI / 72, math.sqrt(KEPT_PIXELS / (across * down)))
    full = (max(1, round(across * scale)), max(1, round(down * scale)))
    _rows, columns = _fitting(*full, width, height)
    bitmap = page.render(scale=columns / across, may_draw_forms=False, rev_byteorder=True)
    drawn = numpy.array(bitmap.to_numpy())
    drawn = drawn[:, :, :3] if drawn.ndim == 3 else numpy.repeat(drawn[:, :, None], 3, axis=2)
    colours = numpy.full((4, *drawn.shape[:2]), 255, "uint8")
    colours[:3] = drawn.transpose(2, 0, 1)
    facts = {"kind": "PDF", "width": full[0], "height": full[1], "pages": pages}
    return colours, {**facts, "affine": None, "points": [], "srid": None}


def _fitting(width: int, height: int, most_width: int, most_height: int) -> tuple[int, int]:
    """Return rows and columns of the largest picture of these proportions that is not larger than asked."""
    scale = min(1.0, most_width / width, most_height / height, math.sqrt(KEPT_PIXELS / (width * height)))
    return max(1, round(height * scale)), max(1, round(width * scale))


def cut(array: Any, order: dict[str, Any], out: Any) -> None:
    """Write all tiles of the levels, finest first, empty ones too: whoever asks within the bounds gets an answer."""
    a, b, c, d, e, f = order["affine"]
    # The transformation counts in pixels of the whole file; what was read may be smaller.
    across, down = order["full"][0] / array.shape[2], order["full"][1] / array.shape[1]
    affine = (a * across, b * down, c, d * across, e * down, f)
    for zoom, left, top, right, bottom in order["levels"]:
        for row in range(top, bottom + 1):
            strip = _warp(array, affine, order["srid"], (zoom, left, row), right - left + 1)
            for column in range(left, right + 1):
                at = (column - left) * TILE
                picture = _tile(strip[:, :, at : at + TILE])
                out.write(struct.pack("<4I", zoom, column, row, len(picture)) + picture)


def _warp(array: Any, affine: Any, srid: int, first: tuple[int, int, int], tiles: int) -> Any:
    """Return a row of tiles (4 × 256 × n·256) in Web Mercator, the first one at (zoom, column, row)."""
    import numpy
    from rasterio.crs import CRS
    from rasterio.enums import Resampling
    from rasterio.transform import Affine
    from rasterio.warp import reproject

    zoom, column, row = first
    side = 2 * HALF_WORLD_M / 2**zoom
    target = Affine(side / TILE, 0, column * side - HALF_WORLD_M, 0, -side / TILE, HALF_WORLD_M - row * side)
    strip = numpy.zeros((4, TILE, tiles * TILE), "uint8")
    source = Affine(*affine)
    metres = math.hypot(source.a, source.d) * (111_320 if srid == 4326 else 1)
    finer = side / TILE > 1.5 * metres
    reproject(
        array,
        strip,
        src_transform=source,
        src_crs=CRS.from_epsg(srid),
        dst_transform=target,
        dst_crs=CRS.from_epsg(3857),
        resampling=Resampling.average if finer else Resampling.bilinear,
        src_alpha=4,
        dst_alpha=4,
        num_threads=1,
    )
    return strip


def _tile(array: Any) -> bytes:
    drawn = _webp(array, lossless=True)
    return drawn if len(drawn) <= DRAWN_BYTES else _webp(array, lossless=False)


def _on_white(array: Any) -> Any:
    alpha = array[3].astype("uint16")
    return ((array[:3] * alpha + 255 * (255 - alpha)) // 255).astype("uint8")


def _webp(array: Any, *, lossless: bool) -> bytes:
    import numpy
    from PIL import Image

    out = io.BytesIO()
    picture = Image.fromarray(numpy.ascontiguousarray(array.transpose(1, 2, 0)))
    picture.save(out, "WEBP", lossless=lossless, quality=60 if lossless else 82, method=2 if lossless else 4)
    return out.getvalue()
