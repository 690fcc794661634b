"""Files that a clerk is talked into importing: refused with a sentence, read without following a single reference."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.hotspots.models import Hotspot
from apps.places.models import Road
from tests.hostile.payloads import TEXTS, TRAP, geojson


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"id": "1", "name": "Markt", **properties}, "geometry": geometry}


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


POINT = {"type": "Point", "coordinates": [12.6, 51.33]}


def hotspot_files() -> dict[str, bytes]:
    """Return lists of hotspots that make no sense or mean harm."""
    files = {
        "empty": b"",
        "nul": b"\0" * 1000,
        "bytes": bytes(range(256)) * 10,
        "utf16": collection(feature(POINT)).decode().encode("utf-16"),
        "nesting": b"[" * 100_000,
        "objects": b'{"a":' * 50_000,
        "nan": b'{"type":"FeatureCollection","features":[NaN]}',
        "features_is_text": b'{"type":"FeatureCollection","features":"x"}',
        "features_are_numbers": b'{"type":"FeatureCollection","features":[1,2,null,[]]}',
        "nodes_is_null": b'{"nodes":null,"timestamp":"x"}',
        "nodes_are_lists": b'{"nodes":[[],[[]]],"timestamp":[],"links":{}}',
        "xml": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{TRAP}/x">]><a>&x;</a>'.encode(),
        "csv_without_columns": b"a;b\n1;2\n",
        "csv_with_nul": b"name;lon;lat\nA\0;12.6;51.3\n",
        "csv_with_a_huge_cell": b"name;lon;lat\n" + b"a" * 3_000_000 + b";12.6;51.3\n",
        "csv_with_open_quote": b'name;lon;lat\n"a;12.6;51.3\n' * 50,
        "csv_with_formula": b"name;lon;lat\n=1+1;12.6;51.3\n",
        "html": b"<!doctype html><script>alert(1)</script>",
    }
    for name, geometry in geojson().items():
        if not name.startswith("raw"):
            files[f"geometry_{name}"] = collection(feature(geometry))
    for name, text in TEXTS.items():
        files[f"text_{name}"] = collection(
            feature(POINT, name=text, ssid=text, status=text, radius_m=text, last_seen=text)
        )
    return files


def test_lists_of_hotspots(town: Any, trap: Any, tmp_path: Path) -> None:
    faults = []
    for name, content in hotspot_files().items():
        path = tmp_path / "list.json"
        path.write_bytes(content.replace(b"@PORT@", str(trap.port).encode()))
        try:
            call_command("import_hotspots", str(path), stdout=io.StringIO())
        except CommandError as refusal:
            assert len(str(refusal)) > 10, name
        except Exception as error:
            faults.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")
    assert not faults, "\n".join(faults)
    assert not any("\0" in hotspot.name for hotspot in Hotspot.objects.all())


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


SOURCE = f'<OGRVRTLayer name="x"><SrcDataSource>{TRAP}/x.json</SrcDataSource></OGRVRTLayer>'
VRT = f"<OGRVRTDataSource>{SOURCE}</OGRVRTDataSource>"
GIS_FILES = {
    "vrt.geojson": VRT.encode(),
    "vrt.gpkg": VRT.encode(),
    "vrt.shp": VRT.encode(),
    "wfs.geojson": f"<OGRWFSDataSource><URL>{TRAP}/wfs</URL></OGRWFSDataSource>".encode(),
    "reference.geojson": json.dumps(
        {"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": f"{TRAP}/c"}}, "features": []}
    ).encode(),
    "url.geojson": f"{TRAP}/x.geojson".encode(),
    "nesting.geojson": b"[" * 200_000,
    "empty.gpkg": b"",
    "head.gpkg": b"SQLite format 3\0" + b"\0" * 84,
    "text.zip": b"PK\x03\x04 nothing",
    "slip.zip": zipped(**{"../../evil.shp": b"x", "/etc/evil.dbf": b"x"}),
    "vrt.zip": zipped(**{"a.vrt": VRT.encode(), "a.shp": VRT.encode(), "a.shx": b"", "a.dbf": b""}),
    "nested.zip": zipped(**{"inner.zip": zipped(a=b"x")}),
    "bomb.zip": zipped(**{"a.shp": b"\0" * 80_000_000, "a.shx": b"", "a.dbf": b""}),
    "entities.kml": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{TRAP}/x">]><kml>&x;</kml>'.encode(),
    "laughs.gml": b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>',
}


@pytest.mark.parametrize("name", GIS_FILES)
def test_files_of_roads(town: Any, trap: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(GIS_FILES[name].replace(b"@PORT@", str(trap.port).encode()))
    with pytest.raises(CommandError) as refusal:
        call_command("import_places", "road", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    assert len(str(refusal.value)) > 10 and "Traceback" not in str(refusal.value)
    assert not Road.objects.exists() and not (tmp_path.parent / "evil.shp").exists()
