"""Plan files that mean harm: each refused with a sentence or read without what it asks for; no socket is opened.

Together with ``tests/geofiles/test_reading.py`` and ``test_imports.py`` this is the corpus of hostile geodata.
"""

import io
import json
import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.geo.untrusted import InputRefused
from apps.geofiles.areas import read_areas
from tests.consultations import plan_files as files
from tests.hostile.payloads import TRAP

SECRET = "/etc/hostname"
HEAD = '<?xml version="1.0"?>'
INCLUDE = '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></a>'
PLAN = files.xplan().decode()


def with_doctype(definition: str, use: str = "&x;") -> bytes:
    body = PLAN.replace(HEAD.replace("?>", ' encoding="UTF-8"?>'), "").replace("Kiebitzgrund", use)
    return f"{HEAD}<!DOCTYPE a [{definition}]>{body}".encode()


def laughs(depth: int) -> str:
    lines = ['<!ENTITY x0 "ha">', *(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, depth))]
    return "".join(lines) + f'<!ENTITY x "&x{depth - 1};">'


def bent(**numbers: str) -> bytes:
    """Return the plan with its positions replaced."""
    return files.xplan(
        area=f'<gml:Polygon srsName="EPSG:25833"><gml:exterior><gml:LinearRing>{numbers["ring"]}'
        "</gml:LinearRing></gml:exterior></gml:Polygon>"
    )


#: Documents that our own parser reads; each must be refused.
DOCUMENTS: dict[str, bytes] = {
    "entity from a file": with_doctype(f'<!ENTITY x SYSTEM "file://{SECRET}">'),
    "entity from the net": with_doctype(f'<!ENTITY x SYSTEM "{TRAP}/x">'),
    "parameter entity": with_doctype(f'<!ENTITY % p SYSTEM "{TRAP}/p.dtd"> %p;', "x"),
    "a billion laughs": with_doctype(laughs(10)),
    "quadratic growth": with_doctype(f'<!ENTITY x "{"a" * 50_000}">', "&x;" * 2_000),
    "entity without use": with_doctype('<!ENTITY y "z">', "x"),
    "external definition": f'{HEAD}<!DOCTYPE a SYSTEM "{TRAP}/a.dtd"><a/>'.encode(),
    "public definition": f'{HEAD}<!DOCTYPE a PUBLIC "-//x//y" "{TRAP}/a.dtd"><a/>'.encode(),
    "doctype in UTF-16": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{TRAP}">]><a>&x;</a>'.encode("utf-16"),
    "undefined entity": PLAN.replace("Kiebitzgrund", "&nbsp;").encode(),
    "too deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "too many elements": b"<a>" + b"<b/>" * 450_000 + b"</a>",
    "not closed": PLAN[: len(PLAN) // 2].encode(),
    "two roots": b"<a/><b/>",
    "no text at all": b"\0" * 500,
    "wrong encoding": PLAN.replace("UTF-8", "UTF-7").encode(),
    "include": INCLUDE.encode(),
    "numbers that are none": bent(ring="<gml:posList>NaN NaN inf inf 1 1 NaN NaN</gml:posList>"),
    "words for numbers": bent(ring="<gml:posList>a b c d e f</gml:posList>"),
    "half a position": bent(ring="<gml:posList>331000 5681000 331100</gml:posList>"),
    "huge numbers": bent(ring="<gml:posList>1e308 1e308 1e309 1 2 3</gml:posList>"),
    "odd dimension": bent(ring='<gml:posList srsDimension="99999999">1 2 3 4 5 6</gml:posList>'),
    "too many vertices": bent(ring=f"<gml:posList>{'331000 5681000 ' * 210_000}</gml:posList>"),
    "spline": PLAN.replace("<gml:LinearRing>", "<gml:BSpline>").replace("</gml:LinearRing>", "</gml:BSpline>").encode(),
    "area by reference": files.xplan(area=f'<gml:Polygon xlink:href="{TRAP}/p" xmlns:xlink="http://x"/>'),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_is_refused_or_holds_no_area(trap: Any, name: str) -> None:
    content = DOCUMENTS[name].replace(b"@PORT@", str(trap.port).encode())
    try:
        found = read_areas(SimpleUploadedFile("plan.gml", content))
    except InputRefused as refusal:
        assert len(str(refusal)) > 10
    else:
        assert name in ("include", "area by reference") and found.layers == ()
        assert "root:" not in json.dumps([feature.values for feature in found.features])


LAYER = f'<OGRVRTLayer name="x"><SrcDataSource>{TRAP}/x</SrcDataSource></OGRVRTLayer>'
VRT = f"<OGRVRTDataSource>{LAYER}</OGRVRTDataSource>"


def lying_zip() -> bytes:
    """Return an archive whose directory says that its megabytes are a few bytes."""
    data = bytearray(files.zipped({"plan.gml": b"<a>" + b" " * 50_000_000 + b"</a>"}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(data)


def linked_zip() -> bytes:
    path = Path("plan.gml")
    info = zipfile.ZipInfo(path.name)
    info.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, SECRET)
    return out.getvalue()


#: (file name, content): refused before or by the process that opens it.
REFUSED: dict[str, tuple[str, bytes]] = {
    "archive that lies about its size": ("a.zip", lying_zip()),
    "archive with a link": ("a.zip", linked_zip()),
    "archive with two plans": ("a.zip", files.zipped({"a.gml": b"<a/>", "b.gml": b"<a/>"})),
    "archive with a bomb": ("a.zip", files.zipped({"a.gml": b" " * 60_000_000})),
    "archive with too many papers": (
        "a.zip",
        files.zipped({"a.gml": b"<a/>", **{f"{n}.pdf": b"" for n in range(60)}}),
    ),
    "archive within an archive": ("a.zip", files.zipped({"b.zip": files.zipped({"a.gml": b"<a/>"})})),
    "half an archive": ("a.zip", files.zipped({"a.gml": b"<a/>"})[:40]),
    "program": ("a.exe", b"MZ"),
    "virtual data source by its name": ("a.vrt", VRT.encode()),
    "virtual data source as KML": ("a.kml", VRT.encode()),
    "virtual data source as DXF": ("a.dxf", VRT.encode()),
    "virtual data source as GeoPackage": ("a.gpkg", VRT.encode()),
    "address as KML": ("a.kml", f"{TRAP}/doc.kml".encode()),
    "entities in KML": ("a.kml", f'<!DOCTYPE a [<!ENTITY x SYSTEM "{TRAP}/x">]><kml>&x;</kml>'.encode()),
    "drawing without an end": ("a.dxf", b"  0\nSECTION\n  2\nENTITIES\n  0\nLWPOLYLINE\n 90\n999999999\n"),
    "binary drawing": ("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\xff" * 500),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_plan_file_is_refused_with_a_sentence(trap: Any, name: str) -> None:
    file_name, content = REFUSED[name]
    content = content.replace(b"@PORT@", str(trap.port).encode()) if b"@PORT@" in content else content
    try:
        found = read_areas(SimpleUploadedFile(file_name, content))
    except InputRefused as refusal:
        assert len(str(refusal)) > 10
    else:
        assert found.layers == () and file_name.endswith(("kml", "dxf"))


@pytest.mark.parametrize(
    "statement", ["TRIGGER t AFTER INSERT ON plan BEGIN DELETE FROM plan; END", "VIEW v AS SELECT 1"]
)
def test_a_geopackage_that_could_run_something_is_refused(trap: Any, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(files.gdal_file("gpkg"))
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE {statement}")
    database.close()
    with pytest.raises(InputRefused):
        read_areas(SimpleUploadedFile("x.gpkg", path.read_bytes()))


def test_a_link_in_a_kml_is_told_and_not_followed(trap: Any) -> None:
    link = f"<NetworkLink><Link><href>http://127.0.0.1:{trap.port}/more.kml</href></Link></NetworkLink>"
    content = files.gdal_file("kml").decode().replace("<Placemark", f"{link}<Placemark", 1).encode()
    found = read_areas(SimpleUploadedFile("a.kml", content))
    assert len(found.layers) == 1 and "NetworkLink" in " ".join(found.notes)


def drawing(blocks: int) -> bytes:
    """Return a DXF in which every block inserts the next one ten times, and an outline beside it."""
    lines = ["0", "SECTION", "2", "HEADER", "0", "ENDSEC", "0", "SECTION", "2", "BLOCKS"]
    for n in range(blocks):
        lines += ["0", "BLOCK", "8", "0", "2", f"B{n}", "70", "0", "10", "0.0", "20", "0.0"]
        lines += ["0", "INSERT", "8", "0", "2", f"B{n + 1}", "10", "0.0", "20", "0.0"] * 10
        lines += ["0", "ENDBLK", "8", "0"]
    lines += ["0", "ENDSEC", "0", "SECTION", "2", "ENTITIES"]
    lines += ["0", "INSERT", "8", "0", "2", "B0", "10", "331000.0", "20", "5681000.0"]
    lines += ["0", "LWPOLYLINE", "8", "Geltung", "90", "4", "70", "1"]
    for x, y in files.CORNERS:
        lines += ["10", str(float(x)), "20", str(float(y))]
    return "\n".join(f"{line:>3}" for line in [*lines, "0", "ENDSEC", "0", "EOF", ""]).encode()


def test_blocks_within_blocks_of_a_drawing_are_not_unfolded(trap: Any) -> None:
    found = read_areas(SimpleUploadedFile("a.dxf", drawing(12)))
    assert [(layer.name, len(layer.shapes)) for layer in found.layers] == [("Geltung", 1)]
    assert "eingefügte Blöcke" in " ".join(found.notes)
