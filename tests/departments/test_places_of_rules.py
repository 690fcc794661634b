"""Where a rule answers: distances, nearest roads, borders, the built-up area, dates."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from apps.places.models import AdministrativeArea, Asset, BuiltUpArea, Road
from tests.conftest import at, box
from tests.departments.conftest import line

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def crossing(bare):
    """A K road along y = 100 and a G road 11 m north of it; both cross a G road along x = 1000."""
    for key, road_class, course in [
        ("k", "K", line((0, 100), (1000, 100), (2000, 100))),
        ("g", "G", line((0, 111), (900, 111))),
        ("cross", "G", line((1000, 0), (1000, 100), (1000, 200))),
    ]:
        Road.objects.create(municipality=bare.town, key=key, road_class=road_class, number=key, line=course)
    bare.rule(bare.parks, road_classes=["K"], distance_m=15)
    bare.rule(bare.depot, road_classes=["G"], distance_m=15)
    return bare


@pytest.mark.parametrize(("north_m", "expected"), [(103, "parks"), (108, "depot"), (97, "parks"), (120, "depot")])
def test_the_nearest_road_decides_and_not_the_higher_class(crossing, north_m, expected):
    assert crossing.route(500, north_m).executor.code == expected


def test_at_a_junction_the_higher_class_decides(crossing):
    assert crossing.route(1000, 100).executor == crossing.parks
    assert crossing.route(1003, 103).executor == crossing.parks


def test_a_road_answers_up_to_its_distance_and_no_farther(crossing):
    assert crossing.route(1500, 115).executor == crossing.parks
    assert crossing.route(1500, 115.1).executor == crossing.triage


def test_a_nearer_road_without_a_rule_keeps_the_farther_one_from_answering(bare):
    Road.objects.create(municipality=bare.town, key="k", road_class="K", line=line((0, 100), (500, 100)))
    Road.objects.create(municipality=bare.town, key="s", road_class="S", line=line((0, 105), (500, 105)))
    bare.rule(bare.parks, road_classes=["K"], distance_m=15)
    assert bare.route(50, 104).executor == bare.triage
    assert bare.route(50, 102).executor == bare.parks


@pytest.mark.parametrize(("path", "expected"), [("", "depot"), ("field", "parks"), ("forest", "triage")])
def test_a_rule_may_tell_streets_from_paths(bare, path, expected):
    Road.objects.create(municipality=bare.town, key="r", road_class="G", path=path, line=line((0, 0), (100, 0)))
    bare.rule(bare.depot, road_classes=["G"], road_path="street", distance_m=10)
    bare.rule(bare.parks, road_classes=["G"], road_path="field", distance_m=10)
    assert bare.route(50, 1).executor.code == expected


def test_an_asset_answers_up_to_its_distance_and_no_farther(bare):
    Asset.objects.create(municipality=bare.town, kind="site", key="s", shape=at(100, 100))
    bare.rule(bare.parks, asset_kind="site", distance_m=25)
    assert bare.route(125, 100).executor == bare.parks
    assert bare.route(125.1, 100).executor == bare.triage


def test_the_built_up_area_includes_its_border(bare):
    BuiltUpArea.objects.create(municipality=bare.town, key="b", name="Ort", area=box(0, 0, 1000, 1000))
    bare.rule(bare.depot, inside_built_up=True)
    bare.rule(bare.parks, inside_built_up=False)
    assert bare.route(1000, 500).executor == bare.depot
    assert bare.route(1000.1, 500).executor == bare.parks


def test_a_point_on_the_border_of_two_districts_always_gets_the_same_answer(bare):
    areas = {a.key: a for a in AdministrativeArea.objects.filter(municipality=bare.town)}
    bare.rule(bare.depot, area=areas["east"])
    bare.rule(bare.parks, area=areas["west"])
    assert {bare.route(5000, north).executor.code for north in range(0, 10001, 500)} == {"depot"}
    assert len(bare.route(5000, 1).candidates) == 2


def test_a_point_on_the_outline_of_the_town_is_inside(bare):
    assert [bare.route(x, y).outside for x, y in [(0, 0), (10000, 5000), (5000, 10000)]] == [False] * 3
    assert bare.route(10000.01, 5000).outside


def test_boxes_that_only_touch_the_area_do_not_count(bare):
    """A bounding-box test would send this pin to the parks: the triangle's box covers it, the triangle does not."""
    from django.contrib.gis.geos import MultiPolygon, Polygon

    corners = [at(0, 0), at(100, 0), at(0, 100), at(0, 0)]
    triangle = MultiPolygon(Polygon([(p.x, p.y) for p in corners]), srid=corners[0].srid)
    bare.rule(bare.parks, own_area=triangle)
    assert bare.route(90, 90).executor == bare.triage
    assert bare.route(50, 50).executor == bare.parks


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (dt.datetime(2025, 12, 31, 23, 59, tzinfo=BERLIN), "triage"),
        (dt.datetime(2026, 1, 1, 0, 0, tzinfo=BERLIN), "depot"),
        (dt.datetime(2026, 1, 31, 23, 59, tzinfo=BERLIN), "depot"),
        (dt.datetime(2026, 2, 1, 0, 0, tzinfo=BERLIN), "triage"),
        (dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC), "triage"),
    ],
)
def test_a_rule_counts_from_its_first_day_until_before_its_last(bare, moment, expected):
    bare.rule(bare.depot, valid_from="2026-01-01", valid_to="2026-02-01")
    assert bare.route(50, 50, at=moment).executor.code == expected


def test_a_rule_follows_the_version_of_its_area(bare):
    old = AdministrativeArea.objects.get(municipality=bare.town, key="west")
    bare.rule(bare.parks, area=old)
    AdministrativeArea.objects.filter(pk=old.pk).update(valid_to="2026-01-01")
    AdministrativeArea.objects.create(
        municipality=bare.town,
        kind="district",
        key="west",
        name="Weststadt",
        area=box(0, 0, 4000, 10000),
        valid_from="2026-01-01",
    )
    before, after = (dt.datetime(2025, 6, 1, tzinfo=BERLIN), dt.datetime(2026, 6, 1, tzinfo=BERLIN))
    assert bare.route(4500, 50, at=before).executor == bare.parks
    assert bare.route(4500, 50, at=after).executor == bare.triage
    assert bare.route(3500, 50, at=after).executor == bare.parks
