"""An idea from the first word to its realisation, in a real browser: Anna on her telephone, Dilek at the desk."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.ideas import services
from apps.ideas.links import support_url
from apps.ideas.models import Comment, Idea, Support
from tests.conftest import at, box, lonlat
from tests.ideas.conftest import make_idea  # noqa: F401  (fixture)

pytestmark = pytest.mark.browser


@pytest.fixture
def call(town: Any, emil: Any) -> Any:
    """A call around the middle of the town that collects for ever."""
    made = services.save_call(
        municipality=town,
        actor=emil,
        values={"title": "Bänke gesucht", "summary": "Wo fehlt eine Bank?", "area": box(3000, 3000, 7000, 7000)},
        starts={"collect": dt.date(2020, 1, 1)},
    )
    return services.publish_call(call=made, actor=emil)


def test_anna_sends_supports_and_comments_from_her_telephone(
    open_page: Any,
    axe: Any,
    overflow: Any,
    call: Any,
    make_idea: Any,  # noqa: F811
) -> None:
    other = make_idea("Bank am Weiher", at(5010, 5000))
    page = open_page(f"/ideen/aufrufe/{call.public_id}/", width=360)
    page.get_by_role("link", name="Idee einreichen").first.click()
    page.locator("[data-drawing][data-ready]").wait_for()
    page.get_by_label("Wie heißt Ihre Idee?").fill("Bank unter der Linde")
    page.get_by_label("Was stellen Sie sich vor?").fill("Eine Bank im Schatten.")
    lon, lat = lonlat(at(5000, 5000))
    page.locator("textarea[name=shape]").fill(f"{lon} {lat}")
    assert axe(page) + overflow(page) == []
    page.locator("button[value=check]:not(.visually-hidden)").click()
    expect(page.get_by_role("link", name="Bank am Weiher", exact=True)).to_be_visible()
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Idee absenden").click()
    expect(page.get_by_role("heading", name="Ihre Idee: Bank unter der Linde")).to_be_visible()
    assert axe(page) + overflow(page) == []
    idea = Idea.objects.get(title="Bank unter der Linde")
    assert idea.call == call and idea.status == "submitted"

    page.goto(f"/ideen/{other.public_id}/unterstuetzen/")
    page.get_by_label("Ihre E-Mail-Adresse").fill("anna@example.org")
    page.get_by_role("button", name="Unterstützen").click()
    expect(page.get_by_text("Bitte schauen Sie in Ihr Postfach")).to_be_visible()
    link = support_url(Support.objects.select_related("idea__municipality", "municipality").get())
    page.goto(link[link.index("/ideen/") :])
    page.get_by_role("button", name="Ja, ich unterstütze sie").click()
    expect(page.get_by_role("heading", name="Sie unterstützen diese Idee")).to_be_visible()
    page.goto(f"/ideen/{other.public_id}/")
    expect(page.get_by_text("1 Mensch unterstützt diese Idee")).to_be_visible()
    page.get_by_role("link", name="Kommentar schreiben").click()
    page.get_by_label("Ihr Kommentar").fill("Bitte mit Lehne.")
    page.get_by_role("button", name="Kommentar absenden").click()
    expect(page.get_by_text("Ihr Kommentar ist angekommen")).to_be_visible()
    assert axe(page) + overflow(page) == []
    assert Comment.objects.get().text == "Bitte mit Lehne."


def test_dilek_releases_answers_and_shows_how_it_goes_on(
    open_page: Any,
    axe: Any,
    overflow: Any,
    dilek: Any,
    make_idea: Any,  # noqa: F811
) -> None:
    idea = make_idea("Bank unter der Linde", at(5000, 5000), published=False)
    page = open_page("/intern/ideen/", user=dilek)
    page.get_by_role("link", name="Bank unter der Linde").click()
    page.get_by_role("button", name="Idee veröffentlichen").click()
    expect(page.get_by_text("Die Idee ist veröffentlicht.")).to_be_visible()
    page.get_by_label("Stand").select_option("accepted")
    page.get_by_label("Antwort der Stadt").fill("Das machen wir im Frühjahr.")
    page.get_by_role("button", name="Antwort speichern").click()
    expect(page.get_by_text("Die Antwort ist gespeichert.")).to_be_visible()
    page.get_by_label("Was ist geschehen?").fill("Fundament gegossen")
    page.get_by_label("Umgesetzt zu (Prozent)").fill("40")
    page.get_by_role("button", name="Schritt veröffentlichen").click()
    expect(page.get_by_text("Der Schritt ist öffentlich.")).to_be_visible()
    assert axe(page) + overflow(page) == []
    page.goto(f"/ideen/{idea.public_id}/")
    expect(page.get_by_text("Das machen wir im Frühjahr.")).to_be_visible()
    expect(page.get_by_role("heading", name="Fundament gegossen")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    assert axe(page) + overflow(page) == []
