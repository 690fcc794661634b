"""The list, texts and area, preview."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.consultations import services
from apps.consultations.areas.entry import PlanEntry
from apps.consultations.areas.versions import with_areas
from apps.consultations.desk.forms import ConsultationForm
from apps.consultations.desk.reading import find, mine
from apps.consultations.models import Consultation
from apps.consultations.neighbours import neighbours_of
from apps.consultations.querysets import PLANNERS
from apps.consultations.views import page_of
from apps.geo.drawn_forms import answer_drawn
from apps.geo.editing import ChangeRefused, StaleEdit
from apps.geofiles.areas import ENDINGS


@staff_page(*PLANNERS)
def desk(request: StaffRequest) -> HttpResponse:
    """Every consultation of the town, the one changed last first."""
    consultations = mine(request).defer("area", "description", "simple_language").order_by("-changed_at", "pk")
    context = {"consultations": consultations, "today": timezone.localdate()}
    return render(request, "consultations/desk.html", context)


@staff_form(*PLANNERS)
def add(request: StaffRequest) -> HttpResponse:
    """Begin a draft, drawn and written, or read from a file."""
    entry = PlanEntry(request, ConsultationForm)
    if entry.is_saving and entry.form.is_valid() and (consultation := _store(entry)):
        messages.success(
            request, _("Der Entwurf ist gespeichert. Nur Sie und Ihre Kolleginnen und Kollegen sehen ihn.")
        )
        return redirect("consultations:desk_edit", consultation.public_id)
    return _form(request, entry)


@staff_form(*PLANNERS)
def edit(request: StaffRequest, public_id: str) -> HttpResponse:
    """Texts, codes and area."""
    entry = PlanEntry(request, ConsultationForm, find(request, public_id))
    if entry.is_saving and entry.form.is_valid() and _store(entry):
        messages.success(request, _("Gespeichert."))
        return redirect("consultations:desk_edit", public_id)
    return _form(request, entry, find(request, public_id))


def _store(entry: PlanEntry) -> Consultation | None:
    """Return the stored consultation, or None when the form says why it was not stored."""
    try:
        return services.store_plan(
            municipality=entry.request.municipality,
            consultation=entry.consultation,
            actor=entry.request.user,
            version=entry.form.cleaned_data["version"],
            values=entry.form.values(),
            rounds=[(one.kind, one.starts_on, one.ends_on) for one in entry.rounds()],
            area_source=entry.source(),
            at=timezone.now(),
        )
    except StaleEdit as stale:
        entry.form.show_stale(stale)
    except ChangeRefused as refusal:
        entry.form.add_error(None, str(refusal))
    return None


def _form(request: StaffRequest, entry: PlanEntry, consultation: Consultation | None = None) -> HttpResponse:
    context = {
        "form": entry.form,
        "found": entry.found,
        "file_refused": entry.refused,
        "file_endings": ",".join(ENDINGS),
        "consultation": consultation,
        "neighbours": neighbours_of(request.user, request.municipality, consultation),
        "kept_rounds": with_areas(consultation, list(consultation.periods.all())) if consultation else [],
        "step": "edit",
    }
    failed = entry.refused or (entry.is_saving and entry.form.errors)
    return render(request, "consultations/desk_form.html", context, status=422 if failed else 200)


@staff_act(*PLANNERS)
def check_shape(request: StaffRequest) -> HttpResponse:
    """Say how large a drawing is and what is wrong with it; stores nothing."""
    return answer_drawn(request, allowed=ConsultationForm.drawn_types)


@staff_page(*PLANNERS)
def preview(request: StaffRequest, public_id: str) -> HttpResponse:
    """Exactly the public page, with a bar that says that it is none."""
    consultation = find(request, public_id)
    consultation.papers = [paper for paper in consultation.papers if paper.is_published and not paper.replaced_at]
    context = {**page_of(consultation, internal=True), "preview": True}
    return render(request, "consultations/detail.html", context)
