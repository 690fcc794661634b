"""The map for readers without JavaScript, for those who ask for less motion, and with shapes longer than a screen."""

import pytest
from django.contrib.gis.geos import LineString
from playwright.sync_api import expect

from apps.geo.crs import GEO_SRID
from tests.conftest import at
from tests.ideas.conftest import make_idea  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser


@pytest.fixture
def way(make_idea):  # noqa: F811
    """A published idea along three kilometres."""
    start = at(3000, 5000)
    line = LineString(start.coords, (start.x + 3000, start.y + 40), srid=GEO_SRID)
    return f"/ideen/{make_idea('Radweg', line).public_id}/"


def test_without_javascript_a_picture_shows_the_whole_shape(open_page, axe, way):
    page = open_page(way, width=360, javascript=False)
    picture = page.locator("svg.still[role=img]")
    picture.locator("path").wait_for()
    frame, path = picture.bounding_box(), picture.locator("path").bounding_box()
    assert frame["width"] > 250 and path["width"] > 50
    assert frame["x"] <= path["x"] and path["x"] + path["width"] <= frame["x"] + frame["width"]


def test_without_javascript_the_first_page_shows_where_the_newest_things_are(open_page, way):
    page = open_page("/", width=360, javascript=False)
    picture = page.get_by_role("img", name="Karte: Neues in Rasterstadt")
    expect(picture.locator("path")).to_have_count(1)
    expect(page.get_by_text("Die Karte braucht JavaScript.")).to_have_count(0)


def test_the_map_holds_a_shape_from_end_to_end(open_page, settled, way):
    page = open_page(way, width=360)
    line = page.locator(".map-frame .leaflet-overlay-pane path")
    line.wait_for()
    settled(page)  # the map moves to the whole shape, asks again for what is there, and draws it anew
    frame, path = page.locator(".map-frame").bounding_box(), line.bounding_box()
    assert path["width"] > 50
    assert frame["x"] <= path["x"] and path["x"] + path["width"] <= frame["x"] + frame["width"]


@pytest.mark.parametrize(("motion", "is_animated"), [("reduce", False), ("no-preference", True)])
def test_who_asks_for_less_motion_gets_a_map_that_jumps(open_page, way, motion, is_animated):
    page = open_page("/")
    page.emulate_media(reduced_motion=motion)
    page.goto(way)
    page.wait_for_selector(".map-frame[data-ready]")
    animated = page.locator(".leaflet-fade-anim, .leaflet-zoom-anim")
    expect(animated).not_to_have_count(0) if is_animated else expect(animated).to_have_count(0)
