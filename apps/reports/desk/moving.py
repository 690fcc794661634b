"""The pin of a report put right; the rules decide anew who answers there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.geo.degrees import to_degrees
from apps.geo.editing import ChangeRefused
from apps.reports import services
from apps.reports.changes import StaleEdit
from apps.reports.desk.case_forms import PlaceForm
from apps.reports.desk.conflicts import changes_since, compare
from apps.reports.desk.reading import readable_report
from apps.reports.models import Report
from apps.reports.permissions import rights


@staff_form()
def place(request: StaffRequest, public_id: str) -> HttpResponse:
    """Show where a report lies and take a better place for it."""
    report = readable_report(request, public_id)
    if not rights(request.user, report).handle:
        raise PermissionDenied
    if request.method != "POST":
        here = to_degrees(report.point)
        form = PlaceForm(report, initial={"lon": f"{here.x:.6f}", "lat": f"{here.y:.6f}"})
        return _page(request, report, form)
    form = PlaceForm(report, request.POST)
    if not form.is_valid():
        return _page(request, report, form, status=400)
    before = report.executor_id
    try:
        moved = services.move_report(report=report, actor=request.user, **form.cleaned_data)
    except StaleEdit as refusal:
        report = readable_report(request, public_id)
        seen = form.cleaned_data["version"]
        form = PlaceForm(report, {**request.POST.dict(), "version": report.version})
        form.add_error(None, str(refusal))
        return _page(request, report, form, stale=compare(form, changes_since(report, seen)), status=409)
    except ChangeRefused as refusal:
        form.add_error("address", str(refusal))
        return _page(request, report, form, status=400)
    told = _("Der Ort ist geändert.")
    if moved.executor_id != before:
        told += " " + _("Zuständig ist jetzt: %(name)s.") % {"name": moved.executor.name}
    messages.success(request, told)
    if not Report.objects.visible_to(request.user).filter(pk=report.pk).exists():
        return redirect("reports:inbox")
    return redirect("reports:work", public_id=public_id)


def _page(
    request: HttpRequest, report: Report, form: PlaceForm, *, status: int = 200, **context: object
) -> HttpResponse:
    context |= {"report": report, "form": form}
    return render(request, "reports/desk/place.html", context, status=status)
