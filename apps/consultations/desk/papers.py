"""The documents of a consultation."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form, staff_page
from apps.accounts.models import User
from apps.accounts.requests import StaffRequest
from apps.consultations import services
from apps.consultations.desk.forms import DocumentForm, UploadForm
from apps.consultations.desk.reading import find
from apps.consultations.models import Document, PlanSheet
from apps.consultations.querysets import PLANNERS
from apps.consultations.shown_sheets import document_url
from apps.consultations.views import send_document
from apps.geo.refusals import said_at


@staff_form(*PLANNERS)
def papers(request: StaffRequest, public_id: str) -> HttpResponse:
    """The documents of a consultation and the form for the next one."""
    consultation = find(request, public_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with said_at(form, "file"):
            services.add_document(
                consultation=consultation,
                actor=request.user,
                upload=data["file"],
                title=data["title"],
                kind=data["kind"],
                is_published=data["is_published"],
                includes_environmental_report=data["includes_environmental_report"],
            )
            messages.success(request, _("„%(title)s“ ist gespeichert.") % {"title": data["title"]})
            return redirect("consultations:desk_papers", public_id)
    papers = consultation.papers
    for paper in papers:
        paper.url = document_url(consultation, paper, internal=True)
    context = {"consultation": consultation, "papers": papers, "form": form, "step": "papers"}
    return render(request, "consultations/desk_papers.html", context, status=422 if form.errors else 200)


@staff_form(*PLANNERS)
def edit_paper(request: StaffRequest, public_id: str, document_id: str) -> HttpResponse:
    """The facts of one document, and its next version."""
    consultation = find(request, public_id)
    paper = get_object_or_404(consultation.documents.current().select_related("sheet"), public_id=document_id)
    sheet = getattr(paper, "sheet", None)
    names = ("title", "kind", "position", "is_published", "includes_environmental_report")
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        initial={name: getattr(paper, name) for name in names},
        is_sheet=sheet is not None,
    )
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in names}
        with said_at(form, "file"):
            _store(paper, sheet, request.user, values, form.cleaned_data["file"])
            messages.success(request, _("„%(title)s“ ist gespeichert.") % {"title": values["title"]})
            return redirect("consultations:desk_papers", public_id)
    context = {"consultation": consultation, "paper": paper, "sheet": sheet, "form": form, "step": "papers"}
    return render(request, "consultations/desk_paper.html", context, status=422 if form.errors else 200)


def _store(
    paper: Document, sheet: PlanSheet | None, actor: User, values: dict[str, object], upload: UploadedFile | None
) -> None:
    if upload and sheet:
        # The new version takes its values from the old one: first the drawing, which may be refused.
        paper = services.replace_sheet(sheet=sheet, actor=actor, upload=upload).document
        upload = None
    if upload:
        services.check_pdf(upload)
    changed = services.change_document(document=paper, actor=actor, values=values)
    if upload:
        services.replace_document(document=changed, actor=actor, upload=upload)


@staff_page(*PLANNERS)
def open_paper(request: StaffRequest, public_id: str, document_id: str, drawing: str = "pdf") -> Any:
    """Any document of the consultation, replaced and unpublished ones included."""
    papers = find(request, public_id).documents
    paper = get_object_or_404(papers, public_id=document_id, file__endswith=f".{drawing}")
    return send_document(paper, save=False)
