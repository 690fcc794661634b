"""The child process that opens a GIS file from outside: it becomes a note and an Arrow stream on stdout.

Run by ``apps.geo.sandbox``, never imported by the site: GDAL is loaded with the few drivers that the environment
leaves it, then the walls close, and only then it looks at the file.

Order: {source, layer, drivers, max_rows}. Answer: one line of JSON, ``{"layers", "layer", "crs", "geometry", "rows"}``
and the table; or ``{"error": "layer" or "rows"}`` alone.
"""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any


def check_database(path: Path) -> None:
    """Refuse a GeoPackage that could run something: triggers beyond the known, views, virtual tables but R-trees."""
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master WHERE type <> 'index'"):
            text = (sql or "").lower()
            known = name.lower().startswith(("rtree_", "gpkg_", "trigger_", "fts_", "sqlite_"))
            if kind == "view" or (kind == "trigger" and not known) or ("virtual table" in text and "rtree" not in text):
                raise ValueError("database")


def check_xml(path: Path) -> None:
    """Refuse documents with their own entities or an external definition."""
    head = path.read_bytes()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise ValueError("entities")


def prepare(order: dict[str, Any]) -> None:
    """Load GDAL and Arrow; raises when there is a driver that nobody asked for."""
    import pyarrow.ipc  # noqa: F401
    import pyogrio

    if unknown := set(pyogrio.list_drivers()) - set(order["drivers"]):
        raise RuntimeError(f"drivers {sorted(unknown)[:3]}")


def work(prepared: None, order: dict[str, Any]) -> None:
    """Answer for one file; whatever it stumbles over ends the process, and that is the answer."""
    import pyarrow
    import pyogrio

    source = Path(order["source"])
    with source.open("rb") as file:
        start = file.read(16)
    if start.startswith(b"SQLite format 3"):
        check_database(source)
    elif start.lstrip().startswith(b"<"):
        check_xml(source)
    layers = [str(name) for name, _ in pyogrio.list_layers(source)]
    layer = order["layer"] or (layers[0] if layers else None)
    if layer not in layers:
        return tell({"error": "layer", "layers": layers})
    meta, table = pyogrio.read_arrow(source, layer=layer, max_features=order["max_rows"] + 1)
    if table.num_rows > order["max_rows"]:
        return tell({"error": "rows"})
    geometry = meta["geometry_name"] or "wkb_geometry"
    plain = [c for c in table.column_names if c == geometry or not pyarrow.types.is_nested(table.schema.field(c).type)]
    tell({"layers": layers, "layer": layer, "crs": meta["crs"], "geometry": geometry, "rows": table.num_rows})
    with pyarrow.ipc.new_stream(sys.stdout.buffer, table.select(plain).schema) as out:
        out.write_table(table.select(plain))


def tell(note: dict[str, Any]) -> None:
    """Write the first line of the answer."""
    sys.stdout.buffer.write(json.dumps(note).encode() + b"\n")
