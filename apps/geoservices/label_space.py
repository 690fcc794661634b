"""Room for words: how wide a text is, which boxes it covers, and whether they are still free. Units are pixels."""

import itertools
import math
from collections.abc import Iterable

Point = tuple[float, float]
Box = tuple[float, float, float, float]

CELL_PX = 64
# Widths in em of a humanist sans; tiles are drawn with the reader's fonts, so these are on the generous side.
_NARROW, _WIDE = set("iljtfrI.,:;'|()1- "), set("mwMWÄÖ@%")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line of text."""
    em = 0.0
    for character in text:
        if character in _NARROW:
            em += 0.34
        elif character in _WIDE:
            em += 0.86
        elif character.isupper() or character.isdigit():
            em += 0.64
        else:
            em += 0.55
    return em * size * (1.06 if bold else 1)


def part_of_line(points: list[Point], start: float, length: float) -> list[Point]:
    """Return the part of a line that begins ``start`` along it and is ``length`` long (one point for length 0)."""
    part: list[Point] = []
    walked, end = 0.0, start + length
    for a, b in itertools.pairwise(points):
        step = math.dist(a, b)
        if step == 0:
            continue
        if not part and walked + step >= start:
            part.append(_between(a, b, (start - walked) / step))
        if part and walked + step >= end:
            last = _between(a, b, (end - walked) / step)
            return [*part, last] if length else part
        if part:
            part.append(b)
        walked += step
    return part or [points[-1]]


def boxes_along(line: list[Point], size: float) -> tuple[Box, ...]:
    """Return squares that cover a text running along a line."""
    total = sum(math.dist(a, b) for a, b in itertools.pairwise(line))
    half = size * 0.62
    count = max(2, math.ceil(total / size))
    middles = (part_of_line(line, total * index / (count - 1), 0)[0] for index in range(count))
    return tuple((x - half, y - half, x + half, y + half) for x, y in middles)


def _between(a: Point, b: Point, share: float) -> Point:
    share = min(max(share, 0.0), 1.0)
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


class Space:
    """The taken room of a square of ``side`` pixels."""

    def __init__(self, side: float) -> None:
        self.side = side
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def take(self, boxes: Iterable[Box]) -> bool:
        """Take the room of all boxes when it is free and inside the square; else change nothing."""
        wanted = list(boxes)
        for box in wanted:
            if box[0] < 0 or box[1] < 0 or box[2] > self.side or box[3] > self.side:
                return False
            for cell in self._touched(box):
                for other in self._cells.get(cell, ()):
                    if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                        return False
        for box in wanted:
            for cell in self._touched(box):
                self._cells.setdefault(cell, []).append(box)
        return True

    @staticmethod
    def _touched(box: Box) -> Iterable[tuple[int, int]]:
        for i in range(int(box[0] // CELL_PX), int(box[2] // CELL_PX) + 1):
            for j in range(int(box[1] // CELL_PX), int(box[3] // CELL_PX) + 1):
                yield i, j
