"""Which of several matching rules wins: one test for each step of the precedence."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.departments.models import CategoryGroup
from apps.places.models import AdministrativeArea, Asset, Road
from tests.conftest import at, box
from tests.departments.conftest import line


def test_explicit_priority_beats_everything_else(bare):
    Asset.objects.create(municipality=bare.town, kind="park", key="p", shape=box(0, 0, 100, 100))
    bare.rule(bare.depot, asset_kind="park", distance_m=0)
    bare.rule(bare.parks, category=None, priority=1)
    assert bare.route(50, 50).executor == bare.parks


def test_an_asset_beats_a_road_a_road_an_area_and_an_area_the_town(bare):
    Asset.objects.create(municipality=bare.town, kind="site", key="s", shape=at(50, 0))
    Road.objects.create(municipality=bare.town, key="r", road_class="G", line=line((0, 0), (200, 0)))
    rules = [
        bare.rule(bare.depot),
        bare.rule(bare.depot, own_area=box(0, 0, 1000, 1000)),
        bare.rule(bare.depot, road_classes=["G"], distance_m=10),
        bare.rule(bare.depot, asset_kind="site", distance_m=10),
    ]
    assert [c.rule for c in bare.route(50, 5).candidates] == rules[::-1]


def test_the_exact_category_beats_its_group_and_the_group_beats_any(bare):
    rules = [
        bare.rule(bare.depot, category=None),
        bare.rule(bare.depot, category=None, group=bare.group),
        bare.rule(bare.depot),
    ]
    assert [c.rule for c in bare.route(50, 50).candidates] == rules[::-1]


@pytest.mark.parametrize("scope", ["category", "group", "any"])
def test_a_drawn_area_answers_for_every_scope(bare, scope):
    fields = {"category": {}, "group": {"category": None, "group": bare.group}, "any": {"category": None}}[scope]
    bare.rule(bare.parks, own_area=box(0, 0, 100, 100), **fields)
    assert bare.route(50, 50).executor == bare.parks
    assert bare.route(150, 50).executor == bare.triage


def test_a_rule_for_another_group_does_not_answer(bare):
    other = CategoryGroup.objects.create(municipality=bare.town, code="other", name="Anderes", icon="dots")
    bare.rule(bare.parks, category=None, group=other, own_area=box(0, 0, 100, 100))
    assert bare.route(50, 50).executor == bare.triage


def test_the_smaller_of_two_overlapping_areas_wins(bare):
    bare.rule(bare.depot, own_area=box(0, 0, 1000, 1000))
    bare.rule(bare.parks, own_area=box(0, 0, 100, 100))
    assert bare.route(50, 50).executor == bare.parks
    assert bare.route(500, 500).executor == bare.depot


def test_a_district_beats_the_municipality(bare):
    areas = {a.key: a for a in AdministrativeArea.objects.filter(municipality=bare.town)}
    bare.rule(bare.depot, area=areas[bare.town.key])
    bare.rule(bare.parks, area=areas["west"])
    assert bare.route(4999, 50).executor == bare.parks
    assert bare.route(5001, 50).executor == bare.depot


def test_of_two_rules_for_roads_the_one_with_an_area_wins(bare):
    Road.objects.create(municipality=bare.town, key="r", road_class="G", line=line((0, 50), (200, 50)))
    bare.rule(bare.depot, road_classes=["G"], distance_m=10)
    bare.rule(bare.parks, road_classes=["G"], distance_m=10, own_area=box(0, 0, 100, 100))
    assert bare.route(50, 55).executor == bare.parks
    assert bare.route(150, 55).executor == bare.depot


def test_the_smaller_of_two_assets_wins(bare):
    Asset.objects.create(municipality=bare.town, kind="forest", key="f", shape=box(0, 0, 1000, 1000))
    Asset.objects.create(municipality=bare.town, kind="site", key="s", shape=at(50, 50))
    bare.rule(bare.depot, asset_kind="forest", distance_m=0)
    bare.rule(bare.parks, asset_kind="site", distance_m=25)
    assert bare.route(60, 50).executor == bare.parks
    assert bare.route(90, 50).executor == bare.depot


def test_the_older_rule_wins_where_nothing_else_decides(bare):
    young = bare.rule(bare.depot)
    old = bare.rule(bare.parks)
    type(old).objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=1))
    assert bare.route(50, 50).rule == old
    assert [c.rule for c in bare.route(50, 50).candidates] == [old, young]


def test_two_rules_of_the_same_moment_stand_in_the_order_of_their_numbers(bare):
    rules = [bare.rule(bare.depot), bare.rule(bare.parks)]
    type(rules[0]).objects.update(created_at=timezone.now())
    assert [c.rule for c in bare.route(50, 50).candidates] == rules
