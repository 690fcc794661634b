"""Files from outside: opened in a child process that can neither reach the network nor start a program."""

import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely

from apps.geo.untrusted import InputRefused
from apps.geofiles import file_worker, reading
from apps.geofiles.reading import read_file


@pytest.fixture
def frame():
    points = [shapely.Point(330000 + n, 5680000) for n in range(3)]
    return geopandas.GeoDataFrame({"name": ["Linde", "Straße", "Öd"]}, geometry=points, crs=25833)


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb"])
def test_the_usual_files_are_read_with_umlauts_and_their_crs(frame, tmp_path, ending):
    path = tmp_path / f"bäume und mehr.{ending}"
    (frame.to_crs(4326) if ending == "geojson" else frame).to_file(path)
    source = read_file(path)
    assert sorted(source.frame["name"]) == ["Linde", "Straße", "Öd"]
    assert source.declared_srid == (4326 if ending == "geojson" else 25833)


def test_a_zipped_shapefile_in_a_folder_is_read(frame, tmp_path):
    frame.to_file(tmp_path / "trees.shp")
    with zipfile.ZipFile(tmp_path / "trees.zip", "w") as archive:
        for part in tmp_path.glob("trees.*"):
            if part.suffix != ".zip":
                archive.write(part, f"Daten/{part.name}")
        archive.writestr("__MACOSX/._trees.shp", "x")
        archive.writestr("Daten/Lizenz.txt", "dl-de/by-2-0")
    assert len(read_file(tmp_path / "trees.zip").frame) == 3


def test_a_list_with_positions_is_read_whatever_its_separator(tmp_path):
    path = tmp_path / "adressen.csv"
    path.write_bytes("Straße;x;y\nAm Anger;330000,5;5680000\nÖde;;\n".encode("cp1252"))
    frame = read_file(path).frame
    assert frame["Straße"].tolist() == ["Am Anger", "Öde"]
    assert (frame.geometry[0].x, frame.geometry[1]) == (330000.5, None)


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


SHAPEFILE = {"a.shp": b"", "a.shx": b"", "a.dbf": b""}


@pytest.mark.parametrize(
    "members",
    [
        {"../../a.shp": b"", "a.shx": b"", "a.dbf": b"", "../evil.py": b"x"},
        {**SHAPEFILE, "b.shp": b""},
        {**SHAPEFILE, "run.sh": b"x"},
        {**SHAPEFILE, "inner.zip": b"PK"},
        {**SHAPEFILE, "a.dbf": b"\0" * 30_000_000},
        {f"{n}.txt": b"" for n in range(60)},
        {"readme.txt": b""},
    ],
)
def test_a_hostile_archive_is_refused(tmp_path, members):
    with pytest.raises(InputRefused):
        read_file(write_zip(tmp_path / "x.zip", members))
    assert not (tmp_path.parent / "evil.py").exists()


SECRET = "geheimer-inhalt-4711"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.geojson"
    point = {"type": "Feature", "properties": {"s": SECRET}, "geometry": {"type": "Point", "coordinates": [12.6, 51.3]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))
    return path


VRT = "<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{0}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
WFS = "<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>"
XXE = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file://{0}'>]><a>&x;</a>"


@pytest.mark.parametrize(
    "text", [VRT, WFS, XXE, "{0}", "/vsicurl/http://127.0.0.1:9/x", '{{"type":"Topology"}}', "\x00" * 100]
)
@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "shp"])
def test_a_file_that_names_another_place_is_refused_and_tells_nothing(tmp_path, secret, text, ending):
    path = tmp_path / f"x.{ending}"
    path.write_text(text.format(secret))
    with pytest.raises(InputRefused) as refusal:
        read_file(path)
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER boese AFTER INSERT ON x BEGIN DELETE FROM x; END",
        "CREATE VIEW boese AS SELECT * FROM x",
        "CREATE VIRTUAL TABLE boese USING fts5(a)",
    ],
)
def test_a_geopackage_that_could_run_something_is_refused(frame, tmp_path, statement):
    path = tmp_path / "x.gpkg"
    frame.to_file(path, layer="x")
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()
    with pytest.raises(InputRefused):
        read_file(path)


def test_a_wrong_layer_name_is_answered_with_the_right_ones(frame, tmp_path):
    frame.to_file(tmp_path / "x.gpkg", layer="bäume")
    with pytest.raises(InputRefused, match="bäume"):
        read_file(tmp_path / "x.gpkg", layer="autos")


def test_a_child_that_lies_about_its_answer_is_not_believed(frame, tmp_path, monkeypatch):
    frame.to_file(tmp_path / "x.gpkg")
    liar = tmp_path / "liar.py"
    for answer in ("no json", "[]", "{}", '{"layers": [], "layer": "x"}\\nARROW1 and then nothing', "null"):
        liar.write_text(f"def prepare(order): pass\ndef work(prepared, order): print('{answer}')")
        monkeypatch.setattr(reading, "_WORKER", liar)
        with pytest.raises(InputRefused):
            read_file(tmp_path / "x.gpkg")


def test_a_geopackage_that_was_last_written_by_qgis_is_read(frame, tmp_path):
    path = tmp_path / "x.gpkg"
    frame.to_file(path)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
    database.close()
    assert len(read_file(path).frame) == 3


def test_the_child_knows_nothing_of_the_platform():
    source = Path(file_worker.__file__).read_text()
    assert "django" not in source and "from apps" not in source
