"""Many points at once: the same answer as ``route()`` for each, whatever the ground and the rules are."""

import datetime as dt
import json

import pytest
from django.contrib.gis.db.models.functions import Centroid
from django.db import transaction
from django.db.models import BigIntegerField, DateField, JSONField, Value
from hypothesis import given
from hypothesis import strategies as st

from apps.departments.assigning import Assignment, assign
from apps.departments.assigning_sql import Relation, relation_of
from apps.departments.models import Category, CategoryGroup, Department
from apps.departments.routing import NoTriageDesk, route
from apps.places.models import AdministrativeArea, Road
from tests.conftest import at, box
from tests.departments.conftest import line
from tests.departments.grounds import DAY, Asked, Built, grounds, rules
from tests.departments.test_matrix import PLACES
from tests.soak.amounts import DONE, drawn

NOON = dt.time(12, tzinfo=dt.UTC)
RARELY = drawn(20)


def relation(points):
    """Return a relation of what is asked (or of bare (category, point) pairs) numbered from 1, which no table holds."""
    asked = [Asked(*one) for one in points]
    return Relation(
        "SELECT id, category_id, point::geometry, answers::jsonb, day, day AS made_on FROM unnest(%(ids)s::bigint[],"
        " %(categories)s::bigint[], %(points)s::text[], %(answers)s::text[], %(days)s::date[])"
        " AS t(id, category_id, point, answers, day)",
        {
            "ids": list(range(1, len(asked) + 1)),
            "categories": [one.category.pk for one in asked],
            "points": [one.point.hexewkb.decode() for one in asked],
            "answers": [json.dumps(one.answers) for one in asked],
            "days": [one.day for one in asked],
        },
    )


def one_by_one(asked):
    at_noon = dt.datetime.combine(asked.day, NOON)
    routing = route(asked.category, asked.point, answers=asked.answers, at=at_noon)
    keys = (routing.rule, routing.executor, routing.owner, routing.copy_to)
    return Assignment(not routing.outside, *(row.pk if row else None for row in keys))


def assert_same(town, points):
    found = assign(relation(points), municipality_id=town.pk)
    assert found == {n: one_by_one(Asked(*one)) for n, one in enumerate(points, start=1)}
    assert assign(relation(points), municipality_id=town.pk, bulk=True) == found


class RolledBack(Exception):
    """Ends a savepoint whose work must leave no trace."""


@pytest.fixture
def in_savepoint(record_property):
    """A function that runs another one and takes back all it wrote, so that hypothesis may call it often."""
    done = []

    def run(work):
        try:
            with transaction.atomic():
                work()
                raise RolledBack
        except RolledBack:
            done.append(work)

    yield run
    record_property(DONE, len(done))


@given(ground=grounds())
@RARELY
def test_random_rules_on_random_ground_decide_as_for_one_point(bare, in_savepoint, ground):
    def work():
        built = Built(bare, ground)
        assert_same(built.town, built.points)

    in_savepoint(work)


def test_the_whole_matrix_is_decided_as_for_one_point(matrix):
    points = [(category, place) for category in Category.objects.all() for place in PLACES.values()]
    assert_same(matrix, points)


@given(metres=st.lists(st.floats(0, 130).map(lambda m: round(m, 4)), min_size=1, max_size=8))
@RARELY
def test_distances_round_to_the_centimetre_as_for_one_point(bare, in_savepoint, metres):
    def work():
        Road.objects.create(municipality=bare.town, key="r", road_class="K", line=line((5000, 0), (5000, 9000)))
        Road.objects.create(municipality=bare.town, key="g", road_class="G", line=line((5040.005, 0), (5040.005, 9000)))
        bare.rule(bare.depot, road_classes=["K"], distance_m=20)
        bare.rule(bare.parks, road_classes=["G"], distance_m=100)
        edges = [19.995, 20.004, 20.005, 20.006, 99.996, 100.004, 140.0]
        assert_same(bare.town, [(bare.category, at(5000 + metre, 500)) for metre in [*metres, *edges]])

    in_savepoint(work)


def test_a_road_within_reach_that_is_not_the_nearest_does_not_count_for_many_either(bare):
    Road.objects.create(municipality=bare.town, key="k", road_class="K", line=line((5000, 0), (5000, 9000)))
    Road.objects.create(municipality=bare.town, key="g", road_class="G", line=line((5010, 0), (5010, 9000)))
    bare.rule(bare.depot, road_classes=["K"], distance_m=20)
    assert_same(bare.town, [(bare.category, at(x, 500)) for x in (5000, 5004, 5005, 5006, 5010)])


def test_a_point_on_a_border_of_two_towns_counts_for_the_town_of_its_category(bare, other_town):
    group = CategoryGroup.objects.create(municipality=other_town, code="g", name="G", icon="dots")
    theirs = Category.objects.create(municipality=other_town, code="c", name="C", icon="dots", group=group)
    bare.rule(bare.depot)
    points = [(bare.category, at(10000, 50)), (theirs, at(10000, 50))]
    found = assign(relation(points), municipality_id=bare.town.pk)
    assert set(found) == {1} and found[1].executor == bare.depot.pk
    assert assign(relation(points), municipality_id=other_town.pk)[2].in_town


def test_a_boundary_counts_as_it_stood_on_the_day(bare):
    west = AdministrativeArea.objects.get(municipality=bare.town, key="west")
    bare.rule(bare.depot, area=west)
    AdministrativeArea.objects.filter(pk=west.pk).update(valid_to=DAY)
    AdministrativeArea.objects.create(
        municipality=bare.town, kind="district", key="west", name="West", area=box(0, 0, 100, 100), valid_from=DAY
    )
    pins = [(bare.category, at(50, 50)), (bare.category, at(500, 500))]
    assert_same(bare.town, pins)
    the_day_before = [Asked(*pin, day=DAY - dt.timedelta(days=1)) for pin in pins]
    before = assign(relation(the_day_before), municipality_id=bare.town.pk)
    assert [row.executor for row in before.values()] == [bare.depot.pk, bare.depot.pk]


def test_in_a_town_without_triage_desk_nobody_is_named(town):
    group = CategoryGroup.objects.create(municipality=town, code="g", name="G", icon="dots")
    category = Category.objects.create(municipality=town, code="c", name="C", icon="dots", group=group)
    with pytest.raises(NoTriageDesk):
        route(category, at(1, 1))
    assert assign(relation([(category, at(1, 1))]), municipality_id=town.pk) == {
        1: Assignment(True, None, None, None, None)
    }


def test_one_statement_answers_for_all(matrix, django_assert_num_queries):
    points = [(category, place) for category in Category.objects.all() for place in PLACES.values()]
    with django_assert_num_queries(1):
        assign(relation(points), municipality_id=matrix.pk)


def test_a_queryset_is_a_relation(bare):
    bare.rule(bare.depot)
    areas = AdministrativeArea.objects.filter(name__contains="stadt", municipality=bare.town).exclude(name="50 %s")
    rows = areas.annotate(
        point=Centroid("area"),
        day=Value(DAY, DateField()),
        made_on=Value(DAY, DateField()),
        answers=Value({}, JSONField()),
        category_id=Value(bare.category.pk, BigIntegerField()),
    )
    found = assign(
        relation_of(rows.values("id", "category_id", "point", "day", "made_on", "answers")),
        municipality_id=bare.town.pk,
    )
    assert [row.executor for row in found.values()] == [bare.depot.pk] * 3


@given(ground=grounds(), changed=rules())
@RARELY
def test_a_new_rule_touches_no_point_that_it_does_not_name(bare, in_savepoint, ground, changed):
    """Who answers may change only where the category, the place, the answers and the day are the rule's own."""

    def work():
        built = Built(bare, ground)
        before = assign(relation(built.points), municipality_id=built.town.pk)
        rule = built.rule(changed, "new")
        rule.save()
        after = assign(relation(built.points), municipality_id=built.town.pk)
        for n, asked in enumerate(built.points, start=1):
            if before[n] != after[n]:
                assert after[n].rule == rule.pk
                assert changed["scope"] in (asked.category.code, asked.category.group.code, "any")
                assert asked.has_met_conditions_of(rule)
                assert rule.own_area is None or rule.own_area.intersects(asked.point)
                assert rule.area is None or rule.area.area.intersects(asked.point)

    in_savepoint(work)


@given(ground=grounds())
@RARELY
def test_every_point_of_the_town_has_exactly_one_department_and_always_the_same(bare, in_savepoint, ground):
    """Also on the shared borders of districts and drawn areas: the order in which points are asked is no argument."""

    def work():
        built = Built(bare, ground)
        first = assign(relation(built.points), municipality_id=built.town.pk)
        active = set(Department.objects.filter(is_active=True).values_list("pk", flat=True))
        assert all((row.executor in active) == row.in_town for row in first.values())
        turned = built.points[::-1]
        second = assign(relation(turned), municipality_id=built.town.pk)
        assert [second[n] for n in range(len(turned), 0, -1)] == [first[n] for n in range(1, len(turned) + 1)]

    in_savepoint(work)
