"""What comes from outside is bounded and checked before a parser sees it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.geo.crs import GEO_SRID
from apps.geo.untrusted import (
    GeometryRefused,
    InputRefused,
    clean_text,
    parse_bbox,
    parse_geojson_geometry,
    parse_json,
    parse_lonlat,
)


def test_a_pin_on_the_market_is_stored_in_metres():
    point = parse_lonlat("12,609467", "51.333915")
    assert point.srid == GEO_SRID
    # Position of the Markt from the domain reference, EPSG:25833.
    assert (round(point.x), round(point.y)) == (333475, 5689672)


def test_the_axis_order_is_longitude_first_whatever_was_transformed_before():
    geometry = parse_geojson_geometry({"type": "Point", "coordinates": [12.609467, 51.333915]})
    assert (round(geometry.x), round(geometry.y)) == (333475, 5689672)


@pytest.mark.parametrize(
    ("lon", "lat", "says"),
    [
        ("51.33", "12.61", "vertauscht"),
        ("333475", "5689672", "keine Grad"),
        ("2.35", "48.85", "nicht in Deutschland"),
        ("nan", "51.3", "keine Zahl"),
        ("1e309", "51.3", "keine endliche Zahl"),
        ("", "51.3", "keine Zahl"),
        ("12.6; DROP", "51.3", "keine Zahl"),
        ("१२", "51.3", "keine Zahl"),
    ],
)
def test_a_wrong_position_is_refused_with_a_sentence(lon, lat, says):
    with pytest.raises(GeometryRefused, match=says):
        parse_lonlat(lon, lat)


@pytest.mark.parametrize(
    "value",
    [
        "[" * 100_000,
        '{"type":"GeometryCollection","geometries":' * 2000,
        '{"type":"Point","coordinates":[1e309,51.3]}',
        '{"type":"Point","coordinates":[NaN,51.3]}',
        '{"type":"Point","coordinates":[true,51.3]}',
        '{"type":"Point","coordinates":["12.6","51.3"]}',
        '{"type":"Point","coordinates":[12.6]}',
        '{"type":"Point","coordinates":12.6}',
        '{"type":"Point","coordinates":[51.33,12.61]}',
        '{"type":"Point","coordinates":[12.6,51.3],"crs":{"type":"link","properties":{"href":"http://x.invalid"}}}',
        '{"type":"Polygon","coordinates":[[[12.6,51.3],[12.7,51.3],[12.6,51.3]]]}',
        '{"type":"GeometryCollection","geometries":[]}',
        '{"type":"Point","coordinates":[' + "1" * 400 + ",51.3]}",
        "POINT(12.6 51.3)",
        '{"driver":"GTiff","name":"x.tif"}',
        "/vsicurl/http://127.0.0.1:9/x",
        " " * 70_000,
        "null",
        "\ud800",
    ],
)
def test_hostile_geometry_is_refused(value):
    with pytest.raises(GeometryRefused):
        parse_geojson_geometry(value)


def test_a_polygon_becomes_a_multipolygon_where_areas_are_stored_so():
    ring = [[12.60, 51.33], [12.61, 51.33], [12.61, 51.34], [12.60, 51.33]]
    area = parse_geojson_geometry(json.dumps({"type": "Polygon", "coordinates": [ring]}), allowed=["MultiPolygon"])
    assert (area.geom_type, area.srid) == ("MultiPolygon", GEO_SRID)


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_any_text_is_either_json_or_refused(text):
    try:
        parse_json(text)
    except InputRefused as refusal:
        assert str(refusal)


@given(st.floats(), st.floats())
def test_any_two_numbers_are_a_finite_point_or_refused(lon, lat):
    try:
        point = parse_geojson_geometry({"type": "Point", "coordinates": [lon, lat]})
    except GeometryRefused:
        return
    assert abs(point.x) < 2e6 and abs(point.y) < 7e6


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "3,0,1,4", "0,4,1,3", "nan,0,1,1", "0,0,1e999,1"]
)
def test_a_wrong_bbox_is_refused(text):
    with pytest.raises(GeometryRefused):
        parse_bbox(text)


def test_a_bbox_with_heights_loses_them():
    assert parse_bbox("12,51,0,13,52,100") == (12, 51, 13, 52)


def test_text_loses_controls_and_keeps_umlauts():
    assert clean_text("Gro\x07ße\r\nStra\u0308ße\u202e") == "Große\nSträße"


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_no_database_stores_is_refused(text):
    with pytest.raises(InputRefused):
        clean_text(text)
