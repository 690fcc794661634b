"""Hanna gives the lamps in the new park to the parks department: question, rule, area, save, former version."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from apps.departments.models import Category, Jurisdiction
from tests.browser.test_drawing import draw, ready
from tests.departments.conftest import Bare

pytestmark = pytest.mark.browser


@pytest.fixture
def pictures(settings):
    folder = settings.BASE_DIR / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def lamps(transactional_db, town):
    """A town with one rule for lamps, and one for a kind of thing that it does not have."""
    bare = Bare(town)
    bare.rule(bare.depot, valid_from=dt.date(2020, 1, 1), to_confirm=True)
    bare.rule(bare.parks, asset_kind="zoo", distance_m=5, reason="Im Zoo.")
    return bare


def test_hanna_lets_an_answer_and_an_area_decide(open_page, lamps, make_user, pictures, axe, overflow):
    page = open_page("/intern/zustaendigkeiten/", user=make_user("Hanna", "administrator"))
    expect(page.get_by_role("alert")).to_contain_text("Eine Regel kann nicht wirken wie gedacht")
    assert axe(page) == []

    # A question first, so that a rule can depend on its answer.
    page.goto(f"/intern/kategorien/{lamps.category.pk}/")
    page.get_by_role("link", name="Frage hinzufügen").click()
    page.get_by_label("Frage", exact=True).fill("Wo ist die Leuchte?")
    page.get_by_label("Antwort 1", exact=True).fill("im Park")
    page.get_by_label("Antwort 2", exact=True).fill("an der Straße")
    page.get_by_label("Rat statt Meldung bei Antwort 3").fill("Bitte rufen Sie 112 an.")
    page.get_by_label("Antwort 3", exact=True).fill("Kabel liegt frei")
    assert axe(page) == []
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("kann die Meldung beenden")).to_be_visible()
    assert axe(page) == []

    # A rule of its own, copied from the one that there is.
    rule = Jurisdiction.objects.get(reason="Regel 0.")
    page.goto(f"/intern/zustaendigkeiten/{rule.pk}/")
    page.get_by_role("link", name="Als Vorlage verwenden").click()
    ready(page)
    page.get_by_label("im Park").check()
    page.get_by_label("Begründung, mit Rechtsgrundlage").fill("Die Leuchten im Park pflegt das Grünamt.")
    page.get_by_label("Wer kümmert sich?").select_option(label="Grünamt")
    ready(page)
    draw(page, "Fläche zeichnen", [(0.65, 0.5), (0.9, 0.5), (0.9, 0.8), (0.65, 0.8)])
    page.get_by_role("button", name="Probelauf").click()
    expect(page.get_by_role("heading", name="Probelauf: Was sich ändern würde")).to_be_visible()
    assert Jurisdiction.objects.count() == 2
    ready(page)
    assert axe(page) == [] and overflow(page) == []
    page.screenshot(path=pictures / "rule-rehearsed.png", full_page=True)
    page.locator("section", has=page.get_by_role("heading", name="Speichern", exact=True)).get_by_role(
        "button", name="Speichern"
    ).click()
    expect(page.get_by_text("ist gespeichert und gilt für neue Meldungen")).to_be_visible()
    made = Jurisdiction.objects.get(code="lamp-1")
    assert made.answers == {"wo_ist_die_leuchte": ["im_park"]}
    assert made.own_area.area > 0 and made.executor == lamps.parks

    # The town confirms what was inferred; the former version stays readable.
    page.goto(f"/intern/zustaendigkeiten/{rule.pk}/")
    page.get_by_role("button", name="Die Regel stimmt").click()
    expect(page.get_by_text("Die Regel ist bestätigt.")).to_be_visible()
    page.get_by_role("link", name="Stand 1", exact=True).click()
    expect(page.get_by_role("heading", name="Was heute anders ist")).to_be_visible()
    assert axe(page) == [] and overflow(page) == []


def test_a_citizen_in_danger_is_told_to_call_and_finds_no_fault_on_a_phone(open_page, lamps, axe, overflow):
    asked = {"key": "what", "kind": "choice", "label": "Was ist los?"}
    stop = {"value": "live", "label": "Kabel liegt frei", "advice": "Bitte halten Sie Abstand und rufen Sie 112 an."}
    Category.objects.filter(pk=lamps.category.pk).update(
        questions=[{**asked, "options": [{"value": "dark", "label": "dunkel"}, stop]}]
    )
    page = open_page("/meldungen/neu/?kategorie=lamp", width=360)
    page.get_by_label("Kabel liegt frei").check()
    page.get_by_role("button", name="Weiter: prüfen").last.click()
    expect(page.get_by_role("heading", name="Danke, dass Sie hinsehen")).to_be_visible()
    expect(page.get_by_text("rufen Sie 112 an")).to_be_visible()
    assert axe(page) == [] and overflow(page) == []
    page.get_by_role("button", name="Meine Antwort ändern").click()
    expect(page.get_by_label("Kabel liegt frei")).to_be_checked()
