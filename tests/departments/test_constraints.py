"""What the database refuses, whoever writes: mixed towns, a second triage desk, rules that say two things."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from apps.departments.models import Category, CategoryGroup, Department, Jurisdiction, Membership, Organisation
from apps.geo.crs import GEO_SRID
from apps.places.models import AdministrativeArea
from tests.conftest import at, box


@pytest.fixture
def theirs(bare, other_town):
    """A department of Neuland."""
    organisation = Organisation.objects.create(municipality=other_town, code="town", name="Neuland", kind="town")
    return Department.objects.create(
        municipality=other_town, organisation=organisation, code="depot", name="Bauhof Neuland", is_triage=True
    )


@pytest.mark.parametrize("field", ["executor", "owner", "copy_to"])
def test_a_rule_cannot_name_a_department_of_another_town(bare, theirs, field):
    rule = bare.rule(bare.depot)
    with pytest.raises(IntegrityError, match=f"departments_rule_{field}_town"):
        Jurisdiction.objects.filter(pk=rule.pk).update(**{field: theirs})


def test_a_rule_cannot_name_a_category_group_or_area_of_another_town(bare, other_town):
    group = CategoryGroup.objects.create(municipality=other_town, code="g", name="G", icon="dots")
    category = Category.objects.create(municipality=other_town, code="c", name="C", icon="dots", group=group)
    area = AdministrativeArea.objects.get(municipality=other_town, key="west")
    for name, fields in {
        "category": {"category": category},
        "group": {"category": None, "group": group},
        "area": {"area": area},
    }.items():
        with pytest.raises(IntegrityError, match=f"departments_rule_{name}_town"), transaction.atomic():
            bare.rule(bare.depot, **fields)


def test_a_form_says_that_a_department_belongs_to_another_town(bare, theirs):
    rule = bare.rule(bare.depot)
    rule.owner = theirs
    with pytest.raises(ValidationError) as refused:
        rule.validate_constraints()
    assert "anderen Gemeinde" in str(refused.value.message_dict["owner"])


def test_a_category_cannot_stand_in_a_group_of_another_town(bare, other_town):
    group = CategoryGroup.objects.create(municipality=other_town, code="g", name="G", icon="dots")
    with pytest.raises(IntegrityError, match="departments_category_group_town"):
        Category.objects.filter(pk=bare.category.pk).update(group=group)


def test_a_department_cannot_belong_to_an_organisation_of_another_town(bare, theirs):
    with pytest.raises(IntegrityError, match="departments_department_organisation_town"):
        Department.objects.filter(pk=bare.depot.pk).update(organisation=theirs.organisation)


def test_a_town_has_one_triage_desk_and_not_two(bare):
    with pytest.raises(IntegrityError, match="departments_one_triage_desk"):
        Department.objects.filter(pk=bare.depot.pk).update(is_triage=True)


def test_two_towns_have_a_triage_desk_each(bare, theirs):
    assert Department.objects.filter(is_triage=True).count() == 2


def test_a_town_cannot_lose_its_triage_desk(bare):
    Department.objects.filter(pk=bare.triage.pk).update(is_triage=False)
    with pytest.raises(IntegrityError, match="keeps its triage desk"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_triage_desk_may_move_within_a_transaction(bare):
    Department.objects.filter(pk=bare.triage.pk).update(is_triage=False)
    Department.objects.filter(pk=bare.depot.pk).update(is_triage=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Department.objects.get(is_triage=True) == bare.depot


def test_the_triage_desk_cannot_be_closed(bare):
    with pytest.raises(IntegrityError, match="departments_triage_is_active"):
        Department.objects.filter(pk=bare.triage.pk).update(is_active=False)


BOW_TIE = MultiPolygon(
    Polygon([(330000, 5680000), (330100, 5680100), (330100, 5680000), (330000, 5680100), (330000, 5680000)]),
    srid=GEO_SRID,
)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"road_classes": ["K"], "asset_kind": "site", "distance_m": 5}, "asset_or_road"),
        ({"road_classes": ["K"]}, "distance"),
        ({"asset_kind": "site"}, "distance"),
        ({"distance_m": 5}, "distance"),
        ({"asset_kind": "site", "distance_m": 101}, "distance"),
        ({"road_classes": ["X"], "distance_m": 5}, "road_classes"),
        ({"road_path": "field"}, "road_path"),
        ({"road_classes": ["G"], "distance_m": 5, "road_path": "river"}, "road_path"),
        ({"valid_to": "2019-12-31"}, "period"),
        ({"season_from": 1101}, "season"),
        ({"season_from": 1101, "season_to": 1301}, "season"),
        ({"weekdays": [0]}, "weekdays"),
        ({"answers": {"where": ["mast"]}, "category": None}, "answers_of_category"),
        ({"reason": ""}, "has_a_reason"),
        ({"own_area": BOW_TIE}, "own_area_valid"),
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_refused(bare, fields, constraint):
    with pytest.raises(IntegrityError, match=f"departments_rule_{constraint}"):
        bare.rule(bare.depot, **fields)


def test_a_rule_names_a_category_or_a_group_but_not_both(bare):
    with pytest.raises(IntegrityError, match="departments_rule_category_or_group"):
        bare.rule(bare.depot, category=bare.category, group=bare.group)


def test_a_rule_has_an_area_or_a_drawn_one_but_not_both(bare):
    area = AdministrativeArea.objects.get(municipality=bare.town, key="west")
    with pytest.raises(IntegrityError, match="departments_rule_one_area"):
        bare.rule(bare.depot, area=area, own_area=box(0, 0, 10, 10))


def test_an_urgent_category_says_what_to_do(bare):
    with pytest.raises(IntegrityError, match="departments_urgent_says_what_to_do"):
        Category.objects.filter(pk=bare.category.pk).update(is_urgent=True)


def test_nobody_is_twice_at_the_same_desk(bare, bernd):
    Membership.objects.create(user=bernd, department=bare.depot)
    with pytest.raises(IntegrityError, match="departments_one_membership_each"):
        Membership.objects.create(user=bernd, department=bare.depot)


def test_a_department_finds_its_people_and_a_person_their_departments(bare, bernd, carla):
    Membership.objects.create(user=bernd, department=bare.depot)
    Membership.objects.create(user=carla, department=bare.parks)
    assert list(Department.objects.of(bernd, bare.town.pk)) == [bare.depot]


def test_changes_of_rules_are_kept_in_their_history(bare):
    from django.apps import apps

    rule = bare.rule(bare.depot)
    Jurisdiction.objects.filter(pk=rule.pk).update(executor=bare.parks)
    history = apps.get_model("departments", "JurisdictionEvent").objects.filter(pgh_obj=rule.pk).order_by("pgh_id")
    assert [event.executor_id for event in history] == [bare.depot.pk, bare.parks.pk]


def test_a_point_geometry_is_no_area(bare):
    with pytest.raises(TypeError):
        bare.rule(bare.depot, own_area=Point(at(1, 1).coords, srid=GEO_SRID))
