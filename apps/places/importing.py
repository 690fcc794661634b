"""From an official file to rows of ``places``: which column is what, which rows belong to the town, what is left out.

VG250 (BKG), "Klassifiziertes Straßennetz Sachsen" (LIST) and address lists name their columns differently; the table
below holds the names seen, and ``--map field=column`` overrides them.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import shapely
from django.utils.translation import gettext as _

from apps.geo.untrusted import InputRefused, clean_text
from apps.places.folding import fold_address
from apps.places.parcel_codes import ParcelCode

if TYPE_CHECKING:
    import geopandas

#: Areas tell a neighbour or a county by where they lie, everything else must meet the town widened by this much.
MARGIN_M = 5000.0
_AREA = {
    "key": ("ags", "key", "schluessel", "schlüssel", "gemeindeschluessel", "rs", "ars", "ortsteil_nr", "id"),
    "name": ("gen", "name", "bezeichnung", "ortsteil", "gemeinde"),
    "contact": ("contact", "kontakt"),
}
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "municipality": _AREA,
    "district": _AREA,
    "neighbour": _AREA,
    "county": _AREA,
    "road": {
        "key": ("key", "abschnitt", "abs_id", "objid", "gml_id", "id"),
        "road_class": ("road_class", "klasse", "strkl", "str_kl", "strassenklasse", "str_klasse", "widmung"),
        "number": ("number", "nummer", "strassennummer", "str_nr", "bezeichnung", "strbez", "strname"),
        "name": ("name", "strassenname", "straßenname"),
        "path": ("path", "weg"),
        "width_m": ("width_m", "breite", "fahrbahnbreite"),
    },
    "builtup": {"key": ("key", "id", "objid", "gml_id"), "name": ("name", "gen", "ortslage")},
    "address": {
        "street": ("street", "strasse", "straße", "strassenname", "stn"),
        "house_number": ("house_number", "hausnummer", "hnr", "hausnr"),
        "suffix": ("suffix", "adz", "hausnummernzusatz", "zusatz"),
        "postcode": ("postcode", "plz", "postleitzahl", "ptp"),
        "district": ("district", "ortsteil", "ott", "district_key"),
    },
    # Names of the AdV's "ALKIS-vereinfacht" and of usual exports; the register's owners are never read.
    "parcel": {
        "code": ("code", "flstkennz", "flurstueckskennzeichen", "flurstuecks_kennzeichen", "kennzeichen", "fsk"),
        "district_key": ("district_key", "gemaschl", "gemarkungsschluessel", "gemarkungsnummer"),
        "cadastral_district": ("cadastral_district", "gemarkung", "gemarkungsname"),
        "section": ("section", "flur", "flurnummer"),
        "numerator": ("numerator", "flstnrzae", "zaehler", "zähler"),
        "denominator": ("denominator", "flstnrnen", "nenner"),
        "official_area_m2": ("official_area_m2", "flaeche", "amtliche_flaeche", "amtlicheflaeche", "afl"),
    },
    "asset": {
        "kind": ("kind", "art", "typ"),
        "key": ("key", "id", "objid", "gml_id", "nummer"),
        "name": ("name", "bezeichnung"),
    },
}
CLASSES = {"A": "A", "B": "B", "S": "S", "L": "S", "K": "K", "G": "G"}
CLASS_WORDS = (("autobahn", "A"), ("bundes", "B"), ("staats", "S"), ("landes", "S"), ("kreis", "K"), ("gemeinde", "G"))
AREAS = ("municipality", "district", "neighbour", "county")


@dataclass
class Prepared:
    """Rows ready for the database (``values`` and a storage-CRS ``shape``), and what was left out with the reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def leave_out(self, reason: str) -> None:
        self.left_out[reason] += 1


def columns_of(kind: str, frame: "geopandas.GeoDataFrame", chosen: Mapping[str, str]) -> dict[str, str]:
    """Return field → column of the file; raises ``InputRefused`` for a chosen column or field that does not exist."""
    known = COLUMNS[kind]
    present = {str(name).strip().lower(): name for name in frame.columns if name != frame.geometry.name}
    for name, column in chosen.items():
        if name not in known or column.lower() not in present:
            raise InputRefused(
                _("„%(name)s=%(column)s“ passt nicht. Felder: %(fields)s. Spalten: %(columns)s.")
                % {"name": name, "column": column, "fields": ", ".join(known), "columns": ", ".join(present)}
            )
    found = {}
    for name, candidates in known.items():
        wanted = [chosen[name].lower()] if name in chosen else candidates
        if hit := next((present[column] for column in wanted if column in present), None):
            found[name] = hit
    return found


def prepare(
    kind: str,
    frame: "geopandas.GeoDataFrame",
    columns: dict[str, str],
    shapes: Iterable[shapely.Geometry | None],
    asset_kind: str,
) -> Prepared:
    """Return the rows of ``frame`` whose geometry (``shapes``, storage CRS) and attributes can be used."""
    prepared = Prepared()
    seen: set[tuple[object, ...]] = set()
    names = list(columns)
    other_kinds = _other_kinds(kind, frame)
    for values, shape, is_other in zip(_values(frame, columns), shapes, other_kinds, strict=True):
        row = dict(zip(names, values, strict=True))
        if is_other:
            prepared.leave_out(_("andere Art von Gebiet"))
            continue
        if shape is None or shape.is_empty or not math.isfinite(shape.bounds[0]):
            prepared.leave_out(_("ohne Lage"))
            continue
        if not shapely.is_valid(shape):
            shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
            prepared.notes[_("Geometrie repariert")] += 1
        for part in _parts(kind, shape):
            complete = _complete(kind, row, part, asset_kind, prepared)
            if complete is None:
                continue
            identity = tuple(complete[name] for name in IDENTITY[kind])
            if identity in seen and kind == "road":
                # One key for several pieces is usual: each piece is known again by its course.
                complete["key"] = f"{complete['key'][:45]}#{_fingerprint(part)[:12]}"
                identity = (complete["key"],)
            if identity in seen:
                prepared.leave_out(_("doppelt in der Datei"))
                continue
            seen.add(identity)
            prepared.rows.append({**complete, "shape": part})
    return prepared


IDENTITY = {
    **dict.fromkeys(AREAS, ("key",)),
    "road": ("key",),
    "builtup": ("key",),
    "address": ("postcode", "street", "house_number"),
    "parcel": ("code",),
    "asset": ("kind", "key"),
}


def _other_kinds(kind: str, frame: "geopandas.GeoDataFrame") -> list[bool]:
    """Tell for each row whether a ``kind`` column says that it is another kind of area than the wanted one."""
    column = frame["kind"] if kind in AREAS and "kind" in frame.columns else None
    if column is None or kind not in set(column):
        return [False] * len(frame)
    return (column != kind).tolist()


def _fingerprint(shape: shapely.Geometry) -> str:
    return hashlib.sha256(shapely.to_wkb(shape)).hexdigest()


def _values(frame: "geopandas.GeoDataFrame", columns: dict[str, str]) -> Iterator[tuple[str, ...]]:
    if not columns:
        yield from (() for _row in range(len(frame)))
        return
    for values in zip(*(frame[column].tolist() for column in columns.values()), strict=True):
        yield tuple(_text(value) for value in values)


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(clean_text(str(value)).split())


def _parts(kind: str, shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return what is stored: roads as single lines, areas as one multipolygon, addresses as one point."""
    if kind == "road":
        return [p for p in shapely.get_parts(shape) if p.geom_type == "LineString"]
    if kind == "address":
        return [shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)]
    if kind == "asset":
        return [shape]
    polygons = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return [shapely.MultiPolygon(polygons)] if polygons else []


def _complete(
    kind: str, row: dict[str, str], shape: shapely.Geometry, asset_kind: str, prepared: Prepared
) -> dict[str, Any] | None:
    """Return the row with everything its table needs, or None after noting why it is left out."""
    # Without a key of its own a feature is known again by its exact geometry.
    fingerprint = _fingerprint(shape)[:24]
    if kind == "address":
        number = f"{row.get('house_number', '')}{row.get('suffix', '')}".replace(" ", "")
        values = {"street": row.get("street", ""), "house_number": number, "postcode": row.get("postcode", "").zfill(5)}
        if not values["street"] or not number:
            prepared.leave_out(_("ohne Straße oder Hausnummer"))
            return None
        if not re.fullmatch(r"\d{5}", values["postcode"]) or values["postcode"] == "00000":
            prepared.leave_out(_("ohne gültige Postleitzahl"))
            return None
        district = row.get("district", "")
        folded = fold_address(values["street"], number, values["postcode"], district)
        return {**values, "district": district[:80], "search": folded[:300]}
    if kind == "parcel":
        code = parcel_code_of(row)
        if code is None:
            prepared.leave_out(_("ohne gültiges Flurstückskennzeichen"))
            return None
        named = row.get("cadastral_district", "")[:120]
        return {"code": code, "cadastral_district": named, "official_area_m2": _square_metres(row)}
    if kind == "road":
        road_class = road_class_of(row.get("road_class", ""), row.get("number", ""))
        if road_class is None:
            prepared.leave_out(_("ohne erkennbare Straßenklasse"))
            return None
        path = row.get("path", "") if row.get("path", "") in {"field", "forest"} else ""
        key, number = row.get("key") or fingerprint, row.get("number", "")[:20]
        return {"key": key[:60], "road_class": road_class, "number": number, "name": row.get("name", "")[:120],
                "path": path, "width_m": _width(row.get("width_m", ""))}  # fmt: skip
    if kind == "asset":
        code = asset_kind or row.get("kind", "")
        if not re.fullmatch(r"[a-z][a-z_]{1,39}", code):
            prepared.leave_out(_("ohne Art (--asset-kind)"))
            return None
        return {"kind": code, "key": (row.get("key") or fingerprint)[:60], "name": row.get("name", "")[:120]}
    key = row.get("key") or (fingerprint if kind == "builtup" else "")
    if not key or (kind in AREAS and not row.get("name")):
        prepared.leave_out(_("ohne Schlüssel oder Namen"))
        return None
    values = {"key": key[:40], "name": (row.get("name") or key)[:120]}
    return values if kind == "builtup" else {**values, "contact": row.get("contact", "")[:200]}


def road_class_of(text: str, number: str) -> str | None:
    """Return A, B, S, K or G from a class ("S", "Kreisstraße") or from a number ("K 8367"), or None."""
    if text.upper() in CLASSES:
        return CLASSES[text.upper()]
    for word, road_class in CLASS_WORDS:
        if word in text.lower():
            return road_class
    match = re.match(r"(BAB|A|B|S|L|K|G)\s*\d", number.upper())
    return CLASSES["A" if match[1] == "BAB" else match[1]] if match else None


def _width(text: str) -> float:
    try:
        width = float(text.replace(",", "."))
    except ValueError:
        return 6.0
    return width if 1 <= width <= 60 else 6.0


def parcel_code_of(row: Mapping[str, str]) -> str | None:
    """Return the Flurstückskennzeichen of a row, put together from its parts where the file has no column for it."""
    try:
        if code := row.get("code", "").replace(" ", ""):
            return ParcelCode.parse(code).full
        names = ("section", "numerator", "denominator")
        section, numerator, denominator = (int(row.get(name, "").strip("_") or 0) for name in names)
        parts = ParcelCode(row.get("district_key", ""), section or None, numerator, denominator or None)
        return ParcelCode.parse(parts.full).full if numerator else None
    except ValueError:
        return None


def _square_metres(row: Mapping[str, str]) -> float | None:
    try:
        size = float(row.get("official_area_m2", "").replace(",", "."))
    except ValueError:
        return None
    return size if 0 < size < math.inf else None
