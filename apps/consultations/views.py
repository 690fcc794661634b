"""What everybody sees of a consultation: the list, the page, the documents, the calendar entry."""

from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.db.models import F
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from apps.consultations.area_words import describe_area
from apps.consultations.areas.versions import version_as_geojson, with_areas
from apps.consultations.models import Consultation, Document
from apps.consultations.periods.ical import calendar_of
from apps.consultations.periods.moments import days_of
from apps.consultations.querysets import ConsultationQuerySet
from apps.consultations.shown_sheets import document_url, shown_sheets
from apps.geo.audience import ANONYMOUS
from apps.geo.crs import WGS84
from apps.places.requests import TownRequest

CLOSED_SHOWN = 50
MEDIA_TYPES = {"pdf": "application/pdf", "tif": "image/tiff", "png": "image/png", "jpg": "image/jpeg"}


@require_safe
def consultation_list(request: TownRequest) -> HttpResponse:
    """Running ones first, then coming ones, then results. Answers as nobody, whoever asks."""
    consultations = _public(request).select_related("procedure_file").defer("description", "simple_language")
    lists = {
        "open": list(consultations.open()),
        "announced": list(consultations.announced()),
        "closed": list(consultations.closed()[:CLOSED_SHOWN]),
    }
    # The map shows what the list shows, and fits its view to it.
    context = {**lists, "all": [consultation for shown in lists.values() for consultation in shown]}
    return render(request, "consultations/list.html", context)


@require_safe
def detail(request: TownRequest, public_id: str) -> HttpResponse:
    """One published consultation."""
    shown = _public(request).select_related("procedure_file").with_papers()
    consultation = get_object_or_404(shown, public_id=public_id)
    return render(request, "consultations/detail.html", page_of(consultation))


def page_of(consultation: Any, *, internal: bool = False) -> dict[str, object]:
    """Return what the page shows; the planner's preview (``internal``) shows exactly the same."""
    papers = consultation.papers
    for paper in papers:
        paper.url = document_url(consultation, paper, internal=internal)
    today, now = timezone.localdate(), timezone.now()
    periods = with_areas(consultation, list(consultation.periods.all()))
    for period in periods:
        period.days = days_of(period.starts_on, period.ends_on)
        period.phase = "past" if period.ends_at <= now else "coming" if period.starts_at > now else "running"
    return {
        "consultation": consultation,
        "only": [consultation],
        "periods": periods,
        "papers": papers,
        "sheets": shown_sheets(consultation, papers, internal=internal),
        "notices": consultation.shown_notices(periods),
        "portal_entries": list(consultation.portal_entries.order_by("entered_on", "kind")),
        "area_words": describe_area(consultation),
        "today": today,
    }


@require_safe
def calendar(request: TownRequest, public_id: str) -> HttpResponse:
    """The periods as an iCalendar file."""
    consultations = _public(request).select_related("municipality", "procedure_file").with_papers()
    inside = Transform(PointOnSurface(F("area")), WGS84)
    consultation = get_object_or_404(consultations.annotate(inside=inside), public_id=public_id)
    body = calendar_of(
        consultation,
        consultation.periods.all(),
        url=request.build_absolute_uri(f"/beteiligung/{public_id}/"),
        host=request.get_host().partition(":")[0],
        where=(consultation.inside.y, consultation.inside.x),
        stamp=consultation.public_changed_at,
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(consultation.title)}.ics"'
    return response


@require_safe
def area_version(request: TownRequest, public_id: str, number: int) -> HttpResponse:
    """A version of the area that a round was published with, as GeoJSON."""
    feature = version_as_geojson(get_object_or_404(_public(request), public_id=public_id), number)
    if feature is None:
        raise Http404
    response = JsonResponse(feature, content_type="application/geo+json")
    response["Content-Disposition"] = f'attachment; filename="geltungsbereich-{number}.geojson"'
    return response


@require_safe
def document(request: TownRequest, public_id: str, document_id: str, drawing: str = "pdf") -> HttpResponseBase:
    """A published document of a visible consultation; ``?speichern`` offers it for saving."""
    consultation = get_object_or_404(_public(request), public_id=public_id)
    paper = get_object_or_404(consultation.documents.published(), public_id=document_id, file__endswith=f".{drawing}")
    # A hundred megabytes need not travel twice.
    known = get_conditional_response(request, etag=f'"{paper.sha256}"')
    return known or send_document(paper, save="speichern" in request.GET)


def send_document(paper: Document, *, save: bool) -> FileResponse:
    """Return the stored file; a browser must believe its type and may show it beside the page."""
    try:
        stored = paper.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    # Django picks attachment or inline and quotes the name (RFC 6266).
    name = f"{_file_name(paper.title)}.{paper.ending}"
    response = FileResponse(stored, as_attachment=save, filename=name, content_type=MEDIA_TYPES[paper.ending])
    if paper.ending != "pdf":  # browsers show no PDF inside this policy
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = f'"{paper.sha256}"'
    return response


def _public(request: TownRequest) -> ConsultationQuerySet:
    town = request.municipality
    return Consultation.objects.visible_to(ANONYMOUS).filter(municipality=town.pk if town else None)


def _file_name(title: str) -> str:
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        title = title.lower().replace(umlaut, letters)
    return slugify(title)[:80] or "datei"
