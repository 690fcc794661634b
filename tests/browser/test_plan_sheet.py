"""Emil lays a page of a PDF on the map, and Anna sees it there."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.consultations import services
from apps.consultations.models import PlanSheet
from tests.conftest import ORIGIN
from tests.consultations.conftest import make_draft, pdf, publish  # noqa: F401  (fixtures)
from tests.geofiles.drawings import pdf_page

pytestmark = pytest.mark.browser
#: Upper left and lower right corner of the drawing: 400 m × 300 m.
WEST, NORTH, EAST, SOUTH = ORIGIN[0] + 1000, ORIGIN[1] + 1300, ORIGIN[0] + 1400, ORIGIN[1] + 1000


def test_emil_places_a_page_by_its_corners_and_anna_fades_it(open_page, emil, make_draft, publish, axe, overflow):  # noqa: F811
    today = timezone.localdate()
    running = publish(make_draft(), (today - dt.timedelta(2), today + dt.timedelta(28)), at=timezone.now())
    page = open_page(f"/intern/beteiligung/{running.public_id}/planzeichnung/", user=emil, width=360)
    drawing = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": pdf_page().read()}
    page.get_by_label("Zeichnung", exact=True).set_input_files(drawing)
    page.get_by_role("button", name="Hochladen").click()
    expect(page.get_by_text("Die Datei sagt nicht, wo die Zeichnung liegt.")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert axe(page) == [] and overflow(page) == []

    # The button writes where the corners are on the drawing; he knows where two of them are in the world.
    page.get_by_role("button", name="Ecken der Zeichnung eintragen").click()
    for number, (east, north) in ((0, (WEST, NORTH)), (2, (EAST, SOUTH))):
        row = page.locator("[data-point]").nth(number)
        row.get_by_label("Ost / Länge").fill(str(east))
        row.get_by_label("Nord / Breite").fill(str(north))
    for number in (1, 3):
        row = page.locator("[data-point]").nth(number)
        row.get_by_label("nach rechts").fill("")
        row.get_by_label("nach unten").fill("")
    page.get_by_role("button", name="Lage speichern").click()
    expect(page.get_by_text("Die Zeichnung wird für die Karte vorbereitet.")).to_be_visible()
    assert services.cut_due_sheets() == 1
    x_min, y_min, x_max, y_max = PlanSheet.objects.get().outline.extent
    # A pixel of the page is 36 cm, and its sides are rounded to whole pixels.
    assert (x_min, y_min, x_max, y_max) == pytest.approx((WEST, SOUTH, EAST, NORTH), abs=0.36)

    anna = open_page(f"/beteiligung/{running.public_id}/", width=360)
    tile = anna.locator(".leaflet-overlays-pane img.leaflet-tile-loaded").first
    expect(tile).to_be_visible()
    slider = anna.get_by_label("Deckkraft")
    slider.focus()
    slider.press("Home")
    expect(anna.locator("output")).to_have_text("0 %")
    anna.get_by_label("auf der Karte zeigen").uncheck()
    expect(tile).to_have_count(0)
    assert axe(anna) == [] and overflow(anna) == []
