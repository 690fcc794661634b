"""What the rules leave open is found and measured: gaps, ties, and areas beyond the boundary."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.departments.coverage import as_features, open_questions
from apps.departments.models import Category, Jurisdiction
from apps.places.models import AdministrativeArea, Asset, BuiltUpArea, Road
from tests.conftest import box
from tests.departments.conftest import line


def found(bare, kind):
    return [
        (finding.subject, round(finding.hectares, 2))
        for finding in open_questions(bare.town.pk)
        if finding.kind == kind
    ]


def test_without_a_rule_the_whole_town_is_a_gap(bare):
    assert found(bare, "gap") == [("Laterne", 10_000)]


def test_an_area_closes_its_part_of_the_gap(bare):
    bare.rule(bare.depot, own_area=box(0, 0, 10000, 4000))
    assert found(bare, "gap") == [("Laterne", 6_000)]


@pytest.mark.parametrize("scope", [{}, {"group": None, "category": None}])
def test_a_rule_for_the_whole_town_leaves_no_gap(bare, scope):
    bare.rule(bare.depot, **scope)
    assert found(bare, "gap") == []


def test_inside_and_outside_the_built_up_area_leave_no_gap_together(bare):
    BuiltUpArea.objects.create(municipality=bare.town, key="s", name="Süd", area=box(0, 0, 10000, 5000))
    bare.rule(bare.depot, inside_built_up=True)
    assert found(bare, "gap") == [("Laterne", 5_000)]
    bare.rule(bare.parks, inside_built_up=False)
    assert found(bare, "gap") == []


@pytest.mark.parametrize(
    "condition",
    [
        {"road_classes": ["G"], "distance_m": 20},
        {"asset_kind": "forest", "distance_m": 0},
        {"weekdays": [1]},
        {"season_from": 1101, "season_to": 331},
        {"answers": {"a": ["x"]}},
        {"valid_from": "2099-01-01"},
    ],
)
def test_a_rule_with_a_condition_that_holds_nowhere_or_not_always_closes_no_gap(bare, condition):
    bare.rule(bare.depot, **condition)
    assert found(bare, "gap") == [("Laterne", 10_000)]


def test_a_rule_for_a_district_counts_with_the_boundary_of_the_day(bare):
    west = AdministrativeArea.objects.get(municipality=bare.town, key="west")
    bare.rule(bare.depot, area=west)
    assert found(bare, "gap") == [("Laterne", 5_000)]
    today = timezone.localdate()
    AdministrativeArea.objects.filter(pk=west.pk).update(valid_to=today)
    AdministrativeArea.objects.create(
        municipality=bare.town, kind="district", key="west", name="W", area=box(0, 0, 1000, 10000), valid_from=today
    )
    assert found(bare, "gap") == [("Laterne", 9_000)]


def test_a_category_that_is_not_offered_has_no_gap(bare):
    Category.objects.update(is_active=False)
    assert found(bare, "gap") == []


def test_two_areas_of_one_size_that_overlap_are_a_tie(bare):
    older = bare.rule(bare.depot, own_area=box(0, 0, 100, 100))
    younger = bare.rule(bare.parks, own_area=box(50, 0, 150, 100))
    Jurisdiction.objects.filter(pk=older.pk).update(created_at=timezone.now() - dt.timedelta(days=1))
    (tie,) = [finding for finding in open_questions(bare.town.pk) if finding.kind == "tie"]
    assert ([rule.pk for rule in tie.rules], round(tie.hectares, 2)) == ([older.pk, younger.pk], 0.5)
    assert tie.shape["type"] in ("Polygon", "MultiPolygon")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"own_area": box(0, 0, 100, 100)}, {"own_area": box(0, 0, 100, 200)}),
        ({"own_area": box(0, 0, 100, 100)}, {"own_area": box(100, 0, 200, 100)}),
        ({}, {"priority": 1}),
        ({}, {"category": None}),
        ({"inside_built_up": True}, {"inside_built_up": False}),
        ({"weekdays": [1, 2]}, {"weekdays": [6, 7]}),
        ({"season_from": 1101, "season_to": 331}, {"season_from": 401, "season_to": 1031}),
        ({"answers": {"a": ["x"]}}, {"answers": {"a": ["y"]}}),
        ({}, {"valid_to": "2021-01-01"}),
        ({"road_classes": ["K"], "distance_m": 20}, {"road_classes": ["S"], "distance_m": 20}),
    ],
)
def test_what_something_else_than_age_tells_apart_is_no_tie(bare, first, second):
    bare.rule(bare.depot, **first)
    bare.rule(bare.parks, **second)
    assert found(bare, "tie") == []


def test_two_rules_that_name_the_same_department_are_no_tie(bare):
    bare.rule(bare.depot)
    bare.rule(bare.depot)
    assert found(bare, "tie") == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"weekdays": [1, 2]}, {"weekdays": [2, 3]}),
        ({"season_from": 1101, "season_to": 331}, {"season_from": 301, "season_to": 430}),
        ({"answers": {"a": ["x", "y"]}}, {"answers": {"a": ["y"]}}),
        ({"answers": {"a": ["x"]}}, {"answers": {"b": ["y"]}}),
    ],
)
def test_conditions_that_can_hold_together_are_a_tie(bare, first, second):
    bare.rule(bare.depot, **first)
    bare.rule(bare.parks, **second)
    assert found(bare, "tie") == [("Laterne", 10_000)]


def road(bare, road_class, x, **fields):
    """A road of 8 km from south to north, x metres from the town's western border."""
    return Road.objects.create(
        municipality=bare.town, key=f"{road_class}{x}", road_class=road_class, line=line((x, 1000), (x, 9000)), **fields
    )


def near(hectares, wanted):
    """Rounded ends of strips are polygons: half a percent is theirs."""
    return abs(hectares - wanted) <= 0.005 * wanted


def test_a_rule_for_roads_closes_the_strip_that_it_reaches(bare):
    road(bare, "K", 2000)
    road(bare, "S", 4000)
    bare.rule(bare.depot, road_classes=["K"], distance_m=20)
    ((_subject, left),) = found(bare, "gap")
    # 8,000 m × 40 m and a round end at each side.
    assert near(10_000 - left, 32 + 0.1257)


def test_a_strip_ends_at_the_boundary_and_at_the_built_up_area(bare):
    road(bare, "K", 0)
    BuiltUpArea.objects.create(municipality=bare.town, key="s", name="Süd", area=box(0, 0, 10000, 5000))
    bare.rule(bare.depot, road_classes=["K"], distance_m=10, inside_built_up=True)
    ((_subject, left),) = found(bare, "gap")
    assert near(10_000 - left, 4 + 0.0157)


def test_a_field_path_is_no_street(bare):
    road(bare, "G", 2000, path="field")
    bare.rule(bare.depot, road_classes=["G"], road_path="street", distance_m=20)
    assert found(bare, "gap") == [("Laterne", 10_000)]


@pytest.mark.parametrize(("distance", "hectares"), [(0, 4), (100, 15.14)])
def test_a_rule_for_objects_closes_the_ground_around_them(bare, distance, hectares):
    Asset.objects.create(municipality=bare.town, kind="pond", key="p", name="Teich", shape=box(1000, 1000, 1200, 1200))
    bare.rule(bare.depot, asset_kind="pond", distance_m=distance)
    ((_subject, left),) = found(bare, "gap")
    assert near(10_000 - left, hectares)


def test_a_tie_at_roads_is_measured_and_drawn(bare):
    road(bare, "S", 2000)
    bare.rule(bare.depot, road_classes=["K", "S"], distance_m=20)
    bare.rule(bare.parks, road_classes=["S"], distance_m=10)
    (tie,) = [finding for finding in open_questions(bare.town.pk) if finding.kind == "tie"]
    assert near(tie.hectares, 16 + 0.0314) and tie.shape["type"] in ("Polygon", "MultiPolygon")


def test_rules_for_roads_that_are_not_there_tie_nowhere(bare):
    bare.rule(bare.depot, road_classes=["K"], distance_m=20)
    bare.rule(bare.parks, road_classes=["K"], distance_m=20)
    assert found(bare, "tie") == []


def test_an_area_beyond_the_boundary_is_measured(bare):
    bare.rule(bare.depot, own_area=box(-100, 0, 100, 100))
    bare.rule(bare.depot, own_area=box(0, 0, 100, 100))
    assert found(bare, "overhang") == [("Laterne", 1)]


def test_a_fixed_number_of_statements_answers(matrix, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        open_questions(matrix.pk)


def test_everything_that_is_listed_is_drawn(bare):
    road(bare, "K", 2000)
    bare.rule(bare.depot, road_classes=["K"], distance_m=20)
    bare.rule(bare.parks, road_classes=["K"], distance_m=20)
    findings = open_questions(bare.town.pk)
    drawn = as_features(findings)["features"]
    assert (len(findings), [feature["properties"]["id"] for feature in drawn]) == (2, ["1", "2"])


def test_another_towns_rules_and_areas_are_not_asked(bare, other_town):
    bare.rule(bare.depot)
    assert open_questions(other_town.pk) == []


def test_without_strips_areas_are_measured_alone(bare):
    road(bare, "K", 2000)
    bare.rule(bare.depot, road_classes=["K"], distance_m=20)
    assert [finding.hectares for finding in open_questions(bare.town.pk, strips=False)] == [10_000]


def test_hanna_of_a_town_with_too_many_roads_reads_what_was_left_out(client, bare, make_user, monkeypatch):
    from apps.departments.desk import coverage

    def slow(town, *, strips=True):
        if strips:
            raise coverage.CoverageTooLong("zu viele")
        return open_questions(town, strips=False)

    monkeypatch.setattr(coverage, "open_questions", slow)
    client.force_login(make_user("Hanna", "administrator"))
    text = client.get("/intern/zustaendigkeiten/abdeckung/").content.decode()
    assert "Gezeigt wird, was ohne sie offen bleibt." in text and "10.000,00 ha" in text
