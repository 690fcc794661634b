"""The work order of a report: a page to read and print, and a PDF to send along or file."""

from collections.abc import Callable

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import staff_page
from apps.accounts.models import User
from apps.accounts.requests import StaffRequest
from apps.contributions.models import Picture
from apps.geo.degrees import to_degrees
from apps.geo.paper import Files, qr_svg, still_files, write_pdf
from apps.geo.stills import draw_still
from apps.geo.templatetags.map_tags import PLACE_COLOUR
from apps.places.links import public_url
from apps.reports.answered import told_inside
from apps.reports.desk.reading import readable_report
from apps.reports.models import Report, ReportPhoto
from apps.reports.permissions import Rights, rights
from apps.reports.timeline import desk_timeline

#: Lines of history on paper at most, the newest; the page behind the QR code has them all.
MAX_LINES = 30


@staff_page()
def work_order(request: StaffRequest, public_id: str) -> HttpResponse:
    """The report on paper for whoever drives there."""
    report = readable_report(request, public_id)
    lines = desk_timeline(report)
    context = {**_facts(report, rights(request.user, report)), "notes": [line for line in lines if line.text]}
    return render(request, "reports/desk/order.html", context)


@staff_page()
def work_order_pdf(request: StaffRequest, public_id: str) -> HttpResponse:
    """The same as a file with map, photos and history. Made at once: it takes about a second (docs/performance.md)."""
    report = readable_report(request, public_id)
    answer = HttpResponse(order_pdf(report, request.user), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="arbeitsauftrag-{report.reference}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def order_pdf(report: Report, reader: User) -> bytes:
    """Return the work order as PDF/UA, with as much as ``reader``, who may read the report, may know."""
    may = rights(reader, report)
    address = public_url(report.municipality, reverse("reports:work", args=[report.public_id]))
    still = draw_still([(report.point, PLACE_COLOUR)], zoom=17)
    assert still is not None  # a report has a place
    photos = _photos(report, reader, may)
    lines = desk_timeline(report)
    context = {
        **_facts(report, may),
        "photos": [(f"photo-{number}", photo) for number, (photo, _) in enumerate(photos)],
        "lines": lines[:MAX_LINES],
        "left_out": max(0, len(lines) - MAX_LINES),
        "address": address,
        "made_at": timezone.now(),
        "made_for": str(reader),
    }
    files: Files = {
        "code": lambda: (qr_svg(address), "image/svg+xml"),
        **still_files("map", still),
        **{f"photo-{number}": _file(picture) for number, (_, picture) in enumerate(photos)},
    }
    return write_pdf("reports/desk/order_pdf.html", context, files=files)


def _facts(report: Report, may: Rights) -> dict[str, object]:
    return {
        "report": report,
        "contact": getattr(report, "contact", None) if may.see_contact else None,
        "answers": told_inside(report),
        "lonlat": to_degrees(report.point),
    }


def _photos(report: Report, reader: User, may: Rights) -> list[tuple[ReportPhoto, Picture]]:
    """Return the photos with the version to print: paper leaves the house, so hidden ones stay off it.

    Whoever works on the report gets them as they were sent; for others they are what the public sees.
    """
    works_on_it = may.handle or may.publish
    found = ReportPhoto.objects.visible_to(reader).of_case(report).exclude(state=ReportPhoto.State.HIDDEN)
    if not works_on_it:
        found = found.filter(state=ReportPhoto.State.RELEASED)
    return [
        (photo, photo if works_on_it else photo.public_picture)
        for photo in found
        if default_storage.exists(str((photo if works_on_it else photo.public_picture).file.name))
    ]


def _file(picture: Picture) -> Callable[[], tuple[bytes, str]]:
    def read() -> tuple[bytes, str]:
        with default_storage.open(str(picture.file.name)) as file:
            return file.read(), "image/webp"

    return read
