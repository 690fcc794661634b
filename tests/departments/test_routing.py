"""``route()`` as a whole: always one department, one statement, the neighbour outside, and the trace in words."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.departments.models import Category, CategoryGroup, Department, Organisation
from apps.departments.questions import questions_of
from apps.departments.routing import NoTriageDesk, route, route_and_describe
from apps.places.models import AdministrativeArea, Road
from apps.places.nearest import describe_point
from tests.conftest import at, box
from tests.departments.conftest import line


def test_one_statement_answers(matrix, django_assert_num_queries):
    category = Category.objects.get(code="road_damage")
    with django_assert_num_queries(1):
        routing = route(category, at(2003, 2000))
        routing.as_json()
        routing.sentences()


def test_routing_and_address_come_in_one_statement(matrix, django_assert_num_queries):
    category = Category.objects.get(code="road_damage")
    with django_assert_num_queries(1):
        routing, place = route_and_describe(category, at(2003, 2000))
    assert routing == route(category, at(2003, 2000))
    assert place == describe_point(category.municipality, at(2003, 2000))


def test_without_a_rule_the_triage_desk_answers(bare):
    routing = bare.route(50, 50)
    assert (routing.executor, routing.owner, routing.rule) == (bare.triage, bare.triage, None)
    assert "Eingangsstelle" in routing.reason


def test_a_town_without_triage_desk_says_so(town):
    group = CategoryGroup.objects.create(municipality=town, code="g", name="G", icon="dots")
    category = Category.objects.create(municipality=town, code="c", name="C", icon="dots", group=group)
    with pytest.raises(NoTriageDesk):
        route(category, at(1, 1))


def test_the_owner_is_the_executor_unless_the_rule_names_another(bare):
    bare.rule(bare.depot, own_area=box(0, 0, 100, 100), owner=bare.parks, copy_to=bare.triage)
    bare.rule(bare.depot)
    assert (bare.route(50, 50).owner, bare.route(50, 50).copy_to) == (bare.parks, bare.triage)
    assert (bare.route(500, 50).owner, bare.route(500, 50).copy_to) == (bare.depot, None)


def test_a_rule_whose_department_was_closed_stays_visible_but_does_not_win(bare):
    bare.rule(bare.depot, own_area=box(0, 0, 100, 100))
    bare.rule(bare.parks)
    Department.objects.filter(pk=bare.depot.pk).update(is_active=False)
    routing = bare.route(50, 50)
    assert routing.executor == bare.parks
    assert any("nicht mehr aktiv" in sentence for sentence in routing.sentences())


def test_outside_the_town_the_neighbour_is_named_and_nobody_is_responsible(bare):
    AdministrativeArea.objects.create(
        municipality=bare.town,
        kind="neighbour",
        key="14000099",
        name="Norddorf",
        contact="Gemeinde Norddorf, https://norddorf.invalid",
        area=box(0, 10000, 10000, 12000),
        valid_from=dt.date(2020, 1, 1),
    )
    bare.rule(bare.depot)
    routing = bare.route(5000, 11000)
    assert routing.outside
    assert (routing.neighbour.name, routing.executor, routing.owner, routing.rule) == ("Norddorf", None, None, None)
    assert "https://norddorf.invalid" in routing.reason
    assert routing.as_json() == {
        "outside": True,
        "neighbour": "Norddorf",
        "executor": None,
        "owner": None,
        "category": "lamp",
        "category_version": 1,
        "rule": None,
        "rule_id": None,
        "rule_version": None,
        "reason": routing.reason,
        "candidates": [],
    }


def test_another_town_of_the_installation_is_a_neighbour_too(bare, other_town):
    assert bare.route(10001, 5000).neighbour.name == "Neuland"


def test_far_outside_nobody_is_named(bare):
    routing = bare.route(0, 50000)
    assert routing.outside
    assert routing.neighbour is None


def test_before_the_boundary_was_valid_the_point_is_outside(bare):
    assert bare.route(50, 50, at=dt.datetime(2019, 12, 31, tzinfo=dt.UTC)).outside


def test_rules_of_another_town_never_answer(bare, other_town):
    organisation = Organisation.objects.create(municipality=other_town, code="town", name="Neuland", kind="town")
    theirs = Department.objects.create(
        municipality=other_town, organisation=organisation, code="depot", name="Bauhof Neuland", is_triage=True
    )
    for number, fields in enumerate([{"own_area": box(0, 0, 20000, 10000)}, {"priority": 9}]):
        bare.rule(theirs, municipality=other_town, category=None, code=f"theirs-{number}", **fields)
    assert bare.route(50, 50).candidates == ()
    assert bare.route(50, 50).executor == bare.triage


def test_on_the_border_of_two_towns_the_town_of_the_category_answers(bare, other_town):
    bare.rule(bare.depot)
    assert bare.route(10000, 5000).executor == bare.depot


def test_roads_and_ground_of_another_town_do_not_count(bare, other_town):
    Road.objects.create(municipality=other_town, key="k", road_class="K", line=line((50, 0), (50, 100)))
    bare.rule(bare.depot, road_classes=["K"], distance_m=20)
    assert bare.route(50, 50).executor == bare.triage


def test_a_point_in_another_crs_is_refused(bare):
    from django.contrib.gis.geos import Point

    with pytest.raises(ValueError, match="EPSG"):
        route(bare.category, Point(12.6, 51.3, srid=4326))


def test_the_trace_says_who_why_and_who_came_second(matrix):
    routing = route(Category.objects.get(code="road_damage"), at(3004, 2000))
    told = " ".join(routing.sentences())
    assert "Zuständig ist Landkreis Leipzig, Straßenmeisterei Wurzen. § 44" in told
    assert "S 1 (Staatsstraße), 4 m entfernt" in told
    assert "Träger ist LASuV, Niederlassung Leipzig." in told
    assert "von der Stadt noch zu bestätigen" in told
    assert "An zweiter Stelle steht Bauhof" in told
    assert "weil ein Objekt vor einer Straße, eine Straße vor einem Gebiet gilt" in told


def test_the_record_has_exactly_the_agreed_keys(matrix):
    record = route(Category.objects.get(code="road_damage"), at(3004, 2000)).as_json()
    assert list(record) == [
        "outside",
        "neighbour",
        "executor",
        "owner",
        "category",
        "category_version",
        "rule",
        "rule_id",
        "rule_version",
        "reason",
        "candidates",
    ]
    assert record["executor"] == {
        "code": "lk-strassenmeisterei",
        "name": "Landkreis Leipzig, Straßenmeisterei Wurzen",
    }
    assert record["rule"] == "road_damage-s"
    assert [candidate["rule"] for candidate in record["candidates"]] == ["road_damage-s", "road_damage-town"]
    assert record["candidates"][0]["distance_m"] == 4.0


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_point_of_the_town_and_any_category_end_with_exactly_one_department(matrix, data):
    """Whatever was answered, on any day of the year."""
    category = data.draw(st.sampled_from(list(Category.objects.order_by("code"))))
    metres = st.floats(0, 10_000, allow_nan=False)
    point = at(data.draw(metres), data.draw(metres))
    moment = data.draw(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)))
    answers = {
        question.key: data.draw(st.sampled_from(question.options)).value
        for question in questions_of(category)
        if question.options and data.draw(st.booleans())
    }
    routing = route(category, point, answers=answers, at=moment)
    assert not routing.outside
    assert routing.executor.is_active
    assert routing.owner is not None
    assert route(category, point, answers=answers, at=moment) == routing
