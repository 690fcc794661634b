"""The demonstration town's places: areas, roads, ground, parcels, buildings, landmarks, addresses of ``fixtures/``.

Everything is approximate and drawn for the demonstration (fixtures/brandis/README.md). Loading twice changes nothing:
each row has a key made from its file and its place in it.
"""

import csv
import json
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from apps.geo.crs import GEO_SRID, WGS84
from apps.places.folding import fold_address
from apps.places.models import Municipality

Rows = list[dict[str, Any]]

_SHAPE = f"ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(f.geometry::text), {WGS84}), {GEO_SRID})"
_AREA = f"""
INSERT INTO places_administrativearea (municipality_id, kind, key, name, contact, area, valid_from)
SELECT %s, f.kind, f.key, f.name, concat_ws(', ', f.contact_name, f.contact_url), ST_Multi({_SHAPE}),
       coalesce(f.valid_from, date '1999-01-01')
FROM json_to_recordset(%s) AS f(kind text, key text, name text, contact_name text, contact_url text, valid_from date,
                                geometry json)
ON CONFLICT (municipality_id, kind, key, valid_from) DO UPDATE
SET name = excluded.name, contact = excluded.contact, area = excluded.area
"""  # noqa: S608  (constants of this module; data travels as a parameter)
_ROAD = f"""
INSERT INTO places_road (municipality_id, key, road_class, number, name, path, width_m, line)
SELECT %s, f.key, f.road_class, coalesce(f.number, ''), coalesce(f.name, ''), coalesce(f.path, ''),
       coalesce(f.width_m, 6), {_SHAPE}
FROM json_to_recordset(%s) AS f(key text, road_class text, number text, name text, path text, width_m float,
                                geometry json)
ON CONFLICT (municipality_id, key) DO UPDATE
SET road_class = excluded.road_class, number = excluded.number, name = excluded.name, path = excluded.path,
    width_m = excluded.width_m, line = excluded.line
"""  # noqa: S608  (constants of this module; data travels as a parameter)
_BUILTUP = f"""
INSERT INTO places_builtuparea (municipality_id, key, name, area)
SELECT %s, f.key, coalesce(f.name, ''), ST_Multi({_SHAPE})
FROM json_to_recordset(%s) AS f(key text, name text, geometry json)
ON CONFLICT (municipality_id, key) DO UPDATE SET name = excluded.name, area = excluded.area
"""  # noqa: S608  (constants of this module; data travels as a parameter)
_ASSET = f"""
INSERT INTO places_asset (municipality_id, kind, key, name, shape)
SELECT %s, f.kind, f.key, coalesce(f.name, ''), {_SHAPE}
FROM json_to_recordset(%s) AS f(kind text, key text, name text, geometry json)
ON CONFLICT (municipality_id, kind, key) DO UPDATE SET name = excluded.name, shape = excluded.shape
"""  # noqa: S608  (constants of this module; data travels as a parameter)
_ADDRESS = f"""
INSERT INTO places_address (municipality_id, street, house_number, postcode, district, point, search)
SELECT %s, f.street, f.house_number, f.postcode, f.district, {_SHAPE}, f.search
FROM json_to_recordset(%s) AS f(street text, house_number text, postcode text, district text, search text,
                                geometry json)
ON CONFLICT (municipality_id, postcode, street, house_number) DO UPDATE
SET district = excluded.district, point = excluded.point, search = excluded.search
"""  # noqa: S608  (constants of this module; data travels as a parameter)
_PARCEL = f"""
INSERT INTO places_parcel (municipality_id, code, cadastral_district, official_area_m2, area)
SELECT %s, f.code, f.cadastral_district, f.official_area_m2, ST_Multi({_SHAPE})
FROM json_to_recordset(%s) AS f(code text, cadastral_district text, official_area_m2 float, geometry json)
ON CONFLICT (municipality_id, code) DO UPDATE
SET cadastral_district = excluded.cadastral_district, official_area_m2 = excluded.official_area_m2, area = excluded.area
"""  # noqa: S608  (constants of this module; data travels as a parameter)


@transaction.atomic
def load(town: Municipality, folder: Path) -> str:
    """Load every file of places in ``folder`` for one town and return a line that says how much that was."""
    areas = _features(folder / "areas.geojson")
    counted = {
        "Gebiete": _write(_AREA, town, areas),
        "Straßenstücke": _write(_ROAD, town, _features(folder / "roads.geojson")),
        "Ortslagen": _write(_BUILTUP, town, _features(folder / "builtup.geojson")),
        "Objekte und Flächen": _write(_ASSET, town, _assets(folder)),
        "Flurstücke": _write(_PARCEL, town, _features(folder / "parcels.geojson")),
        "Adressen": _write(_ADDRESS, town, _addresses(folder / "addresses.csv", areas)),
    }
    return ", ".join(f"{count} {name}" for name, count in counted.items())


def _features(path: Path, *, kind: str = "") -> Rows:
    """Return properties, geometry and a stable key of each feature of a GeoJSON file in CRS84 (none: no file)."""
    if not path.exists():
        return []
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [
        {"key": f"{path.stem}-{number:04}", "kind": kind, **feature["properties"], "geometry": feature["geometry"]}
        for number, feature in enumerate(features, 1)
    ]


def _assets(folder: Path) -> Rows:
    rows = [
        row for name in ("landuse", "lines", "assets", "landmarks") for row in _features(folder / f"{name}.geojson")
    ]
    for row in rows:
        if row["kind"] == "rail" and row.get("closed"):
            row["kind"] = "rail_closed"
    return rows + _features(folder / "buildings.geojson", kind="building")


def _addresses(path: Path, areas: Rows) -> Rows:
    """Return the address list with the district's name and the folded text for the search."""
    if not path.exists():
        return []
    districts = {area["key"]: area["name"] for area in areas if area["kind"] == "district"}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        {
            "street": row["street"],
            "house_number": row["house_number"],
            "postcode": row["postcode"],
            "district": (district := districts.get(row["district_key"], "")),
            "search": fold_address(row["street"], row["house_number"], row["postcode"], district),
            "geometry": {"type": "Point", "coordinates": [float(row["lon"]), float(row["lat"])]},
        }
        for row in rows
    ]


def _write(statement: str, town: Municipality, rows: Rows) -> int:
    """Insert or update the rows in one statement; the database reads and transforms the geometry."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [town.pk, json.dumps(rows)])
        return cursor.rowcount
