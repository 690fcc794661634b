"""The map page in a real browser: map and list in step, by mouse, by keyboard, without either."""

import re

import pytest
from playwright.sync_api import expect

from apps.places.folding import fold_address
from apps.places.models import Address
from tests.conftest import at, lonlat
from tests.fifth_kind.models import Tree

pytestmark = pytest.mark.browser
READY = "[data-map][data-ready]"


def view(point, zoom):
    lon, lat = lonlat(point)
    return f"#map={zoom}/{lat:.5f}/{lon:.5f}"


@pytest.fixture(autouse=True)
def own_map_only(settings, tmp_path):
    settings.BASEMAP_UPSTREAMS = []


@pytest.fixture
def trees(town):
    """Three trees of the same name close together in the west, one alone in the east, one that nobody may see."""
    places = [(1000, 1000, "sound"), (1060, 1000, "sick"), (1120, 1000, "sound"), (8000, 8000, "felled")]
    made = [
        Tree.objects.create(municipality=town, species="Winterlinde", condition=condition, point=at(east, north))
        for east, north, condition in places
    ]
    Tree.objects.create(municipality=town, species="Geheim", point=at(1030, 1000), is_released=False)
    return made


def shown(page):
    page.locator(READY).wait_for()
    expect(page.locator("[data-map-status]")).to_have_text(re.compile("Eintr"))
    return page


def keys(page):
    return set(page.eval_on_selector_all(".feature-row", "rows => rows.map(row => row.dataset.feature)"))


def test_map_and_list_follow_each_other(open_page, trees):
    page = shown(open_page("/karte/" + view(at(1060, 1000), 18)))
    page.locator(".map-marker").nth(2).wait_for()
    expect(page.locator(".feature-row")).to_have_count(3)
    assert keys(page) == {f"trees/{tree.public_id}" for tree in trees[:3]}
    names = page.eval_on_selector_all(".map-marker", "all => all.map(one => one.ariaLabel)")
    assert len(set(names)) == 3 and "Baumkataster: Winterlinde, krank" in names
    row = page.locator(f'[data-feature="trees/{trees[1].public_id}"]')
    row.hover()
    highlighted = page.locator(".map-marker.is-highlighted")
    expect(highlighted).to_have_attribute("aria-label", "Baumkataster: Winterlinde, krank")
    page.locator('.map-marker[aria-label$="krank"]').hover()
    expect(row).to_contain_class("is-highlighted")


def test_a_group_opens_into_its_parts(open_page, trees):
    page = shown(open_page("/karte/" + view(at(1060, 1000), 13)))
    group = page.get_by_role("button", name="3 Einträge an dieser Stelle, vergrößern")
    group.click()
    expect(page.locator(".map-marker:not([inert])")).to_have_count(3)


def test_a_marker_opens_by_keyboard_and_gives_the_focus_back(open_page, trees):
    page = shown(open_page("/karte/" + view(at(1060, 1000), 18)))
    marker = page.locator('.map-marker[aria-label$="krank"]')
    marker.focus()
    page.keyboard.press("Enter")
    popup = page.get_by_role("dialog", name="Winterlinde")
    popup.get_by_text("krank").wait_for()
    expect(popup.get_by_role("button", name="Schließen")).to_be_visible()
    page.keyboard.press("Escape")
    popup.wait_for(state="detached")
    expect(marker).to_be_focused()


def test_filters_narrow_both_and_the_address_can_be_passed_on(open_page, trees):
    page = shown(open_page("/karte/" + view(at(1060, 1000), 18)))
    page.locator("[data-map-filters] summary").click()
    page.select_option("select[name='trees.condition']", "sick")
    expect(page.locator(".feature-row")).to_have_count(1)
    expect(page.locator(".map-marker")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"trees\.condition=sick.*#map=18/"))
    link = page.url.replace("http://", "").partition("/")[2]
    other = shown(open_page("/" + link))
    expect(other.locator(".map-marker")).to_have_count(1)
    expect(other.locator("select[name='trees.condition']")).to_have_value("sick")
    other.locator("[data-map-filters] summary").click()
    other.locator("input[name=layer][value=trees]").uncheck()
    other.get_by_text("In diesem Ausschnitt gibt es keine Einträge.").wait_for()
    other.get_by_text("Hier gibt es gerade nichts zu sehen.").wait_for()


def test_an_address_is_found_and_shown(open_page, town, trees):
    Address.objects.create(
        municipality=town,
        street="Grimmaische Straße",
        house_number="12",
        postcode="04999",
        point=at(8000, 7990),
        search=fold_address("Grimmaische Straße", "12", "04999", ""),
    )
    page = shown(open_page("/karte/"))
    field = page.get_by_role("combobox", name="Adresse oder Ort")
    field.fill("grimaische str 12")
    page.get_by_role("option", name="Grimmaische Straße 12").first.wait_for()
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Enter")
    page.get_by_role("img", name="Grimmaische Straße 12").wait_for()
    expect(page).to_have_url(re.compile("#map=17/"))
    expect(page.locator(".feature-row")).to_have_count(1)


def test_what_cannot_be_loaded_can_be_asked_for_again(open_page, trees):
    page = open_page("/karte/" + view(at(1060, 1000), 18))
    shown(page)
    page.route("**/karte/daten/**", lambda route: route.abort())
    page.locator("[data-map-filters] summary").click()
    page.select_option("select[name='trees.condition']", "sick")
    page.get_by_text("Die Einträge konnten nicht geladen werden.").wait_for()
    page.unroute("**/karte/daten/**")
    page.get_by_role("button", name="Noch einmal versuchen").click()
    page.get_by_text("Ein Eintrag auf der Karte").wait_for()


def test_the_source_of_the_drawn_map_is_named(open_page, trees):
    page = shown(open_page("/karte/"))
    page.locator(".leaflet-tile-loaded").first.wait_for()
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("eigene Daten der Gemeinde")


@pytest.mark.parametrize("width", [360, 1280])
def test_every_state_of_the_page_is_accessible(open_page, axe, overflow, trees, width):
    page = shown(open_page("/karte/", width=width))
    assert axe(page) + overflow(page) == []
    page.locator("[data-map-filters] summary").click()
    assert axe(page) + overflow(page) == []
    page = shown(open_page("/karte/" + view(at(1060, 1000), 18), width=width))
    page.locator(".map-marker:not([inert])").first.click()
    page.get_by_role("dialog").wait_for()
    assert axe(page) + overflow(page) == []


def test_on_a_telephone_the_list_can_stand_alone(open_page, trees):
    page = shown(open_page("/karte/" + view(at(1060, 1000), 18), width=360))
    page.get_by_role("button", name="Liste", exact=True).click()
    expect(page.locator(".leaflet-container")).to_be_hidden()
    expect(page.locator(".feature-row").first).to_be_visible()
    page.get_by_role("button", name="Karte", exact=True).click()
    expect(page.locator(".leaflet-container")).to_be_visible()


def test_without_javascript_list_filters_and_search_work(open_page, trees):
    page = open_page("/karte/", javascript=False)
    expect(page.locator(".feature-row")).to_have_count(4)
    page.locator("[data-map-filters] summary").click()
    page.select_option("select[name='trees.condition']", "felled")
    page.get_by_role("button", name="Anwenden").click()
    expect(page.locator(".feature-row")).to_have_count(1)
    page.get_by_role("link", name="nächste").click()
    expect(page).to_have_url(re.compile("sort=nah"))
    expect(page).to_have_url(re.compile(r"trees\.condition=felled"))
    expect(page.locator(".feature-row")).to_have_count(1)
    page.get_by_label("Adresse oder Ort").fill("Weststadt")
    page.get_by_role("button", name="Suchen").click()
    page.get_by_role("link", name="Weststadt").click()
    page.get_by_text("nahe Weststadt").wait_for()


def test_reading_the_map_leaves_no_cookie(open_page, trees):
    page = shown(open_page("/karte/"))
    assert page.context.cookies() == []
