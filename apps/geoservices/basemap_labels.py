"""Words on the drawn map: which fit, and where; the same in every tile that shows a part of them.

Labels are placed for blocks of 8 × 8 tiles at once and never cross the edge of their block: all tiles of a block
take from the same list, and tiles of two blocks share no label. Placement is greedy by rank and depends on nothing
but the data, so that it can be repeated by any process.
"""

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.core.cache import caches

from apps.geoservices.basemap_label_sql import AREAS, Candidate, candidates_of
from apps.geoservices.label_space import Box, Point, Space, boxes_along, part_of_line, text_width

TILE_PX = 256
BLOCK_TILES = 8
BLOCK_PX = TILE_PX * BLOCK_TILES
KEPT_S = 600
HALF_WORLD_M = math.pi * 6_378_137
INK, HALO = "#3a352d", "#fffdf7"
SHIELDS = {
    "A": ("#2f5fa8", "#ffffff", "#ffffff"),
    "B": ("#f8d13c", "#5d4b00", "#2b2300"),
    "S": ("#fdf0b8", "#8a6d1e", "#4f3d09"),
    "K": ("#fffdf5", "#9c8f70", "#574d35"),
}
ORDER = ["district", "neighbour", "shield", "landmark", "street", "ground", "stream", "number"]


@dataclass(frozen=True)
class PlacedLabel:
    """A label in pixels of its block (of a tile after ``labels_in``). ``line``: the text runs along it."""

    text: str
    boxes: tuple[Box, ...]
    x: float = 0
    y: float = 0
    size: float = 11
    colour: str = INK
    halo: str = HALO
    weight: int = 400
    italic: bool = False
    spacing: float = 0
    width: float = 0
    shield: tuple[str, str] | None = None
    dot: Point | None = None
    line: tuple[Point, ...] = field(default=())


def labels_in(zoom: int, column: int, row: int) -> list[PlacedLabel]:
    """Return the labels that touch a tile, in pixels of the tile."""
    left, top = column % BLOCK_TILES * TILE_PX, row % BLOCK_TILES * TILE_PX
    touching = (left - 4, top - 4, left + TILE_PX + 4, top + TILE_PX + 4)
    return [
        _moved(label, -left, -top)
        for label in _block(zoom, column // BLOCK_TILES, row // BLOCK_TILES)
        if any(_meet(box, touching) for box in label.boxes)
    ]


def _block(zoom: int, block_column: int, block_row: int) -> list[PlacedLabel]:
    key = f"basemap-labels-{zoom}-{block_column}-{block_row}"
    placed = caches["local"].get(key)
    if placed is None:
        pixel_m = 2 * HALF_WORLD_M / 2**zoom / TILE_PX
        side = BLOCK_PX * pixel_m
        west, north = -HALF_WORLD_M + block_column * side, HALF_WORLD_M - block_row * side
        placed = place(zoom, candidates_of(zoom, (west, north - side, west + side, north), pixel_m))
        caches["local"].set(key, placed, KEPT_S)
    return placed


def place(zoom: int, candidates: Iterable[Candidate]) -> list[PlacedLabel]:
    """Return the labels that fit into a block, most important first."""
    space = Space(BLOCK_PX)
    placed: list[PlacedLabel] = []
    written: dict[str, list[Point]] = {}
    for candidate in sorted(candidates, key=_importance):
        for label in _PLACERS[candidate.theme](zoom, candidate):
            middle = ((label.boxes[0][0] + label.boxes[-1][2]) / 2, (label.boxes[0][1] + label.boxes[-1][3]) / 2)
            # A name twice on one screen is noise.
            near = 200 if label.shield else 420
            if candidate.theme != "number" and any(math.dist(middle, o) < near for o in written.get(label.text, ())):
                continue
            if space.take(label.boxes):
                placed.append(label)
                written.setdefault(label.text, []).append(middle)
    return placed


def _importance(candidate: Candidate) -> tuple[object, ...]:
    shape = candidate.shape["coordinates"]
    length = -len(candidate.text) if candidate.theme == "landmark" else candidate.rank
    return ORDER.index(candidate.theme), "ABSKG".find(candidate.kind), length, candidate.text, str(shape)[:60]


def _district(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    is_town = c.kind == "town"
    if zoom < 11 and not is_town:
        return
    if zoom <= 15:
        size = (15 if is_town else 12.5) + min(zoom - 11, 3)
        yield _at_point(c.text, c.shape["coordinates"], size=size, weight=700 if is_town else 600, colour="#2b2722")
    else:
        yield _at_point(c.text.upper(), c.shape["coordinates"], size=13, weight=600, colour="#857a6c", spacing=2)


def _neighbour(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    yield _at_point(c.text, c.shape["coordinates"], size=13, italic=True, colour="#6f6878", spacing=0.6)


def _shield(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    fill, outline, ink = SHIELDS.get(c.kind, SHIELDS["K"])
    size = 9.5
    width = text_width(c.text, size, bold=True) + 8
    points = [(x, y) for x, y in c.shape["coordinates"]]
    length = _length(points)
    times = max(1, round(length / 520))
    for index in range(times):
        x, y = part_of_line(points, length * (index + 0.5) / times, 0)[0]
        half, high = width / 2 + 3, size / 2 + 6
        yield PlacedLabel(
            c.text,
            ((x - half, y - high, x + half, y + high),),
            x=x,
            y=y,
            size=size,
            colour=ink,
            halo="",
            weight=700,
            width=width,
            shield=(fill, outline),
        )


def _street(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    size = {14: 9.5, 15: 10, 16: 11, 17: 12}.get(zoom, 13) + (0.5 if c.kind in "SK" else 0)
    yield from _along(c, size=size, colour=INK if c.kind != "G" else "#4a443b", every_px=620)


def _stream(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    yield from _along(c, size=10.5, colour="#2c6a89", italic=True, every_px=800, lift=True)


def _along(
    c: Candidate, *, size: float, colour: str, every_px: float, italic: bool = False, lift: bool = False
) -> Iterable[PlacedLabel]:
    """Yield tries along a line: each stretch's middle first, then beside it; bends that break words are left out."""
    points = [(float(x), float(y)) for x, y in c.shape["coordinates"]]
    width = text_width(c.text, size) + 6
    length = _length(points)
    if length < width:
        return
    stretches = max(1, round(length / every_px))
    for index in range(stretches):
        middle = length * (index + 0.5) / stretches
        for shift in (0, 40, -40, 80, -80, 130, -130, 190, -190, 260, -260):
            start = middle + shift - width / 2
            if start < 0 or start + width > length:
                continue
            line = part_of_line(points, start, width)
            if _bends(line):
                continue
            if line[-1][0] < line[0][0]:
                line = line[::-1]
            if lift:
                line = _lifted(line, size * 0.75)
            yield PlacedLabel(
                c.text, boxes_along(line, size), size=size, colour=colour, italic=italic, line=tuple(line)
            )


def _landmark(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    x, y = c.shape["coordinates"]
    text, size = _wrapped(c.text), 10.5
    colour = "#2f5f8a" if c.kind == "bus_stop" else "#6b3f24"
    lines = text.split("\n")
    half, high = max(text_width(line, size) for line in lines) / 2 + 2, len(lines) * size * 0.58
    for below in (high + 6, -high - 6):
        centre = y + below
        boxes = ((x - half, centre - high, x + half, centre + high), (x - 5, y - 5, x + 5, y + 5))
        yield PlacedLabel(text, boxes, x=x, y=centre, size=size, colour=colour, dot=(x, y))


def _ground(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    start, end = c.shape["coordinates"]
    size = 11 if zoom < 16 else 12
    text = _wrapped(c.text)
    widest = max(text_width(line, size) for line in text.split("\n"))
    # Water may be narrower than its name; other ground must hold it.
    if end[0] - start[0] < widest * (0.5 if c.kind == "water" else 0.9):
        return
    yield _at_point(text, start, size=size, colour=AREAS[c.kind][1], italic=True)


def _number(zoom: int, c: Candidate) -> Iterable[PlacedLabel]:
    yield _at_point(c.text, c.shape["coordinates"], size=9.5 if zoom == 17 else 11, colour="#75695a")


_PLACERS = {
    "district": _district,
    "neighbour": _neighbour,
    "shield": _shield,
    "landmark": _landmark,
    "street": _street,
    "ground": _ground,
    "stream": _stream,
    "number": _number,
}


def _at_point(
    text: str, at: list[float], *, size: float, colour: str, weight: int = 400, italic: bool = False, spacing: float = 0
) -> PlacedLabel:
    """Return a label centred on a point, pushed inside the block when it would cross its edge."""
    lines = text.split("\n")
    half = max(text_width(line, size, bold=weight > 500) + spacing * len(line) for line in lines) / 2 + 3
    high = len(lines) * size * 0.6 + 2
    x = min(max(at[0], half + 1), BLOCK_PX - half - 1)
    y = min(max(at[1], high + 1), BLOCK_PX - high - 1)
    box = (x - half, y - high, x + half, y + high)
    return PlacedLabel(text, (box,), x=x, y=y, size=size, colour=colour, weight=weight, italic=italic, spacing=spacing)


def _wrapped(text: str) -> str:
    """Return a long name on two lines, broken at the blank nearest to its middle."""
    blanks = [index for index, character in enumerate(text) if character == " "]
    if len(text) < 16 or not blanks:
        return text
    at = min(blanks, key=lambda index: abs(index - len(text) / 2))
    return f"{text[:at]}\n{text[at + 1 :]}"


def _bends(line: list[Point]) -> bool:
    """Would letters collide or stand apart? More than 22° at one point or 75° over the whole text."""
    total = 0.0
    for a, b, c in zip(line, line[1:], line[2:], strict=False):
        turn = math.atan2(c[1] - b[1], c[0] - b[0]) - math.atan2(b[1] - a[1], b[0] - a[0])
        turn = abs((turn + math.pi) % (2 * math.pi) - math.pi)
        total += turn
        if turn > math.radians(22):
            return True
    return total > math.radians(75)


def _lifted(line: list[Point], by: float) -> list[Point]:
    (ax, ay), (bx, by_) = line[0], line[-1]
    length = math.hypot(bx - ax, by_ - ay) or 1
    nx, ny = (by_ - ay) / length * by, -(bx - ax) / length * by
    return [(x + nx, y + ny) for x, y in line]


def _length(points: list[Point]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _moved(label: PlacedLabel, dx: float, dy: float) -> PlacedLabel:
    return replace(
        label,
        x=label.x + dx,
        y=label.y + dy,
        dot=(label.dot[0] + dx, label.dot[1] + dy) if label.dot else None,
        line=tuple((x + dx, y + dy) for x, y in label.line),
    )
