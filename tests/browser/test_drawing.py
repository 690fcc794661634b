"""Emil draws a plan with a hole, looks at the preview, and publishes it."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.consultations.models import Consultation
from tests.conftest import box
from tests.consultations.conftest import PDF, make_draft  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser

# Shares of the drawing area: a square, and a smaller one inside it.
SQUARE = [(0.35, 0.3), (0.65, 0.3), (0.65, 0.7), (0.35, 0.7)]
HOLE = [(0.45, 0.45), (0.55, 0.45), (0.55, 0.55), (0.45, 0.55)]


@pytest.fixture
def pictures(settings):
    folder = settings.BASE_DIR / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ready(page):
    page.wait_for_selector("[data-drawing][data-ready]")
    page.locator("[data-drawing-map]").scroll_into_view_if_needed()


def tool(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def ring(page, corners):
    """Click the corners on the map and finish on the first one."""
    frame = page.locator("[data-drawing-map]").bounding_box()
    for east, south in [*corners, corners[0]]:
        x, y = frame["x"] + east * frame["width"], frame["y"] + south * frame["height"]
        page.mouse.move(x - 3, y - 3)
        page.mouse.move(x, y)
        page.mouse.click(x, y)


def size(page):
    """Return what the page says about the size, once it says something new."""
    return page.locator("[data-drawing-size]").inner_text()


def draw(page, name, corners):
    before = size(page)
    tool(page, name)
    ring(page, corners)
    said = page.locator("[data-drawing-size]")
    expect(said).not_to_have_text(before)
    expect(said).to_contain_text("ha")


def hectares(words):
    number, unit = words.split("\xa0")
    assert unit == "ha"
    return float(number.replace(".", "").replace(",", "."))


def test_emil_draws_a_plan_with_a_hole_and_publishes_it(open_page, emil, pictures, axe):
    page = open_page("/intern/beteiligung/neu/", user=emil)
    ready(page)
    draw(page, "Fläche zeichnen", SQUARE)
    whole = hectares(size(page))
    draw(page, "Loch ausschneiden", HOLE)
    rest = hectares(size(page))
    # The hole is a twelfth of the square: a third by a quarter.
    assert rest / whole == pytest.approx(11 / 12, abs=0.02)
    page.screenshot(path=pictures / "drawing-hole.png", full_page=True)
    assert axe(page) == []

    page.get_by_label("Titel").fill("Gartenweg")
    page.get_by_label("Kurz gesagt").fill("Zwanzig Häuser am Gartenweg.")
    page.get_by_label("Ansprechstelle").fill("Fachbereich Bau")
    page.get_by_label("Einsicht außerhalb").fill("Im Rathaus, stufenlos.")
    page.get_by_role("button", name="Entwurf speichern").click()
    page.wait_for_selector(".drawing__stored")
    plan = Consultation.objects.get()
    assert plan.state == "draft"
    assert [len(part) for part in plan.area] == [2]
    assert hectares(page.locator(".drawing__stored").inner_text().removeprefix("Gespeichert: ").split(" (")[0]) == rest

    today = timezone.localdate()
    page.get_by_role("link", name="Fristen").click()
    page.locator("#id_p-0-kind").select_option("early_public")
    page.locator("#id_p-0-starts_on").fill(f"{today:%Y-%m-%d}")
    page.locator("#id_p-0-ends_on").fill(f"{today + dt.timedelta(days=35):%Y-%m-%d}")
    page.get_by_role("button", name="Fristen speichern").click()

    page.get_by_role("link", name="Unterlagen").click()
    page.get_by_label("Titel").fill("Entwurf der Planzeichnung")
    page.get_by_label("Art", exact=True).select_option("draft")
    page.get_by_label("PDF-Datei").set_input_files({"name": "p.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="Hochladen").click()
    page.get_by_text("wird mit veröffentlicht").wait_for()

    page.get_by_role("link", name="Vorschau").first.click()
    expect(page.locator(".preview-bar")).to_be_visible()
    expect(page.get_by_role("heading", name="Gartenweg")).to_be_visible()
    page.screenshot(path=pictures / "drawing-preview.png", full_page=True)
    page.get_by_role("link", name="Veröffentlichen …").click()
    page.screenshot(path=pictures / "drawing-publish.png", full_page=True)
    assert axe(page) == []
    page.get_by_role("button", name="Jetzt veröffentlichen").click()
    page.get_by_text("noch 35 Tage").wait_for()
    plan.refresh_from_db()
    assert plan.state == "open"
    expect(page).to_have_url(re.compile(f"/beteiligung/{plan.public_id}/$"))


def test_a_step_back_takes_the_hole_away_again(open_page, emil):
    page = open_page("/intern/beteiligung/neu/", user=emil)
    ready(page)
    draw(page, "Fläche zeichnen", SQUARE)
    whole = size(page)
    draw(page, "Loch ausschneiden", HOLE)
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator("[data-drawing-size]")).to_have_text(whole)


def test_a_corner_snaps_to_the_corner_of_another_plan(open_page, emil, make_draft):  # noqa: F811
    make_draft(title="Nachbarplan", area=box(4700, 5100, 5000, 5300))
    page = open_page("/intern/beteiligung/neu/", user=emil)
    ready(page)
    frame = page.locator("[data-drawing-map]").bounding_box()
    # The neighbour's south-east corner is 100 m above the middle of the map; the clicks miss it by some pixels.
    corners = page.evaluate(
        """() => [...document.querySelectorAll("[data-drawing-map] path")]
            .map((path) => path.getBoundingClientRect())
            .filter((box) => box.width < 200)
            .map((box) => [box.right, box.bottom])"""
    )
    east, south = ((corners[0][0] - frame["x"]) / frame["width"], (corners[0][1] - frame["y"]) / frame["height"])
    miss = 5 / frame["width"]
    draw(page, "Fläche zeichnen", [(east + miss, south), (east + 0.2, south), (east + 0.2, south + 0.2)])
    listed = page.locator("textarea[name=shape]").input_value().split("\n")
    assert "335000.000 5685100.000" in listed


def test_a_corner_is_moved_with_the_mouse(open_page, emil):
    page = open_page("/intern/beteiligung/neu/", user=emil)
    ready(page)
    draw(page, "Fläche zeichnen", SQUARE)
    before, frame = size(page), page.locator("[data-drawing-map]").bounding_box()
    tool(page, "Eckpunkte bearbeiten")
    x, y = frame["x"] + 0.65 * frame["width"], frame["y"] + 0.7 * frame["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 10, steps=4)
    page.mouse.move(x + 80, y + 20, steps=4)
    page.mouse.up()
    expect(page.locator("[data-drawing-size]")).not_to_have_text(before)
    assert hectares(size(page)) > hectares(before)


def test_a_bow_tie_is_explained_with_its_place_and_mended(open_page, emil):
    page = open_page("/intern/beteiligung/neu/", user=emil)
    ready(page)
    bow_tie = "334000 5684000\n334100 5684100\n334100 5684000\n334000 5684100"
    page.locator("textarea[name=shape]").fill(bow_tie)
    page.get_by_role("button", name="Koordinaten auf die Karte übernehmen").click()
    page.get_by_text("334050.0 Ost, 5684050.0 Nord").wait_for()
    page.locator("[data-drawing-repair]").click()
    expect(page.locator("[data-drawing-size]")).to_have_text("0,50\xa0ha")
    expect(page.locator("[data-drawing-fault]")).to_be_hidden()


def test_without_script_coordinates_are_enough(open_page, emil):
    page = open_page("/intern/beteiligung/neu/", user=emil, javascript=False)
    page.locator("textarea[name=shape]").fill("334000 5684000\n334100 5684100\n334100 5684000\n334000 5684100")
    page.get_by_label("Titel").fill("Gartenweg")
    page.get_by_label("Kurz gesagt").fill("Häuser.")
    page.get_by_role("button", name="Entwurf speichern").click()
    expect(page.get_by_label("Titel")).to_have_value("Gartenweg")
    page.get_by_label("Reparieren").check()
    page.get_by_role("button", name="Entwurf speichern").click()
    page.locator(".drawing__stored").wait_for()
    assert Consultation.objects.get().area_m2 == pytest.approx(5000)
