"""The plan drawing of the demonstration town: drawn at load time, and marked so that nobody takes it for a real one."""

import io
import math
from itertools import pairwise
from typing import Any

from PIL import Image, ImageDraw, ImageFont

#: Pixels to a side, and how many metres one of them is.
SIDE, METRES = 900, 0.5
PAPER, INK, STREET, HOUSING, GREEN, WATER = "#fffdf7", "#1f1f1f", "#f2d16b", "#e79a8b", "#9fc98b", "#8fbfe0"
# No umlauts: Pillow's own typeface, the one that is always there, has none.
LEGEND = (
    (HOUSING, "Wohngebiet"),
    (STREET, "Verkehr"),
    (GREEN, "Obstwiese"),
    (WATER, "Teich"),
)
LEGEND_WORDS = (
    "Demonstration. Rot: Wohngebiet. Gelb: Straße und Wege. Grün: Obstwiese. Blau: Regenwasserteich. "
    "Schwarze gestrichelte Linie: Grenze des Geltungsbereichs."
)


def draw_plan(area: Any) -> tuple[bytes, list[tuple[float, float, float, float]]]:
    """Return a PNG for an area (storage CRS), north up, and three control points (column, row, east, north)."""
    west, south, east, north = area.extent
    metres = max(METRES, max(east - west, north - south) * 1.2 / SIDE)
    left, top = (west + east - SIDE * metres) / 2, (south + north + SIDE * metres) / 2

    def pixel(x: float, y: float) -> tuple[float, float]:
        return (x - left) / metres, (top - y) / metres

    mask = Image.new("L", (SIDE, SIDE), 0)
    for part in area:
        ImageDraw.Draw(mask).polygon([pixel(x, y) for x, y in part[0].coords], fill=255)
    sheet = Image.new("RGB", (SIDE, SIDE), PAPER)
    sheet.paste(_inside(pixel(west, north), pixel(east, south)), mask=mask)
    pen = ImageDraw.Draw(sheet)
    for part in area:
        _dashed(pen, [pixel(x, y) for x, y in part[0].coords])
    pen.text((20, 16), "MUSTER - Demonstration, kein amtlicher Plan", fill=INK, font=ImageFont.load_default(26))
    pen.line([(SIDE - 60, 120), (SIDE - 60, 40), (SIDE - 72, 62), (SIDE - 48, 62), (SIDE - 60, 40)], fill=INK, width=3)
    pen.text((SIDE - 69, 124), "N", fill=INK, font=ImageFont.load_default(26))
    corners = [(0, 0), (SIDE, 0), (SIDE, SIDE)]
    return _png(sheet), [(x, y, left + x * metres, top - y * metres) for x, y in corners]


def draw_legend() -> bytes:
    """Return the picture of the legend as PNG."""
    sheet = Image.new("RGB", (460, 76 + 56 * len(LEGEND)), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(24)
    for number, (colour, words) in enumerate(LEGEND):
        pen.rectangle((20, 20 + 56 * number, 84, 60 + 56 * number), fill=colour, outline=INK, width=2)
        pen.text((104, 26 + 56 * number), words, fill=INK, font=font)
    pen.text((20, 22 + 56 * len(LEGEND)), "Demonstration", fill=INK, font=font)
    return _png(sheet)


def _inside(corner: tuple[float, float], other: tuple[float, float]) -> Image.Image:
    """Return what fills the area: blocks of houses between streets, a strip of trees, a pond."""
    picture = Image.new("RGB", (SIDE, SIDE), STREET)
    pen = ImageDraw.Draw(picture)
    (left, top), (right, bottom) = corner, other
    width, height = right - left, bottom - top
    for column in range(3):
        for row in range(3):
            box = _part(left, top, width, height, column, row)
            pen.rectangle(box, fill=GREEN if row == 0 else HOUSING)
            if row == 0:
                for tree in range(4):
                    x, y = box[0] + (tree + 0.5) * (box[2] - box[0]) / 4, (box[1] + box[3]) / 2
                    pen.ellipse((x - 12, y - 12, x + 12, y + 12), fill="#5d8f4c", outline=INK)
            else:
                for house in range(3):
                    x = box[0] + (house + 0.5) * (box[2] - box[0]) / 3
                    y = (box[1] + box[3]) / 2
                    pen.rectangle((x - 14, y - 18, x + 14, y + 18), fill="#b5503d", outline=INK)
    x, y, size = left + width * 0.5, top + height * 0.52, min(width, height) * 0.1
    pen.ellipse((x - size * 1.4, y - size, x + size * 1.4, y + size), fill=WATER, outline=INK, width=2)
    return picture


def _part(left: float, top: float, width: float, height: float, column: int, row: int) -> tuple[float, ...]:
    x, y = left + (column + 0.06) * width / 3, top + (row + 0.08) * height / 3
    return x, y, x + width / 3 * 0.88, y + height / 3 * 0.84


def _dashed(pen: ImageDraw.ImageDraw, corners: list[tuple[float, float]]) -> None:
    for (x, y), (to_x, to_y) in pairwise(corners):
        length = math.dist((x, y), (to_x, to_y))
        for at in range(0, math.ceil(length), 24):
            start, end = at / length, min(1, (at + 14) / length)
            dash = [(x + (to_x - x) * part, y + (to_y - y) * part) for part in (start, end)]
            pen.line(dash, fill=INK, width=5)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False)
    return out.getvalue()
