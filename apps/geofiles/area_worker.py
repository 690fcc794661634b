"""The child process that looks for areas in a file of GDAL's: all layers at once, geometry and layer names only.

Run by ``apps.geo.sandbox`` like ``file_worker.py``, whose checks it shares.

Order: {source, drivers, max_layers, max_shapes, max_vertices}. Answer: one JSON object, ``{"layers": [{"name", "crs",
"groups": [name of a shape's drawing layer], "shapes": [WKB as hex, or null], "kinds": {type: number}}]}``, with
``"network_links"`` for a KML; or ``{"error": "layers" or "shapes" or "vertices"}`` alone.
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # which ``python -I`` leaves out

#: Areas, and closed lines as drawings have them.
KEPT = ("Polygon", "MultiPolygon", "LineString", "LinearRing", "MultiLineString", "GeometryCollection")


def prepare(order: dict[str, Any]) -> None:
    """Load GDAL; raises when there is a driver that nobody asked for."""
    import file_worker
    import shapely  # noqa: F401

    file_worker.prepare(order)


def work(prepared: None, order: dict[str, Any]) -> None:
    """Answer for one file; whatever it stumbles over ends the process, and that is the answer."""
    import file_worker
    import pyogrio

    source = Path(order["source"])
    told: dict[str, Any] = {"layers": []}
    with source.open("rb") as file:
        start = file.read(16)
    if start.startswith(b"SQLite format 3"):
        file_worker.check_database(source)
    elif start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        file_worker.check_xml(source)
        told["network_links"] = source.read_bytes().count(b"<NetworkLink")
    names = [str(name) for name, kind in pyogrio.list_layers(source) if kind is not None]
    if len(names) > order["max_layers"]:
        return tell({"error": "layers"})
    room = {"shapes": order["max_shapes"], "vertices": order["max_vertices"]}
    for name in names:
        layer = _layer(source, name, room)
        if room["shapes"] < 0 or room["vertices"] < 0:
            return tell({"error": "shapes" if room["shapes"] < 0 else "vertices"})
        told["layers"].append(layer)
    tell(told)


def _layer(source: Path, name: str, room: dict[str, int]) -> dict[str, object]:
    """Return one layer with the shapes that may be areas, counting down what may still be read."""
    import pyogrio
    import shapely

    columns = [column for column in pyogrio.read_info(source, layer=name)["fields"] if column == "Layer"]
    meta, table = pyogrio.read_arrow(source, layer=name, columns=columns, max_features=room["shapes"] + 1)
    room["shapes"] -= table.num_rows
    layer: dict[str, Any] = {"name": name, "crs": meta["crs"], "groups": [], "shapes": [], "kinds": {}}
    if room["shapes"] < 0:
        return layer
    geometry = meta["geometry_name"] or "wkb_geometry"
    groups = table.column("Layer").to_pylist() if columns else [""] * table.num_rows
    # What GEOS does not know (curves in a damaged file) counts as unreadable, not as nothing.
    shapes = shapely.from_wkb(table.column(geometry).to_pylist(), on_invalid="ignore")
    for group, given in zip(groups, shapes, strict=True):
        shape = shapely.force_2d(given) if given is not None else None
        kind = shape.geom_type if shape is not None else "unreadable"
        if shape is not None and shapely.is_empty(shape):
            kind = "empty"
        layer["kinds"][kind] = layer["kinds"].get(kind, 0) + 1
        if shape is None or kind not in KEPT:
            continue
        room["vertices"] -= int(shapely.get_num_coordinates(shape))
        layer["groups"].append(str(group or ""))
        layer["shapes"].append(shapely.to_wkb(shape, hex=True))
    return layer


def tell(answer: dict[str, Any]) -> None:
    """Write the answer."""
    sys.stdout.buffer.write(json.dumps(answer).encode())
