"""Showing a place in a real browser: by tap, by arrow keys, by address, by numbers."""

import pytest
from playwright.sync_api import expect

from apps.departments.models import Category, CategoryGroup
from apps.places.folding import fold_address
from apps.places.models import Address
from tests.conftest import at, lonlat

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def own_map_only(settings):
    settings.BASEMAP_UPSTREAMS = []


@pytest.fixture
def form(town, open_page):
    """The report form's second step, opened at the town's middle, where an address stands."""
    group = CategoryGroup.objects.create(municipality=town, code="roads", name="Straßen")
    Category.objects.create(municipality=town, code="pothole", name="Schlagloch", group=group)
    Address.objects.create(
        municipality=town,
        street="Am Markt",
        house_number="1",
        postcode="04999",
        point=at(5000, 5000),
        search=fold_address("Am Markt", "1", "04999", ""),
    )

    def open_form(**how):
        page = open_page("/meldungen/neu/?kategorie=pothole", **how)
        page.locator("[data-pin][data-ready]").wait_for()
        return page

    return open_form


def pin(page):
    """Return the pin in metres from Rasterstadt's middle, east and north."""
    lon, lat = (float(page.input_value(f"input[name={name}]")) for name in ("lon", "lat"))
    east, north = lonlat(at(6000, 5000))[0] - lonlat(at(5000, 5000))[0], lonlat(at(5000, 6000))[1]
    middle = lonlat(at(5000, 5000))
    return (lon - middle[0]) / east * 1000, (lat - middle[1]) / (north - middle[1]) * 1000


def test_arrow_keys_move_the_pin_by_ten_metres_and_with_shift_by_one(form):
    page = form()
    page.locator(".leaflet-container").focus()
    page.keyboard.press("Enter")
    assert pin(page) == pytest.approx((0, 0), abs=0.5)
    page.keyboard.press("ArrowRight")
    assert pin(page) == pytest.approx((10, 0), abs=0.6)
    page.keyboard.press("Shift+ArrowUp")
    assert pin(page) == pytest.approx((10, 1), abs=0.6)
    page.get_by_text("Markierter Ort: Am Markt 1").wait_for()


def test_a_tap_sets_the_pin_and_says_where_it_is(form):
    page = form(width=360)
    page.locator(".leaflet-container").click()  # in its middle
    page.get_by_text("Markierter Ort: Am Markt 1").wait_for()
    assert pin(page) == pytest.approx((0, 0), abs=3)
    assert page.locator("[data-pin-place]").get_attribute("aria-live") == "polite"


def test_new_words_in_the_address_take_the_old_pin_away(form):
    page = form()
    page.locator(".leaflet-container").focus()
    page.keyboard.press("Enter")
    page.fill("input[name=address]", "Am Markt")
    expect(page.locator("input[name=lon]")).to_have_value("")
    page.get_by_role("option", name="Am Markt").first.click()
    expect(page.locator("input[name=lon]")).not_to_have_value("")
    assert pin(page) == pytest.approx((0, 0), abs=0.5)


def test_typed_numbers_move_the_pin(form):
    page = form()
    lon, lat = lonlat(at(5100, 5000))
    page.get_by_text("Koordinaten eingeben").click()
    page.fill("input[name=lon]", str(lon).replace(".", ","))
    page.fill("input[name=lat]", str(lat))
    page.locator("input[name=lat]").blur()
    page.locator(".map-marker--pin").wait_for()
    page.get_by_text("Markierter Ort: nahe Am Markt 1").wait_for()
    assert (float(page.input_value("input[name=lon]")), float(page.input_value("input[name=lat]"))) == pytest.approx(
        (lon, lat), abs=2e-6
    )


def test_a_place_outside_of_the_town_is_called_so(form):
    page = form()
    lon, lat = lonlat(at(-3000, 5000))
    page.get_by_text("Koordinaten eingeben").click()
    page.fill("input[name=lon]", str(lon))
    page.fill("input[name=lat]", str(lat))
    page.locator("input[name=lat]").blur()
    page.get_by_text("Dieser Ort liegt außerhalb der Stadt.").wait_for()


def test_the_form_with_a_pin_is_accessible(form, axe, overflow):
    page = form(width=360)
    page.locator(".leaflet-container").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Markierter Ort: Am Markt 1").wait_for()
    assert [fault for fault in axe(page) if "map" in fault or "pin" in fault or "leaflet" in fault] == []
    assert overflow(page) == []


def test_without_javascript_an_address_will_do(town, form, open_page):
    Address.objects.create(
        municipality=town,
        street="Marktgasse",
        house_number="2",
        postcode="04999",
        point=at(5100, 5000),
        search=fold_address("Marktgasse", "2", "04999", ""),
    )
    form()
    page = open_page("/meldungen/neu/?kategorie=pothole", javascript=False)
    expect(page.locator("[data-pin]")).to_be_hidden()
    page.fill("textarea[name=description]", "Loch in der Straße")
    page.fill("input[name=address]", "markt")
    page.get_by_role("button", name="Weiter: prüfen").click()
    page.get_by_text("Mehrere Orte passen.").first.wait_for()
    for place in ("Marktgasse, 04999", "Am Markt, 04999"):
        expect(page.get_by_label(place)).to_be_visible()
    expect(page.locator("textarea[name=description]")).to_have_value("Loch in der Straße")
