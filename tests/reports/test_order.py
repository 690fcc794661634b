"""The work order as PDF: what Bernd takes along, and what it tells nobody else."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from apps.reports.models import Contact, Report, ReportPhoto


def text_of(body):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).split())


def photo(report, state, colour, position):
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(picture, "WEBP", lossless=True)
    names = [default_storage.save(f"photos/00/{state}{n}.webp", ContentFile(picture.getvalue())) for n in "ab"]
    return ReportPhoto.objects.create(
        report=report,
        state=state,
        position=position,
        file=names[0],
        thumbnail=names[1],
        width=60,
        height=40,
        alt=f"Bild {state}",
        sha256=state.ljust(64, "0"),
    )


@pytest.fixture
def order(client, submit, settings, tmp_path):
    """Anna's report with contact data and a photo in each state; returns ``read(who)``: the answer for that person."""
    settings.MEDIA_ROOT = str(tmp_path)
    report = submit(description="Die Lampe <b>flackert</b> & brummt.").report
    Report.objects.filter(pk=report.pk).update(address="Lindenweg 4")
    Contact.objects.create(report=report, name="Anna Beispiel", email="anna@example.org", phone="0341 9988")
    for position, (state, colour) in enumerate([("pending", "red"), ("released", "green"), ("hidden", "blue")]):
        photo(report, state, colour, position)

    def read(who):
        client.force_login(who)
        return client.get(reverse("reports:desk_order_pdf", args=[report.public_id]))

    read.report = report
    return read


def test_bernds_order_says_what_where_and_whom_to_ask_and_can_be_read_aloud(order, member, bernd, desks):
    answer = order(member(bernd, desks.depot))
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    said = text_of(answer.content)
    for words in (
        "Arbeitsauftrag " + order.report.reference,
        "Straßenbeleuchtung",
        "Lindenweg 4",
        "Bauhof",
        "Die Lampe <b>flackert</b> & brummt.",
        "331000 / 5681000",
        "Anna Beispiel",
        "0341 9988",
        "Meldung eingegangen",
        reverse("reports:work", args=[order.report.public_id]),
    ):
        assert words in said, words
    # Photos under review are his to see; what was hidden stays off paper.
    assert "Bild released" in said and "Bild pending" in said and "Bild hidden" not in said
    read = PdfReader(io.BytesIO(answer.content))
    catalog = read.trailer["/Root"]
    assert catalog["/Lang"] == "de" and catalog["/MarkInfo"]["/Marked"]
    assert "pdfuaid:part" in catalog["/Metadata"].get_data().decode()
    assert read.metadata.title == f"Arbeitsauftrag {order.report.reference}"


def test_carla_of_another_desk_reads_no_contact_data_and_sees_the_released_photo_only(order, member, carla, desks):
    answer = order(member(carla, desks.parks))
    said = text_of(answer.content)
    assert "Lindenweg 4" in said
    assert not [word for word in ("Anna", "0341", "example.org", "Rückfragen") if word in said]
    assert "Bild released" in said and "Bild pending" not in said and "Bild hidden" not in said


def test_gerd_of_a_body_outside_gets_no_order_for_a_report_of_the_town(order, member, make_user, desks):
    assert order(member(make_user("Gerd", "clerk"), desks.roads)).status_code == 404


def test_a_photo_whose_file_is_gone_leaves_the_order_whole(order, member, bernd, desks):
    default_storage.delete(order.report.photos.get(state="released").file.name)
    said = text_of(order(member(bernd, desks.depot)).content)
    assert "Lindenweg 4" in said and "Bild released" not in said
