"""One report to work on: everything that the reader may know, and the forms that they may use."""

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render

from apps.accounts.access import staff_page
from apps.accounts.requests import StaffRequest
from apps.reports.about import find_about
from apps.reports.answered import told_inside
from apps.reports.corrections import word_changes
from apps.reports.desk import case_forms
from apps.reports.desk import forms as desk_forms
from apps.reports.desk.conflicts import Conflict
from apps.reports.desk.explaining import explain
from apps.reports.desk.reading import readable_report
from apps.reports.desk.templates import fitting_templates
from apps.reports.duplicates import find_similar
from apps.reports.models import Report, ReportPhoto
from apps.reports.permissions import Rights, handled_by, rights
from apps.reports.timeline import desk_timeline
from apps.reports.transitions import EXPLAINED, Status
from apps.reports.wording import personal_data_in


@staff_page()
def work(request: StaffRequest, public_id: str) -> HttpResponse:
    """One report with everything that the reader may know about it, and the forms that they may use."""
    return work_page(request, readable_report(request, public_id))


def work_page(
    request: StaffRequest,
    report: Report,
    *,
    refused: tuple[str, BaseForm] | None = None,
    opened: tuple[str, BaseForm] | None = None,
    stale: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the work page. ``refused`` is the name of an action and its form with errors, ``opened`` one that is not
    finished, ``stale`` both versions of a change that came too late."""
    reader = request.user
    may = rights(reader, report)
    forms = _forms(report, may)
    if shown := refused or opened:
        forms[shown[0]] = shown[1]
    for name, form in forms.items():
        form.auto_id = f"{name}_%s"
    question = report.questions.select_related("asked__actor").filter(reply=None).first()
    context = {
        "report": report,
        "may": may,
        "photos": ReportPhoto.objects.visible_to(request.user).of_case(report),
        **_case(request, report, may),
        "forms": forms,
        "templates": fitting_templates(report) if may.handle else [],
        "refused": refused[1] if refused else None,
        "open_form": shown[0] if shown else "",
        "stale": stale,
        "question": None if report.is_closed else question,
        "timeline": desk_timeline(report),
        "explanation": explain(report),
        "answers": told_inside(report),
        "sees_rules": reader.has_role(report.municipality_id, "administrator"),
        "about": find_about(report.about_ref, report.municipality_id),
        "contact": getattr(report, "contact", None) if may.see_contact else None,
        "has_contact": hasattr(report, "contact"),
        "personal": personal_data_in(report.public_text if report.is_released else report.description),
        "corrections": word_changes(report.description, report.public_text) if report.is_corrected else [],
        "explained": EXPLAINED[Status(report.status)],
    }
    return render(request, "reports/desk/work.html", context, status=status)


def _case(request: StaffRequest, report: Report, may: Rights) -> dict[str, object]:
    """Return what belongs together with a report, and what may be the same thing."""
    merge = report.merges.filter(undone_at=None).select_related("main__category").first()
    merged = report.merged.filter(undone_at=None).select_related("duplicate")
    similar = []
    if merge is None and not report.is_closed:
        similar = find_similar(
            municipality=report.municipality_id,
            category=report.category,
            point=report.point,
            words=report.description,
            actor=request.user,
            leave_out=report.pk,
            at=report.created_at,
        )
    mine: set[str] = set()
    if similar and may.handle:
        same = Report.objects.filter(municipality=report.municipality_id, public_id__in=[s.public_id for s in similar])
        mine = set(same.filter(handled_by(request.user, report.municipality_id)).values_list("public_id", flat=True))
    return {"merge": merge, "merged": merged, "similar": similar, "may_merge_with": mine}


def _forms(report: Report, may: Rights) -> dict[str, BaseForm]:
    """Return the forms that somebody with these rights may use, by the name of their action."""
    forms: dict[str, BaseForm] = {}
    if may.handle:
        forms["stand"] = desk_forms.StatusForm(report)
        forms["frage"] = case_forms.QuestionForm(report)
        forms["kategorie"] = desk_forms.CategoryForm(report)
        forms["notiz"] = desk_forms.NoteForm(report)
        forms["antwort"] = desk_forms.AnswerForm(report)
    if may.assign:
        forms["zuweisen"] = case_forms.AssignForm(report)
        forms["weitergeben"] = desk_forms.ReassignForm(report)
    if may.publish:
        forms["veroeffentlichen"] = desk_forms.ReleaseForm(report)
        forms["verbergen"] = desk_forms.HideForm(report)
    return forms
