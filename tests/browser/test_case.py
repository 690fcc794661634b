"""One report from the question to the answer, in a real browser: assign, ask, reply, template, cover a photo."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import expect

from apps.accounts.models import Role
from apps.contributions.uploads import keep_upload
from apps.reports import services
from apps.reports.links import status_token
from apps.reports.models import BlurredPhoto, Report
from tests.conftest import at
from tests.contributions.photo_files import encoded, picture
from tests.reports.conftest import make_desks

pytestmark = pytest.mark.browser


@pytest.fixture
def bernd_at_depot(town: Any, bernd: Any) -> Any:
    """Bernd works at the depot, which is the triage desk here, and releases as well."""
    from apps.departments.models import Department, Membership

    desks = make_desks(town)
    Department.objects.filter(pk=desks.triage.pk).update(name="Bauhof")
    Membership.objects.create(user=bernd, department=desks.triage)
    Role.objects.create(municipality=town, user=bernd, role="moderator")
    bernd.desks = desks
    return bernd


@pytest.fixture
def reported(town: Any, bernd_at_depot: Any, settings: Any, tmp_path: Path) -> Report:
    """A lamp with a photo, and the same lamp once more, released."""
    settings.MEDIA_ROOT = str(tmp_path)
    draft = uuid.uuid4()
    kept = keep_upload(municipality=town, draft=draft, upload=ContentFile(encoded(picture((400, 300)), "JPEG")))
    assert default_storage.exists(kept.file.name)
    fields = {"municipality": town, "category": bernd_at_depot.desks.street_light, "point": at(1000, 1000)}
    same = services.submit_report(**fields, description="Lampe dunkel.", idempotency_key=uuid.uuid4()).report
    services.release(report=same, actor=bernd_at_depot)
    return services.submit_report(
        **fields, description="Die Lampe ist dunkel.", idempotency_key=uuid.uuid4(), draft=draft, photos=[kept.token]
    ).report


def test_from_the_question_to_the_answer(
    open_page: Any, axe: Any, overflow: Any, reported: Report, bernd_at_depot: Any
) -> None:
    services.save_template(municipality=reported.municipality, title="Dank", text="Danke für {nummer}.")
    work = f"/intern/meldungen/{reported.public_id}/"
    desk = open_page(work, user=bernd_at_depot)
    desk.get_by_text("Zuweisen", exact=True).click()
    desk.get_by_label("Wer bearbeitet das?").select_option(label="Bernd")
    desk.get_by_role("button", name="Zuweisung speichern").click()
    desk.get_by_text("Gespeichert, wer das bearbeitet.").wait_for()
    desk.get_by_text("Die meldende Person fragen").click()
    desk.get_by_label("Ihre Frage").fill("Welche der beiden Lampen?")
    desk.get_by_role("button", name="Frage senden").click()
    desk.get_by_role("heading", name="Wartet auf die meldende Person").wait_for()
    assert axe(desk) + overflow(desk) == []

    anna = open_page(f"/meldungen/status/{status_token(reported)}/", width=360, javascript=False)
    anna.get_by_label("Ihre Antwort").fill("Die linke.")
    anna.get_by_role("button", name="Antwort senden").click()
    anna.get_by_text("Die linke.").wait_for()
    assert overflow(anna) == []

    desk.goto(work)
    desk.get_by_text("Öffentlich antworten").click()
    desk.locator("#antwort_text").fill("Guten Tag!")
    desk.locator("#antwort").get_by_role("button", name="Einfügen").click()
    desk.wait_for_url("**/antwort/**")
    field = desk.locator("#antwort_text")
    expect(field).to_have_value(f"Guten Tag!\n\nDanke für {reported.reference}.")
    desk.get_by_role("button", name="Antwort speichern").click()
    desk.get_by_text("Die Antwort ist gespeichert.").wait_for()
    assert Report.objects.get(pk=reported.pk).public_answer.startswith("Guten Tag!")


def test_a_number_plate_is_covered_with_the_pointer_and_with_keys(
    open_page: Any, axe: Any, overflow: Any, reported: Report, bernd_at_depot: Any
) -> None:
    path = f"/intern/meldungen/{reported.public_id}/fotos/{reported.photos.get().public_id}/verdecken/"
    page = open_page(path, width=360, user=bernd_at_depot)
    assert axe(page) + overflow(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    box = page.locator("[data-cover-stage]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=3)
    page.mouse.up()
    first = page.locator(".cover__box")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert float(page.locator("[name=area-0-left]").input_value()) == pytest.approx(26, abs=0.6)
    assert float(page.locator("[name=area-0-height]").input_value()) == pytest.approx(26, abs=0.6)
    page.get_by_role("button", name="Rechteck hinzufügen").click()
    page.keyboard.press("Delete")
    expect(page.locator(".cover__box")).to_have_count(1)
    page.get_by_role("button", name="Verdeckte Fassung herstellen").click()
    page.get_by_role("img", name="Die verdeckte Fassung").wait_for()
    assert axe(page) + overflow(page) == []
    [[left, top, right, bottom]] = BlurredPhoto.objects.get().areas
    assert (left, top) == pytest.approx((104, 75), abs=3) and (right, bottom) == pytest.approx((204, 153), abs=3)


def test_pages_of_the_desk_pass_axe_and_fit_the_screen(
    open_page: Any, axe: Any, overflow: Any, reported: Report, bernd_at_depot: Any
) -> None:
    Role.objects.create(municipality=reported.municipality, user=bernd_at_depot, role="administrator")
    other = Report.objects.get(publication="released")
    faults = {}
    for width, scheme in [(360, "light"), (1280, "dark")]:
        page = open_page("/intern/zahlen/", width=width, scheme=scheme, user=bernd_at_depot)
        for path in [
            "/intern/zahlen/",
            "/intern/vorlagen/",
            "/intern/vorlagen/neu/",
            f"/intern/meldungen/{reported.public_id}/",
            f"/intern/meldungen/{reported.public_id}/ort/",
            f"/meldungen/{other.public_id}/folgen/",
        ]:
            page.goto(path)
            faults[path, width] = axe(page) + overflow(page)
    services.set_public_answer(report=reported, text="Morgen.", actor=bernd_at_depot)
    page.goto(f"/intern/meldungen/{reported.public_id}/")
    Report.objects.filter(pk=reported.pk).update(version=9)
    page.get_by_text("Öffentlich antworten").click()
    page.locator("#antwort_text").fill("Heute.")
    page.get_by_role("button", name="Antwort speichern").click()
    page.get_by_role("heading", name="Jemand war schneller").wait_for()
    expect(page.locator(".conflict").get_by_text("Heute.")).to_be_visible()
    faults["conflict", 1280] = axe(page) + overflow(page)
    assert {where: found for where, found in faults.items() if found} == {}
