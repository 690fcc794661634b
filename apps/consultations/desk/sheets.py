"""Plan sheets at the desk: upload, where they lie, legend, and how far the tiles are."""

from django.contrib import messages
from django.contrib.gis.db.models.functions import Transform
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.consultations import services
from apps.consultations.desk.reading import find
from apps.consultations.desk.sheet_forms import ROWS, LegendForm, PointForm, SheetForm
from apps.consultations.models import Consultation, PlanSheet
from apps.consultations.querysets import PLANNERS
from apps.consultations.services import FileRefused
from apps.consultations.sheet_views import find_sheet, send_picture, send_tile
from apps.consultations.shown_sheets import shown_sheets
from apps.contributions.photos import PhotoRefused
from apps.geo.crs import STORAGE_CRS, WGS84
from apps.geo.editing import ChangeRefused
from apps.geo.refusals import said_above
from apps.geo.untrusted import InputRefused
from apps.geofiles.rasters import RasterRefused

#: Colour of the outline that shows where the drawing belongs.
GROUND_COLOUR = "#7a1fa2"


@staff_form(*PLANNERS)
def add(request: StaffRequest, public_id: str) -> HttpResponse:
    """Upload a drawing; what it says of its place is tested at once."""
    consultation = find(request, public_id)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            sheet = services.add_sheet(
                consultation=consultation,
                actor=request.user,
                upload=data["file"],
                page=data["page"],
                world_file=data["world_file"],
                title=data["title"],
                kind=data["kind"],
                is_published=data["is_published"],
            )
        except (InputRefused, FileRefused) as refusal:
            is_page = isinstance(refusal, RasterRefused) and refusal.code == "page"
            form.add_error("page" if is_page else "file", str(refusal))
        else:
            messages.success(request, _("„%(title)s“ ist gespeichert.") % {"title": data["title"]})
            return redirect("consultations:desk_sheet", public_id, sheet.document.public_id)
    context = {"consultation": consultation, "form": form, "step": "papers"}
    return render(request, "consultations/desk_sheet_add.html", context, status=422 if form.errors else 200)


@staff_act(*PLANNERS)
def lay(request: StaffRequest, public_id: str, document_id: str) -> HttpResponse:
    """Lay the first page of a document that is there already on the map."""
    paper = get_object_or_404(find(request, public_id).documents.current(), public_id=document_id)
    with said_above(request):
        services.lay_on_map(document=paper, actor=request.user)
        return redirect("consultations:desk_sheet", public_id, document_id)
    return redirect("consultations:desk_papers", public_id)


@staff_form(*PLANNERS)
def work(request: StaffRequest, public_id: str, document_id: str) -> HttpResponse:
    """Where a drawing lies: what is known, the control points, the legend."""
    sheet = _find(request, public_id, document_id)
    rows, refused = _rows(sheet, request.POST if request.method == "POST" else None), ""
    are_valid = [row.is_valid() for row in rows]  # every row says what is wrong with it
    if request.method == "POST" and all(are_valid):
        try:
            points = [row.point for row in rows if row.point]
            services.place_sheet(sheet=sheet, actor=request.user, points=points)
        except (InputRefused, ChangeRefused) as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Die Lage ist gespeichert."))
            return redirect("consultations:desk_sheet", public_id, document_id)
    failed = bool(refused) or any(row.errors for row in rows)
    legend = LegendForm(initial={"alt": sheet.legend_alt}, has_picture=bool(sheet.legend))
    return _page(request, public_id, sheet, rows=rows, refused=refused, legend=legend, status=422 if failed else 200)


@staff_act(*PLANNERS)
def legend(request: StaffRequest, public_id: str, document_id: str) -> HttpResponse:
    """Store the legend's picture and words."""
    sheet = _find(request, public_id, document_id)
    form = LegendForm(request.POST, request.FILES, has_picture=bool(sheet.legend))
    if form.is_valid():
        try:
            data = form.cleaned_data
            services.give_legend(sheet=sheet, actor=request.user, upload=data["picture"], alt=data["alt"])
        except PhotoRefused as refusal:
            form.add_error("picture", str(refusal))
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Die Legende ist gespeichert."))
            return redirect("consultations:desk_sheet", public_id, document_id)
    return _page(request, public_id, sheet, rows=_rows(sheet), refused="", legend=form, status=422)


@staff_page(*PLANNERS)
def tile(request: StaffRequest, public_id: str, document_id: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile of any sheet of the town, drafts and replaced ones included."""
    return send_tile(request, find_sheet(request, request.user, public_id, document_id), (z, x, y), is_public=False)


@staff_page(*PLANNERS)
def picture(request: StaffRequest, public_id: str, document_id: str, name: str) -> HttpResponse:
    """The whole sheet or its legend, drafts and replaced ones included."""
    return send_picture(request, find_sheet(request, request.user, public_id, document_id), name, is_public=False)


def _rows(sheet: PlanSheet, data: QueryDict | None = None) -> list[PointForm]:
    """Return a form for each control point, with the stored ones filled in."""
    names = ("column", "row", "east", "north")
    stored = [{name: f"{value:.2f}" for name, value in zip(names, point, strict=True)} for point in sheet.points[:ROWS]]
    stored += [{}] * (ROWS - len(stored))
    size = (sheet.width, sheet.height)
    return [PointForm(data, prefix=f"p{number}", initial=values, size=size) for number, values in enumerate(stored)]


def _find(request: StaffRequest, public_id: str, document_id: str) -> PlanSheet:
    sheet = find_sheet(request, request.user, public_id, document_id)
    return PlanSheet.objects.select_related("document__consultation__municipality").get(pk=sheet.pk)


def _page(request: StaffRequest, public_id: str, sheet: PlanSheet, *, status: int, **parts: object) -> HttpResponse:
    consultation = find(request, public_id)
    paper = next(paper for paper in consultation.papers if paper.pk == sheet.document_id)
    is_busy = sheet.state == PlanSheet.State.WAITING
    context = {
        "consultation": consultation,
        "sheet": sheet,
        "paper": paper,
        "shown": next(iter(shown_sheets(consultation, [paper], internal=True)), None),
        "is_busy": is_busy,
        "ground": _ground(consultation),
        "crs": STORAGE_CRS,
        "step": "papers",
        **parts,
    }
    return render(request, "consultations/desk_sheet.html", context, status=status)


def _ground(consultation: Consultation) -> dict[str, object]:
    """Return the plan's area as GeoJSON, so that the map opens where the drawing belongs."""
    found = Consultation.objects.filter(pk=consultation.pk, area__isnull=False).annotate(shape=Transform("area", WGS84))
    features = [
        {
            "type": "Feature",
            "geometry": {"type": row.shape.geom_type, "coordinates": row.shape.coords},
            "properties": {"title": row.title, "colour": GROUND_COLOUR, "ground": True},
        }
        for row in found
    ]
    return {"type": "FeatureCollection", "features": features}
