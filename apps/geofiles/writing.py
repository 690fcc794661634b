"""GIS files out of a layer: GeoPackage, GeoJSON, CSV and Shapefile.

The two open formats for many rows are streamed; CSV and Shapefile go through geopandas a batch at a time.
"""

import csv
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyogrio
import shapely

from apps.geo.crs import GEO_SRID, WGS84
from apps.geofiles.qgis_style import qml

if TYPE_CHECKING:
    import geopandas

    from apps.geofiles.batches import Table

# What a spreadsheet would run as a formula when a cell begins with it (threat W19).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Format:
    """A download format: file ending, media type, the CRS of its coordinates and its writer."""

    ending: str
    title: str
    media_type: str
    srid: int
    write: "Callable[[Table, Path], None]"


def write_geopackage(table: "Table", path: Path) -> None:
    """Write a GeoPackage 1.2 (OGC 12-128r14) with spatial index and the layer's style as QGIS default.

    Version 1.2 because QGIS 3.22 (Debian 12) warns about later ones.
    """
    from apps.geofiles.batches import GEOMETRY

    _write_arrow(table, path, driver="GPKG", srid=GEO_SRID, VERSION="1.2", GEOMETRY_NAME="geom")
    names = [name for name in table.schema.names if name != GEOMETRY]
    with sqlite3.connect(path) as database:
        # fid is the GeoPackage's own row number; ours is the public id.
        database.executescript(
            """
            CREATE TABLE layer_styles (
                id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256),
                f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
                useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
                update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
            INSERT INTO gpkg_contents (table_name, data_type, identifier, description)
            VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS');
            """
        )
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '')",
            (
                table.layer.name,
                "geom",
                str(table.layer.title)[:30],
                qml(table.layer, names),
                str(table.layer.abstract),
            ),
        )
        database.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
            (str(table.layer.title), str(table.layer.abstract), table.layer.name),
        )
    database.close()


def write_geojson(table: "Table", path: Path) -> None:
    """Write a GeoJSON FeatureCollection (RFC 7946: longitude and latitude, 7 decimals)."""
    _write_arrow(table, path, driver="GeoJSON", srid=WGS84, RFC7946="YES", COORDINATE_PRECISION="7", ID_FIELD="id")


def write_csv(table: "Table", path: Path) -> None:
    """Write UTF-8 CSV (RFC 4180, with BOM for spreadsheets): points as ``lon`` and ``lat``, other geometry as WKT.

    Texts that a spreadsheet would run as a formula get a leading apostrophe; numbers stay numbers.
    """
    import pyarrow as pa

    from apps.geofiles.batches import GEOMETRY

    is_point = table.layer.geometry_type == "Point"
    names = [name for name in table.schema.names if name != GEOMETRY]
    texts = {f.name for f in table.schema if pa.types.is_string(f.type)}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, *(["lon", "lat"] if is_point else ["wkt"])])
        for batch in table.batches():
            shapes = shapely.from_wkb(batch.column(GEOMETRY).to_pylist())
            if is_point:
                places: Any = shapely.get_coordinates(shapes).round(7).tolist()
            else:
                places = [[text] for text in shapely.to_wkt(shapes, rounding_precision=7)]
            columns = [_cells(batch.column(name), name in texts) for name in names]
            writer.writerows([*cells, *place] for *cells, place in zip(*columns, places, strict=True))


def _cells(column: Any, is_text: bool) -> list[Any]:
    values = column.to_pylist()
    if is_text:
        return [f"'{value}" if value and value.startswith(FORMULA) else value for value in values]
    return [value.isoformat() if hasattr(value, "isoformat") else value for value in values]


def write_shapefile(table: "Table", path: Path) -> None:
    """Write a zipped Shapefile in the storage CRS with UTF-8 attributes.

    Its format cuts names at 10 characters and texts at 254 bytes; ``FELDER.txt`` in the archive says which is which.
    """
    import pandas
    import pyarrow as pa

    from apps.geofiles.batches import GEOMETRY

    frames = [_frame(batch) for batch in table.batches()]
    names = [name for name in table.schema.names if name != GEOMETRY]
    short = _short_names(names)
    frame: Any = pandas.concat(frames) if frames else _frame(pa.RecordBatch.from_pylist([], schema=table.schema))
    folder = path.parent / f"{path.name}.parts"
    folder.mkdir()
    frame.rename(columns=short).to_file(
        folder / f"{table.layer.name}.shp",
        engine="pyogrio",
        encoding="UTF-8",
        geometry_type=_geometry_type(table),
    )
    legend = "\n".join(f"{short[name]}: {_title(table, name)}" for name in names)
    (folder / "FELDER.txt").write_text(f"{table.layer.title}\n\n{legend}\n", encoding="utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
            part.unlink()
    folder.rmdir()


def _frame(batch: Any) -> "geopandas.GeoDataFrame":
    import geopandas
    import pyarrow as pa

    from apps.geofiles.batches import GEOMETRY

    columns = {name: batch.column(name).to_pylist() for name in batch.schema.names if name != GEOMETRY}
    for field in batch.schema:
        if pa.types.is_timestamp(field.type):  # the format has no time of day: text keeps it
            columns[field.name] = [value.isoformat() if value else None for value in columns[field.name]]
        elif pa.types.is_string(field.type):
            columns[field.name] = [_cut(value) for value in columns[field.name]]
    shapes = geopandas.GeoSeries.from_wkb(batch.column(GEOMETRY).to_pylist(), crs=f"EPSG:{GEO_SRID}")
    return geopandas.GeoDataFrame(columns, geometry=shapes)


def _cut(text: str | None, limit: int = 254) -> str | None:
    """Return at most ``limit`` UTF-8 bytes of a text, never half a letter."""
    return text.encode()[:limit].decode(errors="ignore") if text else text


def _short_names(names: list[str]) -> dict[str, str]:
    short: dict[str, str] = {}
    for name in names:
        cut, number = name[:10], 1
        while cut in short.values():
            number += 1
            cut = f"{name[: 10 - len(str(number))]}{number}"
        short[name] = cut
    return short


def _title(table: "Table", name: str) -> str:
    return next((str(f.title) for f in table.fields if f.name == name), {"id": "Kennung"}.get(name, "geändert am"))


def _geometry_type(table: "Table") -> str:
    # A Shapefile knows no difference between a polygon and several.
    return {"MultiPolygon": "Polygon", "MultiLineString": "LineString"}.get(
        table.layer.geometry_type, table.layer.geometry_type
    )


def _write_arrow(table: "Table", path: Path, *, driver: str, srid: int, **options: str) -> None:
    from apps.geofiles.batches import GEOMETRY

    pyogrio.write_arrow(
        table.reader(),
        path,
        layer=table.layer.name,
        driver=driver,
        geometry_name=GEOMETRY,
        geometry_type=table.layer.geometry_type,
        crs=f"EPSG:{srid}",
        **options,
    )


FORMATS = {
    f.ending: f
    for f in (
        Format("gpkg", "GeoPackage", "application/geopackage+sqlite3", GEO_SRID, write_geopackage),
        Format("geojson", "GeoJSON", "application/geo+json", WGS84, write_geojson),
        Format("csv", "CSV", "text/csv; charset=utf-8", WGS84, write_csv),
        Format("shp.zip", "Shapefile", "application/zip", GEO_SRID, write_shapefile),
    )
}
