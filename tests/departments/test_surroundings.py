"""A pin near a border: who would answer a few steps further on, the question to the person, and their answer."""

import datetime as dt
from typing import Any

import pytest

from apps.departments.models import Jurisdiction
from apps.departments.routing import route
from apps.departments.surroundings import look_around
from apps.places.models import Road
from tests.conftest import at, box


@pytest.fixture
def world(town: Any) -> Any:
    """Lamps: the depot in the whole town, parks in a field in the east of x = 2000, the county on one road."""
    from django.contrib.gis.geos import LineString

    from apps.geo.crs import GEO_SRID
    from tests.reports.conftest import make_desks

    made = make_desks(town)
    since = {"municipality": town, "category": made.street_light, "valid_from": dt.date(2020, 1, 1)}
    Jurisdiction.objects.create(code="lamps", executor=made.depot, reason="Der Bauhof pflegt die Lampen.", **since)
    Jurisdiction.objects.create(
        code="field", executor=made.parks, own_area=box(2000, 0, 3000, 3000), reason="Stadtpark", **since
    )
    Jurisdiction.objects.create(
        code="county", executor=made.roads, road_classes=["K"], distance_m=6, reason="Kreisstraße", **since
    )
    ends = [at(0, 8000).coords, at(9000, 8000).coords]
    Road.objects.create(
        municipality=town, key="k1", road_class="K", number="K 1", line=LineString(*ends, srid=GEO_SRID)
    )
    return made


def around(world: Any, east: float, north: float, **more: Any) -> Any:
    point = at(east, north)
    return look_around(world.street_light, point, route(world.street_light, point), **more)


def test_far_from_every_border_there_is_nothing_to_ask(world: Any) -> None:
    found = around(world, 1000, 1000)
    assert not found.is_close and found.border is None and found.as_json() == {"border": None, "close": None}


@pytest.mark.parametrize(("metres", "is_close"), [(14, True), (16, False)])
def test_fifteen_metres_from_a_border_the_person_is_asked(world: Any, metres: float, is_close: bool) -> None:
    found = around(world, 2000 - metres, 1000)
    assert found.is_close == is_close and found.border == ("", metres)


def test_the_accuracy_of_the_position_widens_the_ring_up_to_sixty_metres(world: Any) -> None:
    assert around(world, 1970, 1000, accuracy_m=40).is_close
    assert not around(world, 1930, 1000, accuracy_m=500).is_close


def test_the_question_is_made_from_what_the_candidates_are(world: Any) -> None:
    side = around(world, 1995, 1000)
    assert side.question == "Auf welcher Seite der Grenze ist es?"
    assert side.options[0][0] == "depot" and side.options[1] == ("parks", "im Gebiet: Stadtpark")
    road = around(world, 1000, 8010)
    assert road.question.startswith("Ist es auf der Fahrbahn oder daneben")
    assert ("roads", "auf der Fahrbahn: K 1") in road.options


def test_without_an_answer_the_rule_decides_and_the_trace_says_that_it_was_close(world: Any) -> None:
    found = around(world, 1995, 1000)
    assert found.routing.executor == world.depot
    trace = found.as_json()
    assert trace["close"]["others"][0]["code"] == "parks" and trace["close"]["chosen"] is None
    assert trace["border"]["distance_m"] == 5


def test_the_answer_decides_and_an_unknown_one_does_not(world: Any) -> None:
    assert around(world, 1995, 1000, chosen="parks").routing.executor == world.parks
    assert around(world, 1995, 1000, chosen="depot").as_json()["close"]["chosen"] == "depot"
    assert around(world, 1995, 1000, chosen="triage").routing.executor == world.depot
    assert around(world, 1000, 1000, chosen="parks").routing.executor == world.depot


def test_beyond_the_towns_border_nobody_is_asked_about(world: Any) -> None:
    found = around(world, 5, 1000)
    assert not found.is_close and found.border == ("Rasterstadt", 5)


def test_the_ring_is_one_statement(world: Any, django_assert_num_queries: Any) -> None:
    point = at(1995, 1000)
    here = route(world.street_light, point)
    with django_assert_num_queries(1):
        look_around(world.street_light, point, here)
