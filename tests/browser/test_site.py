"""The site's own pages in a real browser: readable for everybody, by keyboard, on a telephone, without script."""

import pytest
from playwright.sync_api import expect

from geo_platform.services import save_text

pytestmark = pytest.mark.browser

LONG_TEXT = """Ein Absatz mit einem sehr langen Wort: Rechtsmittelbelehrungsverfahrensordnungsänderungsgesetzentwurf.

## Tabelle

| Erste Spalte | Zweite Spalte | Dritte Spalte | Vierte Spalte |
|---|---|---|---|
| Beteiligungsplattform | Flächennutzungsplan | Zuständigkeitsverordnung | Datenschutzfolgenabschätzung |

> Ein Zitat mit [einem Verweis](https://www.govdata.de/dl-de/by-2-0).

    ein Stück Code, das sehr weit nach rechts reicht und in seinem Rahmen bleiben muss, ohne die Seite zu verbreitern
"""
PUBLIC = ["/", "/impressum/", "/barrierefreiheit/", "/barriere-melden/", "/barriere-melden/danke/", "/gibt-es-nicht/"]
DOORS = ["/konto/login/", "/konto/passwort/vergessen/"]
DESK = ["/intern/", "/intern/checkliste/", "/intern/texte/", "/intern/texte/imprint/", "/konto/2fa/", "/konto/logout/"]


@pytest.fixture
def texts(town):
    for slug in ("imprint", "accessibility"):
        save_text(municipality=town, slug=slug, title="Überschrift", body=LONG_TEXT)


@pytest.fixture
def gerd(make_user):
    return make_user("Gerd", "administrator", "clerk")


# Two of the four combinations show every rule once: the narrow reflow in the light, the wide one in the dark.
VIEWS = [(320, "light"), (1280, "dark")]


def test_public_pages_pass_axe_and_fit_the_screen(open_page, axe, overflow, texts):
    faults = {}
    for width, scheme in VIEWS:
        page = open_page("/", width=width, scheme=scheme)
        for path in PUBLIC + DOORS:
            page.goto(path)
            faults[path, width] = axe(page) + overflow(page)
    assert {where: found for where, found in faults.items() if found} == {}


def test_desk_pages_pass_axe_and_fit_the_screen(open_page, axe, overflow, texts, gerd):
    faults = {}
    for width, scheme in VIEWS:
        page = open_page("/intern/", width=width, scheme=scheme, user=gerd)
        for path in DESK:
            page.goto(path)
            faults[path, width] = axe(page) + overflow(page)
    assert {where: found for where, found in faults.items() if found} == {}


def test_a_refused_form_passes_axe_and_starts_at_the_summary(open_page, axe, town):
    page = open_page("/barriere-melden/", width=360)
    page.fill("[name=page]", "Startseite")
    page.click("main button[type=submit]")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[name=page]")).to_have_value("Startseite")
    assert axe(page) == []
    page.click("[data-error-summary] a")
    expect(page.locator("[name=text]")).to_be_focused()


def test_spacing_of_one_s_own_breaks_nothing(open_page, overflow, texts):
    page = open_page("/impressum/", width=320)
    # WCAG 1.4.12; through the DOM, because the page's policy forbids style elements.
    page.evaluate(
        """() => document.querySelectorAll("*").forEach((e) => {
            e.style.lineHeight = "1.5"; e.style.letterSpacing = "0.12em"; e.style.wordSpacing = "0.16em";
        })"""
    )
    assert overflow(page) == []


def test_the_keyboard_opens_and_closes_the_menu(open_page, town):
    page = open_page("/", width=360)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#inhalt")).to_be_focused()
    page.focus(".menu-button")
    page.keyboard.press("Enter")
    expect(page.locator("#menue")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#menue")).to_be_hidden()
    expect(page.locator(".menu-button")).to_be_focused()


def test_the_menu_opens_without_script(open_page, town):
    page = open_page("/", width=360, javascript=False)
    page.click(".menu-button")
    expect(page.locator("#menue a").first).to_be_visible()


def test_a_form_is_sent_once_however_often_the_button_is_pressed(open_page, town, gerd):
    from apps.outbox.models import Message

    page = open_page("/barriere-melden/")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.fill("[name=text]", "Der Knopf hat keinen Namen.")
    page.evaluate(
        "() => { const b = document.querySelector('main button[type=submit]'); b.click(); b.click(); b.click(); }"
    )
    page.wait_for_url("**/danke/")
    assert len(sent) == 1
    assert Message.objects.count() == 1


def test_a_reader_gets_no_cookie_and_stores_nothing(open_page, texts):
    page = open_page("/")
    page.goto("/impressum/")
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
