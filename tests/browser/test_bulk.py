"""Many reports at once, in a real browser: drawn on the map, looked at before, changed, taken back."""

import datetime as dt
import uuid
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.reports.models import Report
from tests.conftest import at
from tests.reports.conftest import make_desks

pytestmark = pytest.mark.browser


@pytest.fixture
def bernd_at_depot(town: Any, bernd: Any) -> Any:
    """Bernd, with two dark lamps near the middle of the town and one far away; his desk answers for all."""
    from apps.departments.models import Jurisdiction, Membership
    from apps.reports.services import submit_report

    desks = make_desks(town)
    Jurisdiction.objects.create(
        municipality=town,
        code="lamps",
        category=desks.street_light,
        executor=desks.depot,
        valid_from=dt.date(2020, 1, 1),
        reason="Der Bauhof pflegt die Lampen.",
    )
    for east, north in [(5000, 5000), (5100, 5100), (1000, 9000)]:
        submit_report(
            municipality=town,
            category=desks.street_light,
            point=at(east, north),
            description="Die Lampe ist dunkel.",
            idempotency_key=uuid.uuid4(),
        )
    Membership.objects.create(user=bernd, department=desks.depot)
    return bernd


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Pull over the map, from and to shares of its width and height."""
    frame = page.locator("[data-map] .leaflet-container")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    (x1, y1), (x2, y2) = (
        (box["x"] + box["width"] * across, box["y"] + box["height"] * down) for across, down in (start, end)
    )
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2)
    page.mouse.move(x2, y2)
    page.mouse.up()


def test_bernd_draws_a_rectangle_changes_what_is_in_it_and_takes_it_back(
    open_page: Any, axe: Any, overflow: Any, bernd_at_depot: Any
) -> None:
    page = open_page("/intern/meldungen/?order=", user=bernd_at_depot)
    page.locator("[data-map][data-ready]").wait_for()
    expect(page.locator(".inbox__row")).to_have_count(3)
    page.get_by_role("button", name="Rechteck ziehen").click()
    drag(page, (0.4, 0.4), (0.6, 0.6))
    page.get_by_text("in der gezeichneten Fläche").wait_for()
    expect(page.locator(".inbox__row")).to_have_count(2)
    assert axe(page) + overflow(page) == []
    page.get_by_role("checkbox", name="alle 2 gefundenen").check()
    expect(page.get_by_text("Alle 2 gefundenen ausgewählt")).to_be_visible()
    page.get_by_role("button", name="Auswahl bearbeiten").click()
    page.get_by_text("2 Meldungen sind ausgewählt.").wait_for()
    assert axe(page) + overflow(page) == []
    page.locator("summary", has_text="Stand ändern").click()
    page.get_by_label("Neuer Stand").select_option("in_progress")
    page.get_by_role("button", name="Weiter: prüfen").first.click()
    page.get_by_role("heading", name="2 Meldungen werden geändert").wait_for()
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="2 Meldungen ändern").click()
    page.get_by_text("2 Meldungen sind geändert.").wait_for()
    assert Report.objects.filter(status="in_progress").count() == 2
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Rückgängig machen").click()
    page.get_by_text("2 Meldungen sind wieder, wie sie waren").wait_for()
    assert not Report.objects.exclude(status="submitted").exists()


def test_the_list_goes_by_keys_that_can_be_switched_off(
    open_page: Any, axe: Any, overflow: Any, bernd_at_depot: Any
) -> None:
    page = open_page("/intern/meldungen/?order=", user=bernd_at_depot, width=360)
    page.locator("[data-map][data-ready]").wait_for()
    for key in "jjkx":
        page.keyboard.press(key)
    first = page.locator(".inbox__row").first
    expect(first.locator("h2 a")).to_be_focused()
    expect(first.locator("input")).to_be_checked()
    expect(page.get_by_text("Eine Meldung ausgewählt")).to_be_visible()
    page.keyboard.press("?")
    switch = page.get_by_label("Tastenkürzel benutzen")
    expect(switch).to_be_visible()
    assert axe(page) + overflow(page) == []
    switch.uncheck()
    page.keyboard.press("k")
    expect(switch).to_be_focused()
    page.fill("input[name=q]", "")
    page.locator("input[name=q]").press("j")
    expect(page.locator("input[name=q]")).to_have_value("j")


def test_list_and_map_point_at_each_other_where_only_counts_are_drawn(
    open_page: Any, axe: Any, settled: Any, bernd_at_depot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.geoservices.map_data.MAX_FEATURES", 1)
    page = open_page("/intern/meldungen/?order=", user=bernd_at_depot)
    page.locator("[data-map][data-ready]").wait_for()
    page.locator(".map-cluster").first.wait_for()
    settled(page)  # markers that are drawn anew would forget that the list points at them
    page.locator(".inbox__row h2 a").last.focus()  # the first one lies outside the view
    expect(page.locator(".map-cluster.is-highlighted")).to_have_count(1, timeout=60_000)
    expect(page.locator(".map-spot")).to_be_visible(timeout=60_000)
    assert axe(page) == []
    # The markers may be drawn anew meanwhile: those that are there are looked at, until one marks its entries.
    page.wait_for_function(
        """() => [...document.querySelectorAll(".map-cluster")].some((cluster) => {
            cluster.blur();
            cluster.focus();
            return document.querySelector("li.is-highlighted");
        })""",
        timeout=60_000,
    )
    expect(page.locator(".map-spot")).to_have_count(0)


@pytest.mark.parametrize("path", ["ansichten/", "vertretung/", "uebergabe/"])
def test_the_pages_around_the_inbox_can_be_used_on_a_telephone(
    open_page: Any, axe: Any, overflow: Any, bernd_at_depot: Any, town: Any, path: str
) -> None:
    from apps.accounts.models import Role
    from apps.reports.services import assign, save_view

    Role.objects.create(user=bernd_at_depot, municipality=town, role="supervisor")
    assign(report=Report.objects.first(), person=bernd_at_depot, actor=bernd_at_depot)
    save_view(municipality=town, owner=bernd_at_depot, name="Dunkel", query="q=dunkel", sharing="own")
    page = open_page(f"/intern/meldungen/{path}", user=bernd_at_depot, width=360)
    assert axe(page) + overflow(page) == []
