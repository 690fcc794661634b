"""Emil's formal publication: calculated, blocked, mended, published, proved."""

import datetime as dt
import json

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.consultations import services
from apps.consultations.periods.calculator import calculate
from apps.consultations.publication.verifying import problems_of
from tests.consultations.conftest import make_draft, pdf  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser


@pytest.fixture
def pictures(settings):
    folder = settings.BASE_DIR / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_emil_is_led_from_the_first_day_to_the_proof(open_page, emil, town, make_draft, axe, pictures):  # noqa: F811
    draft = make_draft()
    today = timezone.localdate()
    first = today + dt.timedelta(days=4)
    last = calculate(kind="publication", starts_on=first, town_key=town.key).ends_on
    desk = f"/intern/beteiligung/{draft.public_id}/"
    page = open_page(f"{desk}fristen/", user=emil)

    def look(name):
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert axe(page) == [], name
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            page.screenshot(path=pictures / f"guard-{name}-{width}.png", full_page=True)

    # Calculated: he types the first day and the notice's, and reads why it ends when it does.
    page.locator("#id_p-0-kind").select_option("publication")
    page.locator("#id_p-0-starts_on").fill(first.isoformat())
    page.locator("#id_p-0-notice_on").fill(today.isoformat())
    page.get_by_role("button", name="Frist berechnen").first.click()
    expect(page.get_by_role("heading", name="So ist gerechnet")).to_be_visible()
    expect(page.locator("#id_p-0-ends_on")).to_have_value(last.isoformat())
    expect(page.locator(".calculation")).to_contain_text("Er zählt mit. § 187 Abs. 2 BGB")
    assert not draft.periods.exists()
    look("calculated")
    page.get_by_role("button", name="Fristen speichern").click()
    expect(page.get_by_text("Die Fristen sind gespeichert.")).to_be_visible()

    # Blocked: the check says what is missing, and there is no button.
    page.get_by_role("link", name="Veröffentlichen", exact=True).click()
    expect(page.get_by_text("Es fehlt der Umweltbericht")).to_be_visible()
    expect(page.get_by_role("button", name="Jetzt veröffentlichen")).to_have_count(0)
    look("blocked")

    # Mended: the notice from the template, the documents.
    page.get_by_role("link", name="Zur Bekanntmachung").first.click()
    expect(page.get_by_text("welche Arten umweltbezogener Informationen verfügbar sind")).to_be_visible()
    page.get_by_label("Arten umweltbezogener Informationen").fill("Boden, Wasser, Artenschutz")
    page.get_by_role("button", name="Vorlage neu einsetzen").click()
    expect(page.get_by_text("Alle Angaben und Hinweise stehen im Text.")).to_be_visible()
    page.get_by_role("button", name="Bekanntmachung speichern").click()
    expect(page.get_by_text("Die Bekanntmachung ist gespeichert.")).to_be_visible()
    look("notice")
    for title, kind in (("Plan", "draft"), ("Gründe", "explanatory_report"), ("Bericht", "environmental_report")):
        services.add_document(consultation=draft, actor=emil, upload=pdf(), title=title, kind=kind)
    page.get_by_role("link", name="Landesportal").click()
    expect(page.get_by_role("link", name="Paket herunterladen")).to_be_visible()
    look("portal")

    # Published.
    page.get_by_role("link", name="Veröffentlichen", exact=True).click()
    look("ready")
    page.get_by_role("button", name="Jetzt veröffentlichen").click()
    expect(page.get_by_text("beginnt in 4 Tagen").first).to_be_visible()
    expect(page.get_by_text("Bekanntmachung: Veröffentlichung des Entwurfs")).to_be_visible()
    look("public")

    # Proved.
    page.goto(f"{desk}nachweis/")
    expect(page.get_by_text("öffentlich gezeigt")).to_be_visible()
    look("proof")
    with page.expect_download() as download:
        page.get_by_role("link", name="Nachweis als JSON").click()
    assert problems_of(json.loads(download.value.path().read_text()), []) == []
