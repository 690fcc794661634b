"""Reply templates: administrators write them, the work page offers those that fit a report."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.models import Role
from apps.accounts.requests import StaffRequest
from apps.geo.refusals import said_at
from apps.places.models import Municipality
from apps.places.requests import TownRequest
from apps.reports import services
from apps.reports.desk.case_forms import TemplateForm
from apps.reports.models import ReplyTemplate, Report
from apps.reports.placeholders import PLACEHOLDERS, fill
from apps.reports.transitions import Status, next_statuses


def fitting_templates(report: Report) -> list[ReplyTemplate]:
    """Return the templates for a report's category and its present or next status; the particular ones first."""
    statuses = ["", report.status, *next_statuses(report.status)]
    found = ReplyTemplate.objects.filter(
        Q(category=None) | Q(category=report.category_id), municipality=report.municipality_id, status__in=statuses
    )
    return sorted(found, key=lambda t: (t.category_id is None, t.status == "", t.title.lower()))


def with_template(report: Report, typed: str, key: str) -> str:
    """Return what was typed with a template's words behind it; nothing typed is ever lost. Unknown keys add nothing."""
    chosen = next((t for t in fitting_templates(report) if str(t.pk) == key), None)
    if chosen is None:
        return typed
    words = fill(chosen.text, report)
    return f"{typed.rstrip()}\n\n{words}" if typed.strip() else words


@staff_page(Role.Code.ADMINISTRATOR)
def templates(request: StaffRequest) -> HttpResponse:
    """List the templates of the town."""
    listed = ReplyTemplate.objects.filter(municipality=request.municipality).select_related("category")
    for template in listed:
        template.status_word = dict(Status.choices).get(template.status, "")  # type: ignore[attr-defined]
    return render(request, "reports/desk/templates.html", {"templates": listed})


@staff_form(Role.Code.ADMINISTRATOR)
def template_new(request: StaffRequest) -> HttpResponse:
    """Write a new template."""
    return _edit(request, None)


@staff_form(Role.Code.ADMINISTRATOR)
def template_edit(request: StaffRequest, template_id: int) -> HttpResponse:
    """Change a template."""
    return _edit(request, _template(request, template_id))


@staff_act(Role.Code.ADMINISTRATOR)
def template_delete(request: StaffRequest, template_id: int) -> HttpResponse:
    """Remove a template; what was written with it stays."""
    template = _template(request, template_id)
    services.delete_template(template=template)
    messages.success(request, _("Die Vorlage „%(title)s“ ist gelöscht.") % {"title": template.title})
    return redirect("reports:desk_templates")


def _template(request: TownRequest, template_id: int) -> ReplyTemplate:
    return get_object_or_404(ReplyTemplate, municipality=request.municipality, pk=template_id)


def _edit(request: TownRequest, template: ReplyTemplate | None) -> HttpResponse:
    town: Municipality = request.municipality
    form = TemplateForm(town, request.POST if request.method == "POST" else None, template=template)
    if form.is_bound and form.is_valid():
        with said_at(form, "title"):
            saved = services.save_template(municipality=town, template=template, **form.cleaned_data)
            messages.success(request, _("Die Vorlage „%(title)s“ ist gespeichert.") % {"title": saved.title})
            return redirect("reports:desk_templates")
    context = {"form": form, "template": template, "placeholders": PLACEHOLDERS.items()}
    return render(request, "reports/desk/template.html", context, status=400 if form.errors else 200)
