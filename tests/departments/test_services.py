"""Changes of departments, people and categories."""

import pytest

from apps.departments import services
from apps.departments.models import Category, Department, Membership, Organisation
from apps.departments.services import ChangeRefused


def _update(department, **fields):
    kept = {name: getattr(department, name) for name in ("organisation", "name", "email", "phone", "is_active")}
    return services.update_department(department=department, actor=None, **(kept | fields))


def test_the_first_department_of_a_town_is_its_triage_desk(town):
    organisation = services.create_organisation(
        municipality=town, actor=None, code="town", name="Stadt", kind="town", is_external=False
    )
    first, second = (
        services.create_department(municipality=town, actor=None, organisation=organisation, code=code, name=code)
        for code in ("one", "two")
    )
    assert (first.is_triage, second.is_triage) == (True, False)


def test_a_department_may_be_renamed_and_keeps_its_code(bare):
    _update(bare.depot, name="Betriebshof", email="hof@rasterstadt.invalid")
    bare.depot.refresh_from_db()
    assert (bare.depot.code, bare.depot.name) == ("depot", "Betriebshof")


def test_the_triage_desk_cannot_be_closed(bare):
    with pytest.raises(ChangeRefused, match="Eingangsstelle"):
        _update(bare.triage, is_active=False)


@pytest.mark.parametrize("part", ["executor", "owner", "copy_to"])
def test_a_department_that_a_rule_names_cannot_be_closed(bare, part):
    rule = bare.rule(bare.parks)
    type(rule).objects.filter(pk=rule.pk).update(**{part: bare.depot})
    with pytest.raises(ChangeRefused, match="Eine Zuständigkeit nennt"):
        _update(bare.depot, is_active=False)


def test_a_department_that_only_a_past_rule_names_can_be_closed(bare):
    bare.rule(bare.depot, valid_to="2021-01-01")
    assert not _update(bare.depot, is_active=False).is_active


def test_the_triage_desk_moves_in_one_step(bare):
    services.move_triage(department=bare.depot, actor=None)
    assert Department.objects.get(municipality=bare.town, is_triage=True) == bare.depot


def test_a_closed_department_cannot_become_the_triage_desk(bare):
    _update(bare.depot, is_active=False)
    with pytest.raises(ChangeRefused):
        services.move_triage(department=bare.depot, actor=None)


def test_members_are_exactly_those_named(bare, bernd, carla):
    services.set_members(department=bare.depot, actor=None, users=[bernd])
    services.set_members(department=bare.depot, actor=None, users=[carla])
    assert [m.user for m in Membership.objects.filter(department=bare.depot)] == [carla]


def test_somebody_without_a_role_in_the_town_cannot_be_a_member(bare, other_town, make_user):
    stranger = make_user("Gregor", "clerk", municipality=other_town)
    with pytest.raises(ChangeRefused, match="Aufgabe in Ihrer Gemeinde"):
        services.set_members(department=bare.depot, actor=None, users=[stranger])


def test_a_switched_off_category_is_no_longer_offered_and_its_history_names_who_did_it(bare, make_user):
    from django.apps import apps

    administrator = make_user("Hanna", "administrator")
    services.switch_category(category=bare.category, actor=administrator, is_active=False)
    assert list(Category.objects.active()) == []
    last = apps.get_model("departments", "CategoryEvent").objects.order_by("pgh_id").last()
    assert last.pgh_context.metadata == {"actor": administrator.pk, "action": "switch_category"}


def test_an_organisation_of_another_town_is_refused_by_the_database(bare, other_town):
    from django.db import IntegrityError

    theirs = Organisation.objects.create(municipality=other_town, code="x", name="X", kind="town")
    with pytest.raises(IntegrityError):
        services.create_department(municipality=bare.town, actor=None, organisation=theirs, code="new", name="Neu")
