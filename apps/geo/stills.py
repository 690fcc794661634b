"""A map that stands still: tiles of the base map with shapes above them, as one SVG picture inside the page.

For readers without JavaScript, for print, and where a map to move would be too much. The picture is part of the page,
so it shows what the page itself may show and needs no address of its own.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, LineString, Point, Polygon
from django.urls import NoReverseMatch, reverse

from apps.geo.crs import GEO_SRID
from apps.geo.degrees import to_mercator

WIDTH, HEIGHT = 640, 360
#: Frames of other proportions cut the picture at two sides; what must be seen lies within this part of its middle.
SAFE_WIDTH, SAFE_HEIGHT = 300, 190
TILE_PX = 256
HALF_WORLD_M = math.pi * 6_378_137
FIRST_ZOOM, LAST_ZOOM, POINT_ZOOM = 9, 17, 16
#: More shapes than a picture can show; the list beside it has them all.
MAX_SHAPES = 100

_attribution: Callable[[], str] = str
_draw_tile: Callable[[int, int, int], bytes] | None = None


def attributed_by(source: Callable[[], str]) -> None:
    """Let the app that serves the base map say whose data it shows."""
    global _attribution
    _attribution = source


def tiles_drawn_by(source: Callable[[int, int, int], bytes]) -> None:
    """Let the app that draws the base map hand over its tiles (zoom, column, row) as SVG, for pictures on paper."""
    global _draw_tile
    _draw_tile = source


def drawn_tile(zoom: int, column: int, row: int) -> bytes:
    """Return a tile drawn from our own data as SVG; an empty one where no app draws any."""
    return _draw_tile(zoom, column, row) if _draw_tile else b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@dataclass(frozen=True)
class Mark:
    """One shape in pixels of the picture: a path (``is_area``: filled), or a spot at ``x``, ``y``."""

    colour: str
    path: str = ""
    is_area: bool = False
    x: float = 0
    y: float = 0


@dataclass(frozen=True)
class Tile:
    """A tile of 256 px, and where its upper left corner lies in the picture."""

    href: str
    x: float
    y: float
    column: int = 0
    row: int = 0


@dataclass(frozen=True)
class Still:
    """The picture: 640 × 360 px, Web Mercator at a whole ``zoom``."""

    zoom: int
    tiles: Sequence[Tile]
    marks: Sequence[Mark]
    attribution: str = ""
    width: int = field(default=WIDTH)
    height: int = field(default=HEIGHT)


def draw_still(shapes: Iterable[tuple[GEOSGeometry, str]], *, zoom: int | None = None) -> Still | None:
    """Return the picture of shapes (storage CRS, each with its colour) or None when there are none.

    All shapes lie inside the middle of the picture; ``zoom`` is a wish for a single point.
    """
    found = [(shape, colour) for shape, colour in shapes if shape][:MAX_SHAPES]
    if not found:
        return None
    moved = to_mercator(GeometryCollection([shape for shape, _colour in found], srid=GEO_SRID))
    west, south, east, north = moved.extent
    level = _zoom_for(east - west, north - south, zoom)
    scale = TILE_PX * 2**level / (2 * HALF_WORLD_M)  # pixels of a metre
    left = ((west + east) / 2 + HALF_WORLD_M) * scale - WIDTH / 2
    top = (HALF_WORLD_M - (south + north) / 2) * scale - HEIGHT / 2

    def pixel(x: float, y: float) -> tuple[float, float]:
        return round((x + HALF_WORLD_M) * scale - left, 1), round((HALF_WORLD_M - y) * scale - top, 1)

    marks = [mark for shape, (_, colour) in zip(moved, found, strict=True) for mark in _marks(shape, colour, pixel)]
    return Still(level, list(_tiles(level, left, top)), marks, _attribution())


def _zoom_for(width_m: float, height_m: float, wish: int | None) -> int:
    if not width_m and not height_m:
        return min(max(wish or POINT_ZOOM, FIRST_ZOOM), LAST_ZOOM)
    fits = min(
        math.log2(room * 2 * HALF_WORLD_M / TILE_PX / length)
        for room, length in ((SAFE_WIDTH, width_m), (SAFE_HEIGHT, height_m))
        if length
    )
    return min(max(math.floor(fits), FIRST_ZOOM), LAST_ZOOM)


def _tiles(zoom: int, left: float, top: float) -> Iterable[Tile]:
    for row in range(math.floor(top / TILE_PX), math.floor((top + HEIGHT) / TILE_PX) + 1):
        for column in range(math.floor(left / TILE_PX), math.floor((left + WIDTH) / TILE_PX) + 1):
            try:
                href = reverse("basemap_tile", args=[zoom, column, row])
            except NoReverseMatch:
                return
            yield Tile(href, round(column * TILE_PX - left, 1), round(row * TILE_PX - top, 1), column, row)


def _marks(shape: GEOSGeometry, colour: str, pixel: Callable[[float, float], tuple[float, float]]) -> Iterable[Mark]:
    if isinstance(shape, Point):
        x, y = pixel(shape.x, shape.y)
        yield Mark(colour, x=x, y=y)
    elif isinstance(shape, LineString):
        yield Mark(colour, _path(shape.coords, pixel))
    elif isinstance(shape, Polygon):
        yield Mark(colour, "".join(_path(ring, pixel) + "Z" for ring in shape.coords), is_area=True)
    elif isinstance(shape, GeometryCollection):
        for part in shape:
            yield from _marks(part, colour, pixel)


def _path(coords: Iterable[Sequence[float]], pixel: Callable[[float, float], tuple[float, float]]) -> str:
    """Return path data; points that fall onto the one before are left out."""
    points = [pixel(x, y) for x, y, *_ in coords]
    kept = [points[0], *(after for before, after in pairwise(points) if after != before)]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept)
