"""Text and geometry from outside: bounded before any byte reaches a parser.

GEOS and GDAL crash on deeply nested input (CVE-2026-15830) and GDAL follows references (CVE-2026-111362), so size and
nesting are counted on the bytes first, numbers are checked next, and only then a geometry is built, from numbers that
this module has seen itself. Every refusal is a German sentence that says what to do.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Point, Polygon
from django.contrib.gis.geos.linestring import LineString
from django.utils.translation import gettext as _

from apps.geo.crs import STORAGE_EXTENT, WGS84
from apps.geo.degrees import to_storage
from apps.geo.layers import Bbox

#: What ``json.loads`` makes of a text.
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MAX_BYTES = 64_000
MAX_DEPTH = 8
MAX_VERTICES = 20_000
#: The largest key of a row (bigint).
MAX_KEY = 2**63 - 1
# Germany's longitudes and latitudes do not overlap, so that swapped axes are certain, never guessed.
GERMAN_LON = (5.5, 15.5)
GERMAN_LAT = (47.0, 55.5)


class InputRefused(ValueError):
    """Something from outside that is not taken; the message is a sentence for the person who sent it."""


class GeometryRefused(InputRefused):
    """A geometry from outside that is not taken."""


def clean_text(value: str) -> str:
    """Return the text in NFC with plain line ends, without control characters.

    Raises ``InputRefused`` for NUL and lone surrogates: no keyboard makes them and no database stores them.
    """
    if "\x00" in value:
        raise InputRefused(_("Der Text enthält ein unzulässiges Zeichen (NUL). Bitte geben Sie ihn neu ein."))
    if re.search("[\ud800-\udfff]", value):
        raise InputRefused(_("Der Text enthält ein beschädigtes Zeichen. Bitte geben Sie ihn neu ein."))
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    # Bidirectional overrides (Cf) can make a text read differently from what it says.
    hidden = {"‪", "‫", "‬", "‭", "‮", "⁦", "⁧", "⁨", "⁩"}
    return "".join(c for c in text if c in "\n\t" or (unicodedata.category(c) != "Cc" and c not in hidden))


def parse_json(text: str | bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Json:
    """Return the JSON value of a text of bounded size and nesting; raises ``InputRefused``."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > max_bytes:
        raise InputRefused(_("Die Angabe ist zu groß: höchstens %(kb)d kB sind erlaubt.") % {"kb": max_bytes // 1000})
    # Brackets inside strings only make the count stricter.
    depth = deepest = 0
    for bracket in re.findall(rb"[\[\]{}]", raw):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > max_depth:
        raise InputRefused(_("Die Angabe ist zu tief verschachtelt."))
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputRefused(_("Die Angabe ist kein gültiges JSON.")) from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def parse_number(value: object, what: str) -> float:
    """Return a finite number from text (comma or point) or a number; raises ``GeometryRefused``."""
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,12}([.,]\d{1,20})?([eE][+-]?\d{1,3})?", text, re.ASCII):
        raise GeometryRefused(_("%(what)s ist keine Zahl.") % {"what": what})
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise GeometryRefused(_("%(what)s ist keine endliche Zahl.") % {"what": what})
    return number


def whole_number(text: str | None, *, most: int = MAX_KEY) -> int | None:
    """Return the whole number from 0 to ``most`` that a text writes in plain digits; None for whatever else is sent.

    ``"²".isdigit()`` is true and ``int("²")`` fails; ``int`` takes signs, spaces, ``1_000`` and other scripts' digits;
    PostgreSQL fails at a number that no key can have.
    """
    number = int(text) if text and re.fullmatch("[0-9]{1,19}", text) else None
    return number if number is not None and number <= most else None


def parse_lonlat(lon: object, lat: object) -> Point:
    """Return the storage-CRS point of a longitude and latitude in degrees (WGS 84); raises ``GeometryRefused``."""
    x, y = parse_number(lon, _("Die geographische Länge")), parse_number(lat, _("Die geographische Breite"))
    _check_lonlat(x, y)
    return _to_storage(Point(x, y, srid=WGS84))  # type: ignore[return-value]


def parse_bbox(text: str) -> Bbox:
    """Return ``xmin, ymin, xmax, ymax`` from ``"w,s,e,n"`` (six numbers: heights are dropped, OGC 17-069r4 § 7.15.3).

    Raises ``GeometryRefused``. The units are those of the caller's ``bbox-crs``.
    """
    parts = text.split(",") if len(text) <= 200 else []
    if len(parts) not in (4, 6):
        raise GeometryRefused(_("bbox braucht vier Zahlen: West, Süd, Ost, Nord."))
    numbers = [parse_number(part, _("Ein Wert von bbox")) for part in parts]
    west, south, east, north = numbers if len(numbers) == 4 else (numbers[0], numbers[1], numbers[3], numbers[4])
    if south > north or west > east:
        raise GeometryRefused(_("bbox ist verdreht: zuerst West und Süd, dann Ost und Nord."))
    return west, south, east, north


def parse_geojson_geometry(
    value: str | bytes | Mapping[str, object],
    *,
    allowed: Sequence[str] = ("Point",),
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
) -> GEOSGeometry:
    """Return a GeoJSON geometry (RFC 7946, CRS84) as a storage-CRS geometry, made plane; raises ``GeometryRefused``.

    ``allowed`` names the accepted types out of Point, LineString, Polygon and MultiPolygon; a Polygon where only
    MultiPolygon is allowed becomes one. Validity in the sense of ``ST_IsValid`` is checked by the caller's form.
    """
    try:
        data = parse_json(value, max_bytes=max_bytes, max_depth=max_depth) if isinstance(value, str | bytes) else value
    except InputRefused as error:
        raise GeometryRefused(str(error)) from error
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = data.get("geometry")
    if not isinstance(data, dict) or not isinstance(data.get("coordinates"), list):
        raise GeometryRefused(_("Erwartet wird eine GeoJSON-Geometrie mit „type“ und „coordinates“."))
    if "crs" in data:
        raise GeometryRefused(_("GeoJSON steht immer in Länge und Breite (WGS 84); bitte lassen Sie „crs“ weg."))
    kind = data.get("type")
    if kind == "Polygon" and "Polygon" not in allowed and "MultiPolygon" in allowed:
        data = {"type": "MultiPolygon", "coordinates": [data["coordinates"]]}
        kind = "MultiPolygon"
    if kind not in allowed or kind not in _BUILDERS:
        raise GeometryRefused(
            _("Dieser Geometrietyp ist hier nicht möglich; erlaubt: %(types)s.") % {"types": ", ".join(allowed)}
        )
    counter = [0]
    try:
        return _to_storage(_BUILDERS[kind](data["coordinates"], counter))
    except (GEOSException, TypeError, IndexError) as error:
        raise GeometryRefused(_("Die Koordinaten passen nicht zum Geometrietyp %(kind)s.") % {"kind": kind}) from error
    except ValueError as error:
        if isinstance(error, GeometryRefused):
            raise
        raise GeometryRefused(_("Ein Ring braucht mindestens vier Punkte und muss sich schließen.")) from error


def _position(value: object, counter: list[int]) -> tuple[float, float]:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        raise GeometryRefused(_("Ein Punkt besteht aus Länge und Breite."))
    counter[0] += 1
    if counter[0] > MAX_VERTICES:
        raise GeometryRefused(_("Die Geometrie hat zu viele Punkte (höchstens %(n)d).") % {"n": MAX_VERTICES})
    for number in value[:2]:
        if not isinstance(number, int | float) or isinstance(number, bool) or not _is_finite(number):
            raise GeometryRefused(_("Eine Koordinate ist keine endliche Zahl."))
    lon, lat = float(value[0]), float(value[1])
    _check_lonlat(lon, lat)
    return lon, lat


def _is_finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer too large for a float
        return False


def _check_lonlat(lon: float, lat: float) -> None:
    if GERMAN_LON[0] <= lon <= GERMAN_LON[1] and GERMAN_LAT[0] <= lat <= GERMAN_LAT[1]:
        return
    if GERMAN_LON[0] <= lat <= GERMAN_LON[1] and GERMAN_LAT[0] <= lon <= GERMAN_LAT[1]:
        raise GeometryRefused(_("Länge und Breite sind vertauscht: zuerst die Länge (Ost), dann die Breite (Nord)."))
    if abs(lon) > 180 or abs(lat) > 90:
        raise GeometryRefused(_("Die Koordinaten sind keine Grad. Bitte geben Sie Länge und Breite in WGS 84 an."))
    raise GeometryRefused(_("Der Ort liegt nicht in Deutschland."))


def _positions(value: object, counter: list[int]) -> list[tuple[float, float]]:
    if not isinstance(value, list):
        raise GeometryRefused(_("Eine Liste von Punkten fehlt."))
    return [_position(item, counter) for item in value]


def _polygon(value: object, counter: list[int]) -> Polygon:
    if not isinstance(value, list) or not value:
        raise GeometryRefused(_("Eine Fläche braucht einen äußeren Ring."))
    return Polygon(*(_positions(ring, counter) for ring in value), srid=WGS84)


def _multipolygon(value: object, counter: list[int]) -> MultiPolygon:
    if not isinstance(value, list) or not value:
        raise GeometryRefused(_("Eine Fläche braucht einen äußeren Ring."))
    return MultiPolygon(*(_polygon(part, counter) for part in value), srid=WGS84)


_BUILDERS: dict[str, Callable[[object, list[int]], GEOSGeometry]] = {
    "Point": lambda value, counter: Point(*_position(value, counter), srid=WGS84),
    "LineString": lambda value, counter: LineString(_positions(value, counter), srid=WGS84),
    "Polygon": _polygon,
    "MultiPolygon": _multipolygon,
}


def _to_storage(geometry: GEOSGeometry) -> GEOSGeometry:
    moved = to_storage(geometry)
    xmin, ymin, xmax, ymax = moved.extent
    inside = (
        xmin >= STORAGE_EXTENT[0]
        and ymin >= STORAGE_EXTENT[1]
        and xmax <= STORAGE_EXTENT[2]
        and ymax <= STORAGE_EXTENT[3]
    )
    if not inside:
        raise GeometryRefused(_("Der Ort liegt nicht in Deutschland."))
    return moved
