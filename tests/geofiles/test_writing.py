"""Files that a GIS desk opens: read back with GDAL, geopandas and sqlite3."""

import csv
import datetime as dt
import sqlite3
import zipfile

import geopandas
import pyogrio
import pytest

from apps.geo.audience import ANONYMOUS
from apps.geo.layers import get_layer
from apps.geofiles.batches import table_of
from apps.geofiles.writing import FORMATS
from tests.conftest import at, lonlat
from tests.fifth_kind.models import Tree


@pytest.fixture
def write(town, tmp_path):
    """Return ``write("gpkg", *rows)``: plant trees from field dictionaries and write the layer as Fatma's file."""

    def make(ending, *trees, actor=ANONYMOUS):
        for n, fields in enumerate(trees):
            Tree.objects.create(**{"municipality": town, "species": "Linde", "point": at(n * 10, 0), **fields})
        layer, file_format = get_layer("trees"), FORMATS[ending]
        path = tmp_path / f"trees.{ending}"
        file_format.write(table_of(layer, actor, layer.rows(actor, srid=file_format.srid)), path)
        return path

    return make


def test_a_geopackage_has_the_rows_in_the_storage_crs(write):
    path = write("gpkg", {"species": "Eiche", "planted_on": dt.date(1999, 4, 1), "height_m": 12.25}, {})
    frame = geopandas.read_file(path, layer="trees")
    assert frame.crs.to_epsg() == 25833
    eiche = frame[frame.species == "Eiche"].iloc[0]
    assert (eiche.geometry.x, eiche.geometry.y) == (330000, 5680000)
    assert (str(eiche.planted_on)[:10], eiche.height_m) == ("1999-04-01", 12.25)
    assert len(frame) == 2


def test_a_geopackage_brings_its_style_for_qgis(write):
    with sqlite3.connect(write("gpkg", {})) as database:
        name, default, style = database.execute(
            "SELECT f_table_name, useAsDefault, styleQML FROM layer_styles"
        ).fetchone()
        version = database.execute("PRAGMA user_version").fetchone()[0]
    assert (name, default, version) == ("trees", 1, 10200)
    assert "categorizedSymbol" in style and "gesund" in style and "Zustand" in style


def test_geojson_is_in_longitude_and_latitude_with_ids(write):
    path = write("geojson", {})
    frame = geopandas.read_file(path)
    assert (frame.geometry.iloc[0].x, frame.geometry.iloc[0].y) == pytest.approx(lonlat(at(0, 0)), abs=2e-7)
    assert frame.id.iloc[0] == Tree.objects.get().public_id


@pytest.mark.parametrize("text", ["=1+1", "+49 123", "-x", "@SUM(A1)", "\tx"])
def test_csv_texts_are_no_formulas_and_numbers_stay_numbers(write, text):
    with write("csv", {"species": text, "height_m": -3.5}).open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["species"] == f"'{text}"
    assert row["height_m"] == "-3.5"
    assert (float(row["lon"]), float(row["lat"])) == pytest.approx(lonlat(at(0, 0)), abs=1e-7)


def test_a_shapefile_keeps_umlauts_and_explains_its_names(write):
    path = write("shp.zip", {"species": "Straßenbäumchen"})
    frame = pyogrio.read_dataframe(f"/vsizip/{path}")
    assert (frame.species.iloc[0], frame.crs.to_epsg()) == ("Straßenbäumchen", 25833)
    with zipfile.ZipFile(path) as archive:
        assert "condition: Zustand" in archive.read("FELDER.txt").decode()


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_layer_is_a_file_too(write, ending):
    assert write(ending).stat().st_size > 0


@pytest.mark.parametrize("ending", FORMATS)
def test_hidden_rows_and_internal_fields_are_in_no_public_file(write, ending):
    content = write(ending, {}, {"species": "Geheimbaum", "is_released": False}, {"note": "Geheimnotiz"}).read_bytes()
    if ending == "shp.zip":
        from io import BytesIO

        with zipfile.ZipFile(BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Geheim" not in content
