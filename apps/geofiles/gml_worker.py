"""The child process that reads GML and XPlanGML: features with their values and areas, the numbers as they stand.

Run by ``apps.geo.sandbox``; nothing but the standard library. No document type, no entities, no references are
followed, nesting and number of elements are counted while the parser runs (OWASP XML External Entity Prevention).
Geometry after ISO 19136 (GML 3.2), clauses 10 and 11: straight segments and arcs through three points; others are told.

Order: {max_elements, max_depth, max_vertices}; the document comes on standard input. Answer: one JSON object
``{"root": [namespace, name], "features": [{"name", "namespace", "values": {path: [text]}, "areas": [{"property",
"crs", "polygons": [[ring]]}]}], "odd": [name of a geometry that was not understood]}``, or ``{"error": why}``.
"""

import json
import math
import sys
from typing import Any
from xml.parsers import expat

GML = "http://www.opengis.net/gml"
MEMBERS = {"featureMember", "featureMembers", "member"}
AREAS = {"Polygon", "PolygonPatch", "Rectangle", "Surface", "MultiSurface", "MultiPolygon", "CompositeSurface"}
WRAPPERS = {"surfaceMember", "surfaceMembers", "polygonMember", "patches", "polygonPatches"}
OUTER, INNER = {"exterior", "outerBoundaryIs"}, {"interior", "innerBoundaryIs"}
STRAIGHT = {"LinearRing", "LineStringSegment", "LineString"}
#: Points on a half circle when an arc becomes straight pieces; the sagitta is then below 0.04 % of the radius.
STEPS = 56
MAX_TEXT = 2_000


class Refused(Exception):
    """A document that is not read; the text is one of a few words."""


class Element:
    """One element: local name, namespace, attributes by local name, text, children."""

    __slots__ = ("attributes", "children", "name", "namespace", "text")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.namespace, _space, self.name = tag.rpartition(" ")
        self.attributes = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self.children: list[Element] = []
        self.text = ""


def prepare(order: dict[str, Any]) -> None:
    """Nothing to load."""


def work(prepared: None, order: dict[str, Any]) -> None:
    """Answer for the document on standard input."""
    try:
        answer = read(parse(sys.stdin.buffer.read(), order), order["max_vertices"])
    except Refused as refusal:
        answer = {"error": str(refusal)}
    except (expat.ExpatError, ValueError, OverflowError):
        answer = {"error": "unreadable"}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def parse(document: bytes, order: dict[str, Any]) -> Element:
    """Return the tree of a document; raises ``Refused`` for a definition of its own, depth or length."""
    parser = expat.ParserCreate(namespace_separator=" ")
    top = Element("", {})
    stack, room = [top], [order["max_elements"]]

    def refuse(*_: Any) -> int:
        raise Refused("entities")

    def start(tag: str, attributes: dict[str, str]) -> None:
        room[0] -= 1
        if room[0] < 0 or len(stack) > order["max_depth"]:
            raise Refused("elements" if room[0] < 0 else "depth")
        element = Element(tag, attributes)
        stack[-1].children.append(element)
        stack.append(element)
        pieces.clear()  # text beside elements means nothing here

    pieces: list[str] = []

    def end(_tag: str) -> None:
        stack.pop().text = "".join(pieces).strip()
        pieces.clear()

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = pieces.append
    parser.buffer_text = True
    parser.Parse(document, True)
    return top.children[0]


def read(root: Element, max_vertices: int) -> dict[str, object]:
    """Return the features of a collection; a document that is one feature counts as one."""
    features: list[Element] = []
    for member in root.children:
        if member.name in MEMBERS:
            features += member.children
    reader = Reader(max_vertices)
    found = [reader.feature(element) for element in features or [root]]
    return {"root": [root.namespace, root.name], "features": found, "odd": sorted(reader.odd)}


class Reader:
    """Turns elements into values and areas; remembers what it did not understand."""

    def __init__(self, max_vertices: int) -> None:
        self.room = max_vertices
        self.odd: set[str] = set()

    def feature(self, element: Element) -> dict[str, object]:
        values: dict[str, list[str]] = {}
        areas: list[dict[str, Any]] = []
        for child in element.children:
            self._walk(child, child.name, values, areas, "")
        return {"name": element.name, "namespace": element.namespace, "values": values, "areas": areas}

    def _walk(self, element: Element, path: str, values: Any, areas: Any, crs: str) -> None:
        crs = element.attributes.get("srsName", crs)
        if element.namespace.startswith(GML) and element.name in AREAS:
            polygons = self.polygons(element)
            if polygons:
                inner = crs or next(filter(None, (c.attributes.get("srsName", "") for c in _all(element))), "")
                areas.append({"property": path.partition("/")[0], "crs": inner, "polygons": polygons})
            return
        if element.text and not element.children:
            values.setdefault(path, []).append(element.text[:MAX_TEXT])
        if "href" in element.attributes and not element.children:
            values.setdefault(f"{path}/@href", []).append(element.attributes["href"][:MAX_TEXT])
        for child in element.children:
            self._walk(child, f"{path}/{child.name}", values, areas, crs)

    def polygons(self, element: Element) -> list[list[list[list[float]]]]:
        """Return the polygons of an area as rings, the outer one first."""
        if element.name in {"Polygon", "PolygonPatch", "Rectangle"}:
            outer = [ring for e in element.children if e.name in OUTER for ring in self.rings(e)]
            inner = [ring for e in element.children if e.name in INNER for ring in self.rings(e)]
            return [[*outer, *inner]] if len(outer) == 1 else []
        found = []
        for child in element.children:
            if child.name in AREAS:
                found += self.polygons(child)
            elif child.name in WRAPPERS:
                for part in child.children:
                    if part.name in AREAS:
                        found += self.polygons(part)
                    else:
                        self.odd.add(part.name[:60])
            elif child.name not in {"description", "name", "boundedBy", "identifier"}:
                self.odd.add(child.name[:60])
        return found

    def rings(self, boundary: Element) -> list[list[list[float]]]:
        found = []
        for ring in boundary.children:
            positions: list[list[float]] = []
            for piece in self._pieces(ring):
                more = self._segment(piece)
                positions += more[1:] if positions and more and positions[-1] == more[0] else more
            self.room -= len(positions)
            if self.room < 0:
                raise Refused("vertices")
            if len(positions) >= 3:
                found.append(positions)
        return found

    def _pieces(self, element: Element) -> list[Element]:
        """Return the segments of a ring in their order."""
        if element.name in STRAIGHT or (element.namespace and not element.children):
            return [element]
        if element.name in {"Ring", "curveMember", "Curve", "segments", "CompositeCurve"}:
            return [piece for child in element.children for piece in self._pieces(child)]
        return [element]

    def _segment(self, element: Element) -> list[list[float]]:
        positions = _positions(element)
        if element.name in STRAIGHT:
            return positions
        if element.name in {"Arc", "ArcString"} and len(positions) >= 3 and len(positions) % 2:
            arcs = [_arc(*positions[n : n + 3]) for n in range(0, len(positions) - 2, 2)]
            return [positions[0], *(position for arc in arcs for position in arc)]
        if element.name == "Circle" and len(positions) == 3:
            first, second, third = positions
            turned = [2 * c - p for c, p in zip(_centre(first, second, third), first, strict=True)]
            return [first, *_arc(first, second, turned), *_arc(turned, third, first)]
        self.odd.add(element.name[:60])
        raise Refused("curves")


def _all(element: Element) -> list[Element]:
    return [element, *(inner for child in element.children for inner in _all(child))]


def _positions(element: Element) -> list[list[float]]:
    """Return the positions of ``posList``, ``pos`` or GML 2 ``coordinates``; heights are dropped."""
    numbers: list[float] = []
    size = int(element.attributes.get("srsDimension", "2"))
    for child in element.children:
        if child.name in {"posList", "pos"}:
            size = int(child.attributes.get("srsDimension", size))
            part = [float(number) for number in child.text.split()]
            if child.name == "pos":
                part, size = part[:2], 2
            numbers += part
        elif child.name == "coordinates":
            for position in child.text.split():
                numbers += [float(number) for number in position.split(",")[:2]]
            size = 2
    if size not in (2, 3) or len(numbers) % size or not all(map(math.isfinite, numbers)):
        raise Refused("numbers")
    return [numbers[n : n + 2] for n in range(0, len(numbers), size)]


def _centre(a: list[float], b: list[float], c: list[float]) -> tuple[float, float]:
    """Return the centre of the circle through three points; ``Refused`` where they lie on a line."""
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    twice = 2 * (bx * cy - by * cx)
    if abs(twice) < 1e-9:
        raise Refused("curves")
    ux = (cy * (bx * bx + by * by) - by * (cx * cx + cy * cy)) / twice
    uy = (bx * (cx * cx + cy * cy) - cx * (bx * bx + by * by)) / twice
    return a[0] + ux, a[1] + uy


def _arc(a: list[float], b: list[float], c: list[float]) -> list[list[float]]:
    """Return the positions after ``a`` on the arc from ``a`` through ``b`` to ``c``."""
    if abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) < 1e-6:
        return [b, c]
    x, y = _centre(a, b, c)
    radius = math.hypot(a[0] - x, a[1] - y)
    start, middle, end = (math.atan2(p[1] - y, p[0] - x) for p in (a, b, c))
    turn = (end - start) % math.tau
    if (middle - start) % math.tau > turn:
        turn -= math.tau
    steps = max(2, math.ceil(abs(turn) / math.pi * STEPS))
    angles = [start + turn * n / steps for n in range(1, steps)]
    return [[x + radius * math.cos(angle), y + radius * math.sin(angle)] for angle in angles] + [c]
