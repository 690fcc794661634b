"""Emil takes a plan from an XPlanGML: looked at, mended, saved."""

import pytest
from playwright.sync_api import expect

from apps.consultations.models import Consultation
from tests.consultations import plan_files as files

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


def test_emil_takes_a_plan_from_a_file_looks_at_it_mends_and_saves_it(open_page, emil, axe, overflow, settings):
    page = open_page("/intern/beteiligung/neu/", user=emil, width=360)
    page.set_default_timeout(PATIENCE_MS)
    page.wait_for_selector("[data-drawing][data-ready]")
    page.get_by_label("Kurz gesagt").fill("Zwanzig Häuser.")
    ring = files.ring(files.BOW_TIE)
    area = f'<gml:Polygon srsName="EPSG:25833"><gml:exterior>{ring}</gml:exterior></gml:Polygon>'
    plan = files.xplan(area=area, plan=files.ROUNDS)
    page.locator("#id_file").set_input_files({"name": "plan.gml", "mimeType": "application/gml+xml", "buffer": plan})
    page.get_by_role("button", name="Datei ansehen").click()

    found = page.locator("[data-plan-file]")
    expect(found).to_contain_text("EPSG:25833 (ETRS89 / UTM 33N)", timeout=PATIENCE_MS)
    expect(found).to_contain_text("Kiebitzgrund")
    expect(page.get_by_label("Titel")).to_have_value("Kiebitzgrund")
    expect(page.get_by_label("Kurz gesagt")).to_have_value("Zwanzig Häuser.")
    page.wait_for_selector("[data-drawing][data-ready]")
    expect(page.locator("[data-drawing-fault]")).to_contain_text("331050.0 Ost", timeout=PATIENCE_MS)
    assert axe(page) == [] and overflow(page) == []
    folder = settings.BASE_DIR / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / "plan-file-360.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 740})
    page.screenshot(path=folder / "plan-file-1280.png", full_page=True)

    page.locator("[data-drawing-repair]").click()
    expect(page.locator("[data-drawing-size]")).to_have_text("0,50\xa0ha", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Entwurf speichern").click()
    page.wait_for_selector(".drawing__stored")
    draft = Consultation.objects.get()
    assert (draft.title, draft.summary, draft.periods.count()) == ("Kiebitzgrund", "Zwanzig Häuser.", 2)
    assert draft.area_m2 == pytest.approx(5000)
