"""PDF files that can be read aloud and stand by themselves (PDF/UA-1, ISO 14289-1), made from our own templates.

The renderer opens nothing by itself: no file, no host. A document names what it shows as ``paper:NAME``, and the caller
hands over what these names mean; every other address is refused (threat: text of a citizen that names an address).
"""

import io
import logging
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import qrcode
from django.conf import settings
from django.template.loader import render_to_string

from apps.geo.stills import Still, Tile, drawn_tile

log = logging.getLogger(__name__)

#: A name and what is behind it: a callable, so that only what is used is read. Returns content and media type.
Files = Mapping[str, Callable[[], tuple[bytes, str]]]
SCHEME = "paper:"
SVG = "image/svg+xml"
FONTS = {"regular": "Regular", "semibold": "SemiBold", "bold": "Bold"}


class NotOnPaper(ValueError):
    """An address that the document may not show; the renderer leaves a gap there."""


def write_pdf(template: str, context: Mapping[str, object], *, files: Files) -> bytes:
    """Return a template of ours as PDF/UA-1. ``files`` are the pictures that it names as ``paper:NAME``.

    The template has ``<html lang>`` and ``<title>``, and every picture in it an ``alt``.
    """
    # Importing the renderer takes a second and loads system libraries: only where somebody wants paper.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    fetcher = _fetcher({**_fonts(), **files})
    faces = [name for name in FONTS if f"font-{name}" in _fonts()]
    style = CSS(string=render_to_string("geo/paper.css", {"faces": faces}), url_fetcher=fetcher, font_config=fonts)
    document = HTML(string=render_to_string(template, dict(context)), url_fetcher=fetcher)
    return bytes(document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1"))


def _fetcher(files: Files) -> Any:
    """Return what the renderer asks for addresses: it knows the names in ``files`` and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class GivenFiles(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            name = url.removeprefix(SCHEME)
            if name == url or name not in files:
                log.warning("a document names an address that it may not show: %.200r", url)
                raise NotOnPaper(url)
            body, media_type = files[name]()
            return URLFetcherResponse(url, io.BytesIO(body), {"Content-Type": media_type})

    return GivenFiles()


def still_files(name: str, still: Still) -> Files:
    """Return the picture of a place as files: ``name`` with the tiles that it names, all drawn from our own data."""
    picture = render_to_string("geo/paper_still.svg", {"still": still, "name": name}).encode()
    tiles = {f"{name}-{tile.column}-{tile.row}": partial(_tile, still.zoom, tile) for tile in still.tiles}
    return {name: lambda: (picture, SVG), **tiles}


def _tile(zoom: int, tile: Tile) -> tuple[bytes, str]:
    return drawn_tile(zoom, tile.column, tile.row), SVG


def qr_svg(text: str) -> bytes:
    """Return a QR code (ISO/IEC 18004) as SVG, one unit a module, with its quiet zone of four modules."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, cell in enumerate(row) if cell)
    side = len(rows)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{dark}"/></svg>'.encode()


def _fonts() -> dict[str, Callable[[], tuple[bytes, str]]]:
    """Return the typeface of the pages where it was built; documents fall back to DejaVu Sans without it."""
    assets = Path(settings.BASE_DIR) / "static" / "dist" / "assets"
    found = {name: sorted(assets.glob(f"FiraSans-{weight}-*.woff2")) for name, weight in FONTS.items()}
    return {f"font-{name}": partial(_font, paths[0]) for name, paths in found.items() if paths}


@cache
def _font(path: Path) -> tuple[bytes, str]:
    """Return a typeface as the renderer wants it; unpacking one takes half a second, so that a process does it once."""
    from fontTools.ttLib import woff2

    unpacked = io.BytesIO()
    woff2.decompress(io.BytesIO(path.read_bytes()), unpacked)
    return unpacked.getvalue(), "font/ttf"
