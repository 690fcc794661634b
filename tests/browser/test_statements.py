"""Anna takes a stand on a telephone, Emil weighs it; both without anything that axe-core finds."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from apps.outbox.models import Message
from apps.statements.models import Segment, Statement
from apps.statements.services.submission import Who, submit_statement
from tests.consultations.conftest import PDF, make_draft, publish  # noqa: F401  (fixtures)
from tests.statements.conftest import media, open_plan  # noqa: F401  (fixtures)

pytestmark = pytest.mark.browser
PATIENCE = 60_000


def test_anna_takes_a_stand_on_her_telephone(open_page, axe, overflow, open_plan, client):  # noqa: F811
    client.get(f"/beteiligung/{open_plan.public_id}/")  # the first answer of a process takes long
    page = open_page(f"/beteiligung/{open_plan.public_id}/", width=360)
    page.get_by_role("link", name="Stellung nehmen", exact=True).click()
    drawing = page.locator("[data-drawing]")
    expect(drawing).to_have_attribute("data-ready", "yes", timeout=PATIENCE)
    assert axe(page) + overflow(page) == []
    expect(page.locator("form[data-statement]")).to_have_attribute("data-ready", "yes", timeout=PATIENCE)
    page.get_by_label("Ihre Stellungnahme").fill("Die Straße wird zu laut.")
    page.reload()
    expect(drawing).to_have_attribute("data-ready", "yes", timeout=PATIENCE)
    expect(page.get_by_label("Ihre Stellungnahme")).to_have_value("Die Straße wird zu laut.", timeout=PATIENCE)
    # By keyboard: a place as coordinates, shown on the map before it is added.
    page.get_by_label("Oder als Koordinaten").fill("331050 5681050\n331100 5681080")
    page.get_by_role("button", name="Koordinaten auf die Karte übernehmen").press("Enter")
    expect(page.locator("[data-drawing-size]")).to_contain_text("m", timeout=PATIENCE)
    page.get_by_role("button", name="Diesen Ort hinzufügen").press("Enter")
    expect(page.get_by_text("Linie, 58")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("Dateien auswählen").set_input_files(
        {"name": "skizze.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Ausgewählte Dateien hochladen").click()
    expect(page.get_by_text("PDF: skizze.pdf")).to_be_visible(timeout=PATIENCE)
    page.get_by_label("E-Mail-Adresse").fill("anna@example.org")
    expect(drawing).to_have_attribute("data-ready", "yes", timeout=PATIENCE)
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Stellungnahme absenden").click()
    expect(page.get_by_role("heading", name="Danke! Ihre Stellungnahme ist eingegangen.")).to_be_visible(
        timeout=PATIENCE
    )
    assert axe(page) + overflow(page) == []
    link = re.search(r"https?://[^/]+(/stellungnahmen/bestaetigen/\S+)", Message.objects.get().body).group(1)
    page.goto(link)
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Ja, das ist meine Adresse").click()
    expect(page.get_by_text("E-Mail-Adresse bestätigt")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Stellungnahme zurücknehmen").click()
    expect(page.get_by_role("button", name="Stellungnahme wieder einreichen")).to_be_visible(timeout=PATIENCE)
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Stellungnahme wieder einreichen").click()
    expect(page.get_by_role("button", name="Stellungnahme zurücknehmen")).to_be_visible(timeout=PATIENCE)
    statement = Statement.objects.get()
    assert statement.attachments.count() == statement.places.count() == 1 and statement.withdrawn_at is None


def test_without_javascript_a_paper_and_a_page_will_do(open_page, overflow, open_plan, client):  # noqa: F811
    client.get(f"/beteiligung/{open_plan.public_id}/stellungnahme/")
    page = open_page(f"/beteiligung/{open_plan.public_id}/stellungnahme/", width=360, javascript=False)
    assert overflow(page) == []
    page.get_by_role("button", name="Stellungnahme absenden").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte schreiben Sie Ihre Stellungnahme", timeout=PATIENCE)
    page.get_by_label("Ihre Stellungnahme").fill("Zu laut.")
    page.get_by_label("Unterlage", exact=True).select_option(label="Entwurf")
    page.get_by_label("Seite oder Abschnitt").fill("S. 7")
    page.get_by_role("button", name="Stellungnahme absenden").click()
    expect(page.get_by_text("Entwurf, S. 7")).to_be_visible(timeout=PATIENCE)
    assert Statement.objects.get().references.count() == 1


def test_emil_weighs_it(open_page, axe, overflow, open_plan, emil, client):  # noqa: F811
    client.get("/")
    submit_statement(
        consultation=open_plan, text="Zu laut, und die Bäume fehlen.", key=uuid.uuid4(), who=Who(name="Anna Beispiel")
    )
    page = open_page("/intern/stellungnahmen/", user=emil)
    page.get_by_role("link", name="Am Anger").click()
    page.get_by_role("link", name="Zu laut, und die Bäume fehlen.").click()
    assert axe(page) + overflow(page) == []
    page.get_by_role("link", name="Belang aufschreiben").click()
    expect(page.locator("[data-drawing]")).to_have_attribute("data-ready", "yes", timeout=PATIENCE)
    page.get_by_role("textbox", name="Belang").fill("Der Verkehr wird zu laut.")
    page.get_by_label("Schlagwörter").fill("Lärm")
    page.get_by_label("Beschluss", exact=True).select_option(label="wird gefolgt")
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Belang speichern").click()
    expect(page.get_by_role("heading", name="Belang 1.1")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Lärm").click()
    expect(page.get_by_text("1 von 1 entschieden")).to_be_visible(timeout=PATIENCE)
    assert Segment.objects.get().decision == "followed"
    page.set_viewport_size({"width": 360, "height": 740})
    assert axe(page) + overflow(page) == []
