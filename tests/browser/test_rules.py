"""A rule is changed in the desk: tried first, confirmed because an example breaks, applied to what is open."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.conftest import at, box

pytestmark = pytest.mark.browser


@pytest.fixture
def lamps(town, make_user):
    """Lamps are the depot's; one is reported and kept as an example. Returns the administrator and the rule."""
    import datetime as dt

    from apps.departments.models import Jurisdiction, RoutingExample
    from apps.reports.services import submit_report
    from tests.reports.conftest import make_desks

    desks = make_desks(town)
    rule = Jurisdiction.objects.create(
        municipality=town, code="lamps", category=desks.street_light, executor=desks.depot,
        own_area=box(100, 100, 9900, 9900), valid_from=dt.date(2020, 1, 1), reason="Der Bauhof pflegt die Lampen.",
    )  # fmt: skip
    RoutingExample.objects.create(
        municipality=town, category=desks.street_light, point=at(2000, 2000), department=desks.depot, note="Am Markt"
    )
    submit_report(
        municipality=town, category=desks.street_light, point=at(3000, 3000), description="Dunkel.",
        idempotency_key=uuid.uuid4(),
    )  # fmt: skip
    return make_user("Hanna", "administrator"), rule


@pytest.mark.parametrize("width", [360, 1280])
def test_a_rule_is_tried_confirmed_and_applied(lamps, open_page, axe, overflow, width):
    from apps.reports.models import Report
    from apps.reports.services import apply_due_rules

    hanna, rule = lamps
    page = open_page(f"/intern/zustaendigkeiten/{rule.pk}/", width=width, user=hanna)
    page.get_by_label("Wer kümmert sich?").select_option(label="Grünpflege")
    page.get_by_role("button", name="Probelauf").click()
    trial = page.get_by_role("region", name="Probelauf: Was sich ändern würde")
    expect(trial.get_by_role("alert")).to_contain_text("würde nicht mehr stimmen")
    expect(trial.get_by_role("cell", name="Grünpflege")).to_be_visible()
    expect(trial.locator("[data-shapes][data-ready]")).to_have_count(1)
    trial.get_by_role("button", name=re.compile("Auf der Karte")).click()
    expect(trial.locator(".leaflet-popup")).to_contain_text("Am Markt")
    assert axe(page) == [] and overflow(page) == []

    save = page.get_by_role("region", name="Speichern").get_by_role("button", name="Speichern")
    save.click()
    expect(page.get_by_text("Diese Änderung widerspricht Beispielen").first).to_be_visible()
    page.get_by_label("Ja, diese Beispiele sollen nicht mehr stimmen").check()
    page.get_by_label("Auch auf die offenen Meldungen anwenden").check()
    save.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("offene Meldungen")
    assert axe(page) == [] and overflow(page) == []
    apply_due_rules()
    expect(page.get_by_text("1 von 1 Meldungen geprüft.")).to_be_visible()
    assert Report.objects.get().executor.code == "parks"


@pytest.mark.parametrize("path", ["beispiele", "abdeckung"])
def test_examples_and_coverage_can_be_used_by_everybody(lamps, open_page, axe, overflow, path):
    hanna, _rule = lamps
    for width in (360, 1280):
        page = open_page(f"/intern/zustaendigkeiten/{path}/", width=width, user=hanna)
        expect(page.locator("[data-shapes][data-ready]")).to_have_count(1)
        assert axe(page) == [] and overflow(page) == []


def test_an_example_is_asked_for_its_answers_and_an_area_is_drawn_for_several_rules(lamps, open_page, axe, overflow):
    from apps.departments.models import Category
    from tests.conftest import ORIGIN

    options = [{"value": "park", "label": "im Park"}, {"value": "street", "label": "an der Straße"}]
    question = {"key": "where", "kind": "choice", "label": "Wo steht die Laterne?", "options": options}
    Category.objects.filter(code="street_light").update(questions=[question])
    hanna, _rule = lamps
    page = open_page("/intern/zustaendigkeiten/beispiele/", width=360, user=hanna)
    page.get_by_label("Kategorie", exact=True).select_option(label="Straßenbeleuchtung")
    asked = page.get_by_role("group", name="Wo steht die Laterne?")
    expect(asked.get_by_label("an der Straße")).to_be_visible(timeout=60_000)
    assert axe(page) == [] and overflow(page) == []
    page.get_by_label("Kategorie", exact=True).select_option(label="Baum")
    expect(asked).to_have_count(0, timeout=60_000)

    page.goto("/intern/zustaendigkeiten/gebiete/neu/")
    page.get_by_label("Name des Gebiets").fill("Altstadt")
    corners = [(1000, 1000), (2000, 1000), (2000, 2000)]
    page.get_by_label("Koordinaten", exact=True).fill("\n".join(f"{ORIGIN[0] + x} {ORIGIN[1] + y}" for x, y in corners))
    page.get_by_role("region", name="Speichern").get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("50,00 ha")).to_be_visible(timeout=60_000)
    assert axe(page) == [] and overflow(page) == []
    page.get_by_role("link", name="Altstadt").click()
    expect(page.get_by_role("heading", name="Altstadt", level=1)).to_be_visible(timeout=60_000)
    assert axe(page) == [] and overflow(page) == []
