"""From path data and placed labels to an SVG document. Everything is an attribute: no style, no script, no link."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from apps.geoservices import basemap_style as style

if TYPE_CHECKING:
    from apps.geoservices.basemap_labels import PlacedLabel

Themes = dict[str, list[tuple[float, str]]]
UNITS = 4  # of the drawing in a pixel, see basemap.py


def svg_of(
    zoom: int, themes: Themes, labels: Iterable["PlacedLabel"], trees: str, *, is_for_paper: bool = False
) -> str:
    """Return the document of one tile; ``themes`` holds path data by theme, each with a width in pixels.

    ``is_for_paper``: in the SVG that makers of PDF files understand: no text along a line, nothing painted in turn.
    """
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 1024 1024">'
        f'<rect width="1024" height="1024" fill="{style.OUTSIDE}"/>'
        '<g stroke-linejoin="round" stroke-linecap="round" fill="none">',
        *_areas(themes),
        *_ground(zoom, themes),
        *_veil(themes),
        *_lines(zoom, themes),
        *_buildings(zoom, themes),
        *_roads(zoom, themes),
        *_boundaries(zoom, themes),
    ]
    if trees:
        parts.append(f'<path d="{trees}" stroke="{style.TREE}" stroke-width="{UNITS * 7}" stroke-opacity=".85"/>')
    parts.append("</g>")
    placed = list(labels)
    if placed:
        parts.append(f'<g font-family="{style.FONT}" text-anchor="middle" stroke-linejoin="round">')
        parts.extend(
            straight_label_svg(label) if is_for_paper else label_svg(label, number)
            for number, label in enumerate(placed)
        )
        parts.append("</g>")
    parts.append("</svg>")
    return "".join(parts)


def _join(themes: Themes, theme: str) -> str:
    return "".join(path for _width, path in themes.get(theme, []))


def _px(pixels: float) -> str:
    return f"{pixels * UNITS:.4g}"


def _areas(themes: Themes) -> Iterable[str]:
    if path := _join(themes, "municipality"):
        yield f'<path d="{path}" fill="{style.TOWN}"/>'


def _ground(zoom: int, themes: Themes) -> Iterable[str]:
    for theme, fill, outline, _first in style.GROUND:
        if path := _join(themes, theme):
            line = f' stroke="{outline}" stroke-width="{_px(0.8)}"' if outline and zoom >= 13 else ""
            yield f'<path d="{path}" fill="{fill}"{line}/>'


def _veil(themes: Themes) -> Iterable[str]:
    """Calm what lies outside of every town of the installation."""
    town = _join(themes, "municipality")
    yield f'<path d="M-96-96H1120V1120H-96Z{town}" fill="{style.OUTSIDE}" fill-opacity=".62" fill-rule="evenodd"/>'


def _lines(zoom: int, themes: Themes) -> Iterable[str]:
    if path := _join(themes, "line-stream"):
        yield f'<path d="{path}" stroke="{style.STREAM}" stroke-width="{_px(1 + max(0, zoom - 12) * 0.55)}"/>'
    dark, light = style.RAIL
    width = 1.2 + max(0, zoom - 12) * 0.55
    if path := _join(themes, "line-rail"):
        yield f'<path d="{path}" stroke="{dark}" stroke-width="{_px(width + 1)}" stroke-linecap="butt"/>'
        if zoom >= 13:
            dash = _px(5 + zoom - 13)
            yield (
                f'<path d="{path}" stroke="{light}" stroke-width="{_px(width - 0.4)}" stroke-linecap="butt"'
                f' stroke-dasharray="{dash} {dash}"/>'
            )
    if zoom >= 13 and (path := _join(themes, "line-rail_closed")):
        dash = _px(4)
        yield (
            f'<path d="{path}" stroke="{dark}" stroke-opacity=".55" stroke-width="{_px(1.4)}" stroke-linecap="butt"'
            f' stroke-dasharray="{dash} {dash}"/>'
        )


def _buildings(zoom: int, themes: Themes) -> Iterable[str]:
    if path := _join(themes, "building"):
        fill, outline = style.BUILDING
        yield f'<path d="{path}" fill="{fill}" stroke="{outline}" stroke-width="{_px(0.6 if zoom < 17 else 0.9)}"/>'


def _roads(zoom: int, themes: Themes) -> Iterable[str]:
    if path := _join(themes, "path"):
        width = 0.9 + max(0, zoom - 14) * 0.35
        yield (
            f'<path d="{path}" stroke="{style.PATH}" stroke-width="{_px(width)}"'
            f' stroke-dasharray="{_px(4)} {_px(3)}" stroke-opacity=".9"/>'
        )
    for layer in ("casing", "surface"):
        for road_class, (fill, casing) in style.ROADS.items():
            least = style.road_px(road_class, zoom)
            for true_px, path in themes.get(f"road-{road_class}", []):
                width = max(least, true_px)
                if layer == "casing":
                    if zoom >= style.CASING_FROM or road_class in "AB":
                        edge = 1.4 if zoom < 15 else 2
                        yield f'<path d="{path}" stroke="{casing}" stroke-width="{_px(width + edge)}"/>'
                else:
                    colour = fill if zoom >= style.CASING_FROM or road_class != "G" else "#fffdf8"
                    yield f'<path d="{path}" stroke="{colour}" stroke-width="{_px(width)}"/>'


def _boundaries(zoom: int, themes: Themes) -> Iterable[str]:
    if path := _join(themes, "neighbour"):
        yield f'<path d="{path}" stroke="{style.BOUNDARY}" stroke-opacity=".3" stroke-width="{_px(1)}"/>'
    if path := _join(themes, "district"):
        yield (
            f'<path d="{path}" stroke="{style.BOUNDARY}" stroke-opacity=".35" stroke-width="{_px(1)}"'
            f' stroke-dasharray="{_px(1)} {_px(5)}"/>'
        )
    if path := _join(themes, "municipality"):
        yield f'<path d="{path}" stroke="{style.BOUNDARY}" stroke-opacity=".16" stroke-width="{_px(8)}"/>'
        yield (
            f'<path d="{path}" stroke="{style.BOUNDARY}" stroke-opacity=".8" stroke-width="{_px(1.5)}"'
            f' stroke-dasharray="{_px(9)} {_px(4)} {_px(1)} {_px(4)}"/>'
        )


def label_svg(label: "PlacedLabel", number: int) -> str:
    """Return one label; coordinates are pixels of the tile."""
    font = (
        f'font-size="{_px(label.size)}" fill="{label.colour}"'
        + (f' font-weight="{label.weight}"' if label.weight != 400 else "")
        + (' font-style="italic"' if label.italic else "")
        + (f' letter-spacing="{_px(label.spacing)}"' if label.spacing else "")
    )
    halo = f' stroke="{label.halo}" stroke-width="{_px(3)}" paint-order="stroke"' if label.halo else ""
    text = escape(label.text)
    if label.line:
        # The line was laid from left to right; the text sits on it, its middle on the road's.
        steps = " ".join(f"{x * UNITS:.0f} {y * UNITS:.0f}" for x, y in label.line)
        return (
            f'<path id="l{number}" d="M{steps}" fill="none"/><text {font}{halo} dy="{_px(label.size * 0.35)}">'
            f'<textPath href="#l{number}" startOffset="50%">{text}</textPath></text>'
        )
    x, y = label.x * UNITS, label.y * UNITS
    if label.shield:
        width, height = label.width * UNITS, (label.size + 5) * UNITS
        fill, outline = label.shield
        return (
            f'<rect x="{x - width / 2:.0f}" y="{y - height / 2:.0f}" width="{width:.0f}" height="{height:.0f}"'
            f' rx="{_px(2.5)}" fill="{fill}" stroke="{outline}" stroke-width="{_px(1)}"/>'
            f'<text {font} x="{x:.0f}" y="{y + label.size * 0.36 * UNITS:.0f}">{text}</text>'
        )
    lines = "".join(
        f'<tspan x="{x:.0f}" dy="{0 if index == 0 else _px(label.size * 1.1)}">{escape(line)}</tspan>'
        for index, line in enumerate(label.text.split("\n"))
    )
    first = y + (label.size * 0.35 - (label.text.count("\n")) * label.size * 0.55) * UNITS
    text_svg = f'<text {font}{halo} y="{first:.0f}">{lines}</text>'
    if label.dot:
        cx, cy = label.dot[0] * UNITS, label.dot[1] * UNITS
        return (
            f'<circle cx="{cx:.0f}" cy="{cy:.0f}" r="{_px(3.2)}" fill="{label.colour}" stroke="#fff"'
            f' stroke-width="{_px(1.4)}"/>{text_svg}'
        )
    return text_svg


def straight_label_svg(label: "PlacedLabel") -> str:
    """Return one label as ``label_svg`` does, without halo, and straight at the middle of its line."""
    if not label.line:
        return label_svg(replace(label, halo=""), 0)
    (x1, y1), (x2, y2) = _middle_step(label.line)
    angle = math.degrees(math.atan2(y2 - y1, x2 - x1))
    inside = label_svg(replace(label, halo="", line=(), x=0, y=0), 0)
    middle = f"{(x1 + x2) / 2 * UNITS:.0f} {(y1 + y2) / 2 * UNITS:.0f}"
    return f'<g transform="translate({middle}) rotate({angle:.1f})">{inside}</g>'


def _middle_step(line: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the two points of a line between which the middle of its length lies."""
    steps = list(pairwise(line))
    lengths = [math.dist(*step) for step in steps]
    left = sum(lengths) / 2
    for step, length in zip(steps, lengths, strict=True):
        if left <= length:
            return step
        left -= length
    return steps[-1]
