"""Which consultations have statements, and all statements of one: as a list and on the plan."""

import json

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import staff_page
from apps.accounts.requests import StaffRequest
from apps.consultations.models import Consultation
from apps.geo.crs import WGS84
from apps.geo.untrusted import whole_number
from apps.statements.codes import STAFF, Confirmation
from apps.statements.desk.reading import consultations_of, counts_of, find_consultation, statements_of
from apps.statements.models import Place
from apps.statements.place_words import PLACE_COLOUR, PLAN_COLOUR

PAGE = 100
#: What the list can be narrowed to: word in the address -> title and condition.
FILTERS: dict[str, tuple[str | Promise, dict[str, object]]] = {
    "offen": (gettext_lazy("noch ohne Belange"), {"segments": None, "withdrawn_at": None}),
    "verspaetet": (gettext_lazy("verspätet"), {"is_late": True}),
    "unbestaetigt": (gettext_lazy("unbestätigt"), {"confirmation": Confirmation.PENDING}),
    "zurueckgenommen": (gettext_lazy("zurückgenommen"), {"withdrawn_at__isnull": False}),
    "behoerden": (gettext_lazy("Behörden"), {"sender_kind": "authority"}),
}


@staff_page(*STAFF)
def desk(request: StaffRequest) -> HttpResponse:
    """The town's consultations with the number of their statements, the latest first."""
    counts = counts_of(request)
    found = list(consultations_of(request).defer("area", "description").order_by("-starts_on", "-pk"))
    for consultation in found:
        consultation.counts = counts.get(consultation.pk)
    return render(request, "statements/desk/consultations.html", {"consultations": found})


@staff_page(*STAFF)
def listing(request: StaffRequest, public_id: str) -> HttpResponse:
    """All statements of a consultation, a hundred a page."""
    consultation = find_consultation(request, public_id)
    chosen = request.GET.get("nur", "")
    tag = request.GET.get("schlagwort", "")[:60]
    found = statements_of(request, consultation)
    if chosen in FILTERS:
        found = found.filter(**FILTERS[chosen][1])
    if tag:
        found = found.filter(segments__tags__contains=[tag])
    found = found.distinct()
    page = whole_number(request.GET.get("seite"), most=9999) or 1
    rows = list(
        found.with_progress()
        .select_related("sender", "group", "invitation__authority")
        .order_by("number")[(page - 1) * PAGE : page * PAGE + 1]
    )
    context = {
        "consultation": consultation,
        "rows": rows[:PAGE],
        "more": page + 1 if len(rows) > PAGE else None,
        "count": found.count(),
        "filters": [(name, title, name == chosen) for name, (title, _condition) in FILTERS.items()],
        "chosen": chosen,
        "tag": tag,
        "places": places_on_map(consultation, [row.pk for row in rows[:PAGE]]),
        "step": "list",
    }
    return render(request, "statements/desk/list.html", context)


def places_on_map(consultation: Consultation, statements: list[int]) -> dict[str, object]:
    """Return the plan's outline and the places of statements as GeoJSON (WGS 84); two statements."""
    features = []
    outline = type(consultation).objects.filter(pk=consultation.pk).exclude(area=None)
    for shape in outline.values_list(AsGeoJSON(Transform("area", WGS84), precision=7), flat=True):
        features.append(_feature(consultation.title, PLAN_COLOUR, shape, ground=True))
    places = Place.objects.filter(statement__in=statements).order_by("statement__number", "position")
    drawn = AsGeoJSON(Transform("shape", WGS84), precision=7)
    for pk, number, shape in places.values_list("pk", "statement__number", drawn):
        features.append(_feature(_("Stellungnahme %(n)d") % {"n": number}, PLACE_COLOUR, shape, id=str(pk)))
    return {"type": "FeatureCollection", "features": features}


def _feature(title: str, colour: str, shape: str, **more: object) -> dict[str, object]:
    properties = {"title": title, "colour": colour, **more}
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shape)}
