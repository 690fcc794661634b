"""Hotspots, consultations and ideas in a real browser: readable for everybody, on a telephone too."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.conftest import at, lonlat
from tests.consultations.conftest import make_draft, publish  # noqa: F401  (fixtures)
from tests.hotspots.conftest import make_hotspot  # noqa: F401
from tests.ideas.conftest import make_idea  # noqa: F401

pytestmark = pytest.mark.browser
VIEWS = [(360, "light"), (1280, "dark")]


@pytest.fixture
def kinds(town, make_hotspot, make_draft, publish, make_idea):  # noqa: F811
    """One of each in the middle of the town; a second draft and a waiting idea for the desk."""
    today, now = timezone.localdate(), timezone.now()
    make_hotspot("Markt", at(5000, 5000), status="online", last_seen_at=now, note="Auch im Foyer.")
    text = "## Ziele\n\nWohnen.\n\n- eins\n- zwei\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    plan = publish(make_draft(description=text, result=text), (today, today + dt.timedelta(days=30)), at=now)
    draft = make_draft(title="Entwurf am Bach")
    idea = make_idea("Plauderbank", at(5100, 5000), status="accepted", answer="Machen wir.")
    waiting = make_idea("Sommerkino", at(5200, 5000), published=False)
    return {"plan": plan, "draft": draft, "idea": idea, "waiting": waiting}


def scan(page, paths, width, axe, overflow):
    found = {}
    for path in paths:
        page.goto(path)
        found[path, width] = axe(page) + overflow(page)
    return {where: faults for where, faults in found.items() if faults}


def test_public_pages_pass_axe_and_fit_the_screen(open_page, axe, overflow, kinds, make_hotspot):  # noqa: F811
    hotspot = make_hotspot("Bad", at(4000, 5000), status="offline")
    lon, lat = lonlat(at(5000, 5000))
    paths = [
        "/wlan/",
        f"/wlan/?lon={lon}&lat={lat}",
        "/wlan/?ort=nirgendwo",
        f"/wlan/{hotspot.public_id}/",
        "/beteiligung/",
        f"/beteiligung/{kinds['plan'].public_id}/",
        "/ideen/",
        "/ideen/?thema=energy",
        f"/ideen/{kinds['idea'].public_id}/",
    ]
    faults = {}
    for width, scheme in VIEWS:
        page = open_page("/", width=width, scheme=scheme)
        faults |= scan(page, paths, width, axe, overflow)
    assert faults == {}


def test_desk_pages_pass_axe_and_fit_the_screen(open_page, axe, overflow, kinds, make_user):
    gerd = make_user("Gerd", "administrator")
    plan, draft = f"/intern/beteiligung/{kinds['plan'].public_id}/", f"/intern/beteiligung/{kinds['draft'].public_id}/"
    paths = [
        *("/intern/wlan/", "/intern/wlan/neu/", "/intern/ideen/", "/intern/ideen/neu/", "/intern/beteiligung/"),
        *(draft, f"{plan}fristen/", f"{plan}unterlagen/", f"{draft}vorschau/", f"{draft}veroeffentlichen/"),
        *(f"{plan}unterlagen/{kinds['plan'].documents.get().public_id}/", f"{plan}zurueckziehen/"),
        *(f"/intern/ideen/{kinds['waiting'].public_id}/", f"/intern/ideen/{kinds['idea'].public_id}/"),
    ]
    faults = {}
    for width, scheme in VIEWS:
        page = open_page("/intern/", width=width, scheme=scheme, user=gerd)
        faults |= scan(page, paths, width, axe, overflow)
    assert faults == {}


def test_refused_forms_pass_axe_and_start_at_the_summary(open_page, axe, kinds, make_user):
    page = open_page("/intern/ideen/neu/", width=360, user=make_user("Gerd", "administrator"))
    page.click("main form button[type=submit]")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert axe(page) == []


def test_anna_finds_the_nearest_hotspot_with_her_telephone(open_page, kinds, make_hotspot):  # noqa: F811
    make_hotspot("Bad", at(9000, 9000))
    lon, lat = lonlat(at(8990, 9000))
    page = open_page("/wlan/", width=360)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": lon, "latitude": lat})
    page.get_by_role("button", name="Meinen Standort verwenden").click()
    page.get_by_text("Entfernung von").wait_for()
    expect(page.locator(".card__title")).to_have_text(["Bad", "Markt"])


def test_without_script_an_address_is_enough(open_page, kinds):
    page = open_page("/wlan/", javascript=False)
    expect(page.get_by_role("button", name="Meinen Standort")).to_have_count(0)
    page.fill("#ort", "Weststadt")
    page.get_by_role("button", name="Nächste zeigen").click()
    expect(page.get_by_text("Entfernung von Weststadt").first).to_be_attached()
