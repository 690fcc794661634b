"""Somebody at the counter tells of a lamp: its questions come with the category, with and without the script."""

from typing import Any

import pytest
from playwright.sync_api import expect

from apps.departments.models import Category
from apps.reports.models import Report
from tests.conftest import at, lonlat
from tests.reports.conftest import make_desks

pytestmark = pytest.mark.browser

NEW = "/intern/meldungen/neu/"
QUESTIONS = [
    {
        "key": "where",
        "label": "Wo ist die Leuchte?",
        "kind": "choice",
        "options": [{"value": "street", "label": "an der Straße"}, {"value": "park", "label": "im Park"}],
    },
    {"key": "mast", "label": "Nummer am Mast", "kind": "text"},
]


@pytest.fixture
def hanna(town: Any, make_user: Any) -> Any:
    """Hanna writes down what people tell; lamps are asked about, trees are not."""
    desks = make_desks(town)
    Category.objects.filter(pk=desks.street_light.pk).update(questions=QUESTIONS)
    return make_user("Hanna", "administrator")


def finish(page: Any) -> None:
    """Fill in the rest of the form and save."""
    lon, lat = lonlat(at(1000, 1000))
    page.get_by_text("Koordinaten eingeben").click()
    page.locator("input[name=lon]").fill(str(lon))
    page.locator("input[name=lat]").fill(str(lat))
    page.get_by_label("Was ist los?").fill("Die Lampe ist dunkel.")
    page.get_by_role("button", name="Meldung speichern").last.click()
    page.get_by_text("liegt jetzt bei").first.wait_for(timeout=60_000)


def test_the_questions_come_with_the_choice(open_page: Any, axe: Any, overflow: Any, hanna: Any) -> None:
    page = open_page(NEW, user=hanna, width=360)
    page.locator("[data-staff-form][data-ready]").wait_for(timeout=60_000)
    category, question = page.get_by_label("Kategorie"), page.get_by_role("group", name="Wo ist die Leuchte?")
    expect(page.get_by_role("button", name="Weiter zu den Fragen")).to_be_hidden()
    category.select_option("street_light")
    expect(question).to_be_visible(timeout=60_000)
    expect(page.locator("[data-questions-told]")).to_have_text("Zu dieser Kategorie gibt es 2 Fragen.")
    assert axe(page) + overflow(page) == []
    category.select_option("green_tree")
    expect(question).to_have_count(0, timeout=60_000)
    category.select_option("street_light")
    question.get_by_label("im Park").check(timeout=60_000)
    finish(page)
    assert Report.objects.get().answers["given"]["where"] == "park"


def test_without_the_script_a_button_brings_them(open_page: Any, axe: Any, overflow: Any, hanna: Any) -> None:
    page = open_page(NEW, user=hanna, javascript=False)
    page.get_by_label("Kategorie").select_option("street_light")
    page.get_by_role("button", name="Weiter zu den Fragen").click()
    page.get_by_label("an der Straße").check(timeout=60_000)
    finish(page)
    assert Report.objects.get().answers["given"]["where"] == "street"
