"""A body outside answers by its link: on a telephone, at a desk, and without any script."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.reports.models import Handover, Report, ReportPhoto
from tests.conftest import at
from tests.contributions.photo_files import encoded, picture
from tests.reports.conftest import make_desks
from tests.reports.handovers.conftest import link_in

pytestmark = pytest.mark.browser


@pytest.fixture
def handed(town: Any) -> Handover:
    """A lamp at the county's road desk, just now."""
    from apps.reports.services import reassign, submit_report

    desks = make_desks(town)
    report = submit_report(
        municipality=town,
        category=desks.street_light,
        point=at(1000, 1000),
        description="Die Lampe am Radweg ist dunkel.",
        idempotency_key=uuid.uuid4(),
    ).report
    report = reassign(report=report, department=desks.roads, actor=None, reason="Kreisstraße.")
    return Handover.objects.select_related("message").get()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_county_takes_over_and_later_reports_it_done(
    open_page: Any, axe: Any, overflow: Any, handed: Handover, width: int
) -> None:
    page = open_page(link_in(handed.message), width=width)
    page.get_by_text("Die Lampe am Radweg ist dunkel.").wait_for()
    assert axe(page) + overflow(page) == []
    page.get_by_role("link", name="Wir übernehmen").click()
    page.get_by_role("heading", name="Wir übernehmen").wait_for()
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Ja, wir übernehmen").click()
    page.get_by_text("Sie haben übernommen. Melden Sie sich hier").wait_for()
    assert Report.objects.get().status == "in_progress"
    page.get_by_role("link", name="Es ist erledigt").click()
    page.get_by_label("Was wurde gemacht?").fill("Leuchtmittel getauscht.")
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Als erledigt melden").click()
    page.get_by_role("heading", name="Danke! Die Meldung ist als erledigt vermerkt.").wait_for()
    assert axe(page) + overflow(page) == []
    assert Report.objects.get().status == "done"


def test_without_a_script_a_photo_is_added_and_a_missing_reason_asked_for(open_page: Any, handed: Handover) -> None:
    page = open_page(link_in(handed.message), width=360, javascript=False)
    page.get_by_role("link", name="Wir sind nicht zuständig").click()
    page.get_by_role("button", name="Zurückgeben").click()
    page.get_by_role("link", name="Bitte nennen Sie kurz den Grund").wait_for()
    page.get_by_role("link", name="Andere Antwort wählen").click()
    page.get_by_role("link", name="Es ist erledigt").click()
    photo = SimpleUploadedFile("neu.jpg", encoded(picture(), "JPEG"))
    page.get_by_label("Fotos auswählen").set_input_files(
        {"name": "neu.jpg", "mimeType": "image/jpeg", "buffer": photo.read()}
    )
    page.get_by_role("button", name="Ausgewählte Fotos hochladen").click()
    page.get_by_role("img", name="Ihr Foto 1").wait_for()
    page.get_by_role("button", name="Als erledigt melden").click()
    page.get_by_role("heading", name="Danke! Die Meldung ist als erledigt vermerkt.").wait_for()
    assert ReportPhoto.objects.get().state == "pending" and page.context.cookies() == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_sees_what_fails_what_is_asked_and_how_a_body_is_reached(
    open_page: Any, axe: Any, overflow: Any, handed: Handover, make_user: Any, width: int
) -> None:
    from apps.outbox.models import Message
    from apps.reports.handovers.answering import ask_back

    ada = make_user("Ada", "administrator")
    ask_back(handover=handed, text="Welche Lampe?", idempotency_key=uuid.uuid4())
    Message.objects.filter(pk=handed.message_id).update(
        state="failed", last_error="550 no such user", body_dies_on="2100-01-01", dies_on="2100-01-01"
    )
    page = open_page("/intern/meldungen/", width=width, user=ada)
    page.get_by_role("link", name="Bei einer Meldung kommt etwas nicht an").click()
    page.get_by_role("heading", name="Nicht zugestellt").wait_for()
    assert axe(page) + overflow(page) == []
    page.get_by_role("link", name="Straßenbeleuchtung").click()
    page.get_by_text("Welche Lampe?").first.wait_for()
    assert axe(page) + overflow(page) == []
    page.get_by_label("Antwort an die Stelle").fill("Die dritte.")
    page.get_by_role("button", name="Antwort senden").click()
    page.get_by_text("Die Antwort geht an die Stelle.").wait_for()
    page.goto("/intern/anbindungen/")
    page.get_by_role("link", name="Straßenmeisterei").click()
    page.get_by_role("heading", name="Wenn keine Antwort kommt").wait_for()
    assert axe(page) + overflow(page) == []
    page.get_by_label("Erinnern nach Arbeitstagen").fill("12")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_text("Das muss später sein als die Erinnerung.").first.wait_for()
    assert axe(page) + overflow(page) == []


def test_an_expired_link_is_kind_and_accessible(open_page: Any, axe: Any, overflow: Any, handed: Handover) -> None:
    from django.utils import timezone

    handed.links.update(expires_at=timezone.now())
    page = open_page(link_in(handed.message), width=360)
    assert axe(page) + overflow(page) == []
    page.get_by_role("button", name="Neuen Link anfordern").click()
    page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach.").wait_for()
    assert axe(page) + overflow(page) == []
