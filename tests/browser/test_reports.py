"""Reporting something and working it off, in a real browser: on a telephone, by keyboard alone, without script."""

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.places.folding import fold_address
from apps.reports.models import Event, Report
from tests.conftest import at
from tests.reports.conftest import make_desks

pytestmark = pytest.mark.browser


@pytest.fixture
def desks(town: Any) -> SimpleNamespace:
    """Lamps go to the depot; the town has one address, and a page for privacy in its footer."""
    from apps.departments.models import Jurisdiction
    from apps.places.models import Address

    made = make_desks(town)
    Jurisdiction.objects.create(
        municipality=town,
        code="lamps",
        category=made.street_light,
        executor=made.depot,
        valid_from=dt.date(2020, 1, 1),
        reason="Der Bauhof pflegt die Lampen.",
    )
    Address.objects.create(
        municipality=town,
        street="Lindenstraße",
        house_number="5",
        postcode="04000",
        district="Weststadt",
        point=at(1000, 1000),
        search=fold_address("Lindenstraße", "5", "04000", "Weststadt"),
    )
    return made


@pytest.fixture
def bernd_at_depot(bernd: Any, desks: Any) -> Any:
    from apps.departments.models import Membership

    Membership.objects.create(user=bernd, department=desks.depot)
    return bernd


@pytest.fixture
def reported(town: Any, desks: Any, dilek: Any) -> Report:
    """One report of Anna's, released."""
    import uuid

    from apps.reports.services import ContactData, release, submit_report

    report = submit_report(
        municipality=town,
        category=desks.street_light,
        point=at(1000, 1000),
        description="Die Lampe ist dunkel.",
        idempotency_key=uuid.uuid4(),
        contact=ContactData(email="anna@example.org", wants_updates=True),
    ).report
    return release(report=report, actor=dilek)


@pytest.mark.usefixtures("desks")
def test_anna_reports_a_lamp_from_her_telephone(open_page: Any, axe: Any, overflow: Any) -> None:
    page = open_page("/meldungen/neu/", width=360)
    page.fill("input[type=search]", "laterne")
    expect(page.locator(".pick:visible")).to_have_count(1)
    page.locator(".pick:visible").click()
    page.fill("textarea[name=description]", "Die Lampe vor der Schule ist dunkel.")
    page.get_by_role("combobox", name="Adresse oder Ort").wait_for()
    page.fill("input[name=address]", "lindenstr 5")
    page.get_by_role("option", name="Lindenstraße 5").first.click()
    expect(page.locator("input[name=lon]")).to_have_value(re.compile(r"\d"))
    page.get_by_role("button", name="Weiter: prüfen").click()
    expect(page.get_by_text("Bauhof", exact=True)).to_be_visible()
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Meldung absenden").click()
    page.get_by_role("heading", name="Danke! Ihre Meldung ist angekommen.").wait_for()
    report = Report.objects.get()
    for text in (report.reference, "Der Bauhof pflegt"):
        expect(page.get_by_text(text)).to_be_visible()
    assert axe(page) + overflow(page) == []
    page.get_by_role("link", name="Stand ansehen").click()
    page.get_by_text("Neu eingegangen").first.wait_for()
    assert axe(page) + overflow(page) == []


@pytest.mark.usefixtures("desks")
def test_the_whole_way_goes_by_keyboard_alone(open_page: Any) -> None:
    page = open_page("/meldungen/neu/")

    def tab_to(selector: str, limit: int = 60) -> None:
        for _ in range(limit):
            page.keyboard.press("Tab")
            if page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    tab_to("a.pick[href*=street_light]")
    page.keyboard.press("Enter")
    page.wait_for_url("**kategorie=street_light")
    page.locator("[data-pin][data-ready]").wait_for()
    tab_to("input[name=address]")
    page.keyboard.type("Lindenstraße 5")
    tab_to("textarea[name=description]")
    page.keyboard.type("Die Lampe ist dunkel.")
    tab_to("button[value=check]:not(.visually-hidden)")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Stimmt alles?").wait_for()
    tab_to("button[value=send]")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Danke! Ihre Meldung ist angekommen.").wait_for()
    assert Report.objects.count() == 1


@pytest.mark.usefixtures("desks")
def test_without_script_an_address_and_two_buttons_are_enough(open_page: Any) -> None:
    page = open_page("/meldungen/neu/?suche=lampe", width=360, javascript=False)
    page.locator("a.pick").first.click()
    page.fill("textarea[name=description]", "Die Lampe ist dunkel.")
    page.get_by_role("button", name="Weiter: prüfen").click()
    page.locator("[data-error-summary]").wait_for()
    expect(page.locator("textarea[name=description]")).to_have_value("Die Lampe ist dunkel.")
    page.fill("input[name=address]", "Lindenstraße 5")
    page.get_by_role("button", name="Weiter: prüfen").click()
    page.get_by_role("button", name="Meldung absenden").click()
    expect(page.locator("h1")).to_contain_text("Danke!")
    assert Report.objects.get().address.startswith("Lindenstraße 5")


def test_pages_about_reports_pass_axe_and_fit_the_screen(
    open_page: Any, axe: Any, overflow: Any, reported: Report
) -> None:
    faults = {}
    for width, scheme in [(320, "light"), (1280, "dark")]:
        page = open_page("/meldungen/neu/", width=width, scheme=scheme)
        for path in [
            "/meldungen/neu/",
            "/meldungen/neu/?suche=gibtesnicht",
            "/meldungen/neu/?kategorie=water_leak",
            "/meldungen/neu/?kategorie=street_light",
            "/meldungen/",
            "/meldungen/?q=gibtesnicht",
            f"/meldungen/{reported.public_id}/",
            "/api/v1/docs/",
        ]:
            page.goto(path)
            faults[path, width] = axe(page) + overflow(page)
    assert {where: found for where, found in faults.items() if found} == {}


def test_desk_pages_about_reports_pass_axe_and_fit_the_screen(
    open_page: Any, axe: Any, overflow: Any, reported: Report, bernd_at_depot: Any
) -> None:
    from apps.accounts.models import Role

    Role.objects.create(municipality=reported.municipality, user=bernd_at_depot, role="moderator")
    work = f"/intern/meldungen/{reported.public_id}/"
    faults = {}
    for width, scheme in [(320, "light"), (1280, "dark")]:
        page = open_page("/intern/meldungen/", width=width, scheme=scheme, user=bernd_at_depot)
        for path in [
            "/intern/meldungen/",
            "/intern/meldungen/?status=offen",
            "/intern/meldungen/neu/",
            work + "auftrag/",
        ]:
            page.goto(path)
            faults[path, width] = axe(page) + overflow(page)
        page.goto(work)
        for summary in page.locator("details.action > summary").all():
            summary.click()
        faults[work, width] = axe(page) + overflow(page)
    assert {where: found for where, found in faults.items() if found} == {}


def test_bernd_works_it_off_and_anna_says_that_it_is_still_dark(
    open_page: Any, reported: Report, bernd_at_depot: Any
) -> None:
    from apps.reports.links import status_token

    desk = open_page("/intern/meldungen/?department=meine&status=offen", user=bernd_at_depot)
    desk.get_by_role("link", name="Straßenbeleuchtung").click()
    desk.get_by_text("Stand ändern").click()
    desk.get_by_label("Neuer Stand").select_option("done")
    desk.get_by_label("Öffentlicher Hinweis dazu").fill("Neues Leuchtmittel eingesetzt.")
    desk.get_by_role("button", name="Stand speichern").click()
    desk.get_by_text("Der neue Stand ist gespeichert.").wait_for()
    anna = open_page(f"/meldungen/status/{status_token(reported)}/", width=360)
    expect(anna.get_by_text("Neues Leuchtmittel eingesetzt.")).to_be_visible()
    anna.get_by_role("button", name="Es ist noch nicht behoben").click()
    anna.get_by_text("Angenommen").first.wait_for()
    assert Event.objects.filter(kind="still_broken").count() == 1
    desk.goto("/intern/meldungen/")
    expect(desk.locator(".inbox .flag--urgent").get_by_text("noch nicht behoben")).to_be_visible()
