"""Known pins in the demonstration town reach the body that answers for them there."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point

from apps.departments import demo
from apps.departments.models import Category, Jurisdiction
from apps.departments.routing import route
from apps.geo.crs import GEO_SRID
from apps.geo.untrusted import parse_lonlat
from apps.places import demo as places_demo
from apps.places.models import AdministrativeArea, Asset, Municipality, Road

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "brandis"


@pytest.fixture
def brandis(db):
    town = Municipality.objects.create(
        key="14729070", name="Brandis", centre=Point(333475, 5689672, srid=GEO_SRID), is_demo=True
    )
    places_demo.load(town, FOLDER)
    demo.load(town, FOLDER)
    return town


def _ask(town, category, point):
    return route(Category.objects.get(municipality=town, code=category), point)


def test_loading_twice_changes_nothing(brandis):
    from django.apps import apps

    events = apps.get_model("departments", "JurisdictionEvent").objects
    before = (events.count(), Jurisdiction.objects.count())
    demo.load(brandis, FOLDER)
    assert (events.count(), Jurisdiction.objects.count()) == before


def test_every_asset_kind_of_a_rule_is_drawn(brandis):
    named = set(Jurisdiction.objects.exclude(asset_kind="").values_list("asset_kind", flat=True))
    assert named - set(Asset.objects.values_list("kind", flat=True)) == set()


def test_a_pothole_on_the_market_is_the_depots(brandis):
    assert _ask(brandis, "road_damage", parse_lonlat(12.6095, 51.3339)).executor.code == "bauhof"


@pytest.mark.parametrize(
    ("number", "executor", "owner"),
    [
        ("S 45", "lk-strassenmeisterei", "lasuv-leipzig"),
        ("K 8367", "lk-strassenmeisterei", "lk-strassenbauamt"),
    ],
)
def test_a_pothole_on_a_classified_road_goes_to_the_road_depot_of_the_county(brandis, number, executor, owner):
    outline = AdministrativeArea.objects.get(kind="municipality").area
    middle = Road.objects.filter(number=number, line__coveredby=outline).first().line.interpolate_normalized(0.5)
    middle.srid = GEO_SRID
    routing = _ask(brandis, "road_damage", middle)
    assert (routing.executor.code, routing.owner.code) == (executor, owner)


@pytest.mark.parametrize("name", ["Machern", "Bennewitz", "Trebsen/Mulde", "Naunhof", "Leipzig", "Borsdorf"])
def test_a_pin_in_the_next_municipality_names_it(brandis, name):
    place = AdministrativeArea.objects.get(kind="neighbour", name=name).area.point_on_surface
    routing = _ask(brandis, "other", place)
    assert (routing.outside, routing.neighbour.name) == (True, name)
    assert name in routing.neighbour.contact


def test_waste_at_a_container_site_is_kells(brandis):
    site = Asset.objects.get(key="container-07").shape
    assert _ask(brandis, "waste_illegal", site).executor.code == "kell"


def test_the_church_looks_after_its_own_cemetery(brandis):
    assert _ask(brandis, "cemetery", parse_lonlat(12.565, 51.3238)).executor.code == "kirchgemeinde"
