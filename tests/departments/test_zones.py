"""Hanna draws the old town once; several rules say "there", and follow when she draws it anew."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.departments import services
from apps.departments.models import Jurisdiction
from apps.departments.routing import route
from apps.geo.editing import ChangeRefused
from apps.places.models import AdministrativeArea
from tests.conftest import at, box

DAY = dt.date(2026, 3, 2)
OLD, NEW = box(0, 0, 1000, 1000), box(0, 0, 2000, 1000)


@pytest.fixture
def desk(client, make_user):
    client.force_login(make_user("Hanna", "administrator"))
    return client


@pytest.fixture
def old_town(bare):
    """The zone, drawn some time ago; lamps there are the parks' desk's, elsewhere the depot's."""
    zone = services.save_zone(municipality=bare.town, name="Altstadt", area=OLD, on=DAY)
    bare.rule(bare.depot)
    bare.rule(bare.parks, area=zone)
    return zone


def seen(zone):
    from apps.departments.services.zones import mark_of

    zone.refresh_from_db()
    return mark_of(zone)


def drawn(area):
    """The area as the drawing's text holds it."""
    from apps.geo.drawn_text import as_coordinates

    return as_coordinates(area)


def test_two_rules_share_an_area_and_both_follow_its_new_shape(bare, old_town):
    bare.rule(bare.parks, area=old_town, group=bare.group)
    assert route(bare.category, at(500, 500)).executor == bare.parks
    assert route(bare.category, at(1500, 500)).executor == bare.depot
    services.save_zone(municipality=bare.town, name="Altstadt", area=NEW, zone=old_town, seen=seen(old_town))
    assert route(bare.category, at(1500, 500)).executor == bare.parks
    assert Jurisdiction.objects.filter(area__key=old_town.key).count() == 2


def test_what_was_decided_before_was_decided_by_the_older_shape(bare, old_town):
    today = timezone.localdate()
    services.save_zone(municipality=bare.town, name="Altstadt", area=NEW, zone=old_town, seen=seen(old_town), on=today)
    versions = AdministrativeArea.objects.filter(key=old_town.key).order_by("valid_from")
    assert [(v.valid_from, v.valid_to) for v in versions] == [(DAY, today), (today, None)]
    assert versions[0].area.equals(OLD)


def test_a_second_change_on_one_day_and_a_new_name_make_no_version(bare, old_town):
    later = DAY + dt.timedelta(days=9)
    second = services.save_zone(
        municipality=bare.town, name="Altstadt", area=NEW, zone=old_town, seen=seen(old_town), on=later
    )
    third = services.save_zone(
        municipality=bare.town, name="Alter Kern", area=OLD, zone=second, seen=seen(second), on=later
    )
    assert third.pk == second.pk and AdministrativeArea.objects.filter(key=old_town.key).count() == 2


def test_a_name_is_given_once_and_an_older_form_is_refused(bare, old_town):
    with pytest.raises(ChangeRefused, match="gibt es schon"):
        services.save_zone(municipality=bare.town, name="altstadt", area=NEW)
    with pytest.raises(ChangeRefused, match="inzwischen geändert"):
        services.save_zone(municipality=bare.town, name="Altstadt", area=NEW, zone=old_town, seen="x")


def test_an_area_that_a_rule_names_stays_and_another_is_ended(bare, old_town):
    with pytest.raises(ChangeRefused, match="rule-1"):
        services.end_zone(zone=old_town, seen=seen(old_town))
    Jurisdiction.objects.update(valid_to=timezone.localdate())
    services.end_zone(zone=old_town, seen=seen(old_town))
    assert not AdministrativeArea.objects.valid_on(timezone.localdate()).filter(key=old_town.key).exists()


def test_hanna_draws_an_area_and_chooses_it_in_a_rule(desk, bare):
    page = reverse("desk_zone_new")
    refused = desk.post(page, {"name": "Altstadt", "shape": ""})
    assert refused.status_code == 422 and "Altstadt" in refused.content.decode()
    assert desk.post(page, {"name": "Altstadt", "shape": drawn(OLD)}).status_code == 302
    assert "100,00 ha" in desk.get(reverse("desk_zones")).content.decode()
    assert "Eigenes Gebiet Altstadt" in desk.get(reverse("desk_rule_new")).content.decode()


def test_a_new_shape_is_tried_and_breaks_examples_only_with_her_word(desk, bare, old_town, fatma):
    services.save_example(category=bare.category, point=at(1500, 500), department=bare.depot, actor=fatma)
    form = {"name": "Altstadt", "shape": drawn(NEW), "seen": seen(old_town)}
    page = reverse("desk_zone", args=[old_town.pk])
    tried = desk.post(page, {**form, "action": "dry_run"}).content.decode()
    assert "Probelauf" in tried and "Grünamt statt Bauhof" in tried
    assert desk.post(page, form).status_code == 422
    assert AdministrativeArea.objects.filter(key=old_town.key).count() == 1
    assert desk.post(page, {**form, "confirmed": "1"}).status_code == 302
    newest = AdministrativeArea.objects.get(key=old_town.key, valid_to=None)
    assert newest.area.equals(NEW)
    # The older version's address leads to the shape in force, and the rule's form names that one alone.
    assert desk.get(page).context["zone"] == newest
    rule = Jurisdiction.objects.get(area__key=old_town.key)
    shown = desk.get(reverse("desk_rule", args=[rule.pk]))
    assert list(shown.context["form"].fields["area"].queryset.filter(kind="zone")) == [newest]
    assert f'value="{newest.pk}" selected' in shown.content.decode()


def test_an_area_is_taken_over_from_another_rule(desk, bare):
    rule = bare.rule(bare.parks, own_area=OLD)
    answer = desk.post(
        reverse("desk_zone_new"), {"name": "Park", "action": "take", "area_source": f"rule-{rule.pk}"}
    ).content.decode()
    assert "übernommen und noch nicht gespeichert" in answer and 'value="Park"' in answer
    assert not AdministrativeArea.objects.filter(kind="zone").exists()


def test_another_towns_area_is_not_there(desk, bare, other_town):
    theirs = services.save_zone(municipality=other_town, name="Dort", area=box(11_000, 0, 12_000, 1000))
    assert desk.get(reverse("desk_zone", args=[theirs.pk])).status_code == 404
    assert "Dort" not in desk.get(reverse("desk_zones")).content.decode()
