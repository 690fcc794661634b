"""The demonstration town's places are loaded whole, once, and where they belong."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point

from apps.geo.crs import GEO_SRID
from apps.places import demo
from apps.places.models import Address, AdministrativeArea, Asset, BuiltUpArea, Municipality, Road
from apps.places.nearest import describe_point
from apps.places.search import find_places
from tests.conftest import lonlat

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "brandis"
KINDS = (AdministrativeArea, Road, BuiltUpArea, Asset, Address)


@pytest.fixture
def brandis(db):
    town = Municipality.objects.create(
        key="14729070", name="Brandis", centre=Point(333475, 5689672, srid=GEO_SRID), is_demo=True
    )
    demo.load(town, FOLDER)
    return town


def test_loading_twice_changes_nothing(brandis):
    def content():
        return [list(kind.objects.order_by("pk").values()) for kind in KINDS]

    before = content()
    said = demo.load(brandis, FOLDER)
    assert content() == before and "187 Adressen" in said


def test_a_misspelt_address_of_brandis_is_found(brandis):
    found = find_places(brandis, "grimaische str 12")
    assert (found[0].kind, found[0].label) == ("address", "Grimmaische Straße 12")


def test_the_market_is_inside_and_has_an_address(brandis):
    found = describe_point(brandis, brandis.centre)
    assert found.inside and found.district == "Brandis" and found.address.startswith("Markt")


def test_the_loaded_town_hall_stands_where_it_was_drawn(brandis):
    hall = Asset.objects.get(kind="townhall")
    assert lonlat(hall.shape) == pytest.approx((12.609693, 51.334345), abs=2e-3)


def test_an_empty_folder_is_no_error(brandis, tmp_path):
    assert "0 Adressen" in demo.load(brandis, tmp_path)
