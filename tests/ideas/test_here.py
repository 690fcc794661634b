"""Kinds meet by place: ideas in a plan area, consultations and calls at an idea; computed, and only what is public."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString
from django.utils import timezone

from apps.geo.around import things_at
from apps.geo.crs import GEO_SRID
from tests.conftest import at, box
from tests.consultations.conftest import make_draft, publish  # noqa: F401  (fixtures)

LAYERS = ("ideas", "ideas_lines", "ideas_areas")


def names(*args, **more):
    return [thing.name for thing in things_at(*args, **more)]


@pytest.fixture
def around(make_idea):
    """Ideas inside an area of 100 m, on its border, across it and outside."""
    make_idea("drin", at(50, 50), received_on="2026-01-04")
    make_idea("am Rand", at(100, 50))
    make_idea("daneben", at(101, 50))
    make_idea("quer", LineString(at(-50, 50).coords, at(150, 50).coords, srid=GEO_SRID))
    make_idea("Wiese", box(90, 90, 200, 200))
    make_idea("wartet", at(50, 50), published=False)
    return box(0, 0, 100, 100)


def test_ideas_in_an_area_are_found_in_one_statement(town, around, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = names(around, LAYERS, municipality=town.pk)
    assert set(found) == {"drin", "am Rand", "quer", "Wiese"}


def test_what_is_left_out_unknown_or_elsewhere_is_not_named(town, other_town, around, make_idea):
    idea = make_idea("selbst", at(50, 50))
    assert "selbst" not in names(around, LAYERS, municipality=town.pk, leave_out=idea.public_id)
    assert names(around, ["gibt_es_nicht"], municipality=town.pk) == []
    assert names(around, LAYERS, municipality=other_town.pk) == []
    assert "daneben" in names(around, ["ideas"], municipality=town.pk, within_m=2)


def test_pages_of_a_plan_and_of_an_idea_name_each_other(client, make_idea, make_draft, publish):  # noqa: F811
    today = timezone.localdate()
    plan = publish(make_draft(), (today, today + dt.timedelta(days=30)), at=timezone.now())
    middle = plan.area.point_on_surface
    idea = make_idea("Bank im Plangebiet", middle)
    assert "Bank im Plangebiet" in client.get(f"/beteiligung/{plan.public_id}/").text
    assert plan.title in client.get(f"/ideen/{idea.public_id}/").text
