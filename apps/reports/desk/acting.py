"""What changes a report: one address per change, all through ``services``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from apps.accounts.access import staff_act
from apps.accounts.requests import StaffRequest
from apps.geo.editing import ChangeRefused
from apps.geo.untrusted import whole_number
from apps.reports import services
from apps.reports.changes import StaleEdit
from apps.reports.desk import case_forms
from apps.reports.desk import forms as desk_forms
from apps.reports.desk.conflicts import changes_since, compare
from apps.reports.desk.reading import readable_report
from apps.reports.desk.templates import with_template
from apps.reports.desk.work import work_page
from apps.reports.models import DESCRIPTION_LIMIT, Report
from apps.reports.permissions import rights


@dataclass(frozen=True)
class Action:
    """One change at the desk: its form, the right it needs, the service, and what is said afterwards."""

    form: Callable[..., forms.Form]
    right: str
    service: Callable[..., object]
    done: Promise


ACTIONS = {
    "stand": Action(
        desk_forms.StatusForm, "handle", services.change_status, gettext_lazy("Der neue Stand ist gespeichert.")
    ),
    "zuweisen": Action(
        case_forms.AssignForm, "assign", services.assign, gettext_lazy("Gespeichert, wer das bearbeitet.")
    ),
    "frage": Action(case_forms.QuestionForm, "handle", services.ask_citizen, gettext_lazy("Die Frage ist gestellt.")),
    "weitergeben": Action(
        desk_forms.ReassignForm, "assign", services.reassign, gettext_lazy("Die Meldung ist weitergegeben.")
    ),
    "kategorie": Action(
        desk_forms.CategoryForm, "handle", services.reroute, gettext_lazy("Kategorie und Zuständigkeit sind neu.")
    ),
    "notiz": Action(desk_forms.NoteForm, "handle", services.add_note, gettext_lazy("Die Notiz ist gespeichert.")),
    "antwort": Action(
        desk_forms.AnswerForm, "handle", services.set_public_answer, gettext_lazy("Die Antwort ist gespeichert.")
    ),
    "veroeffentlichen": Action(
        desk_forms.ReleaseForm, "publish", services.release, gettext_lazy("Die Meldung ist veröffentlicht.")
    ),
    "verbergen": Action(
        desk_forms.HideForm, "publish", services.hide, gettext_lazy("Die Meldung ist nicht öffentlich.")
    ),
}


@staff_act()
def act(request: StaffRequest, public_id: str, action: str) -> HttpResponse:
    """Make one change. A refused form comes back on the work page with everything that was typed."""
    if action not in ACTIONS:
        raise Http404
    asked = ACTIONS[action]
    report = readable_report(request, public_id)
    if not getattr(rights(request.user, report), asked.right):
        raise PermissionDenied
    if "insert" in request.POST:
        return work_page(request, report, opened=(action, _with_words(asked.form, report, request)))
    form = asked.form(report, request.POST)
    if not form.is_valid():
        return work_page(request, report, refused=(action, form), status=400)
    data = dict(form.cleaned_data)
    if "key" in data:
        data["idempotency_key"] = data.pop("key")
    try:
        asked.service(report=report, actor=request.user, **data)
    except StaleEdit as refusal:
        return _stale(request, public_id, action, refusal)
    except ChangeRefused as refusal:
        form.add_error(None, str(refusal))
        return work_page(request, report, refused=(action, form), status=400)
    messages.success(request, str(asked.done))
    # The change may have moved the report out of the person's sight.
    if not Report.objects.visible_to(request.user).filter(pk=report.pk).exists():
        return redirect("reports:inbox")
    return redirect("reports:work", public_id=public_id)


def _stale(request: StaffRequest, public_id: str, action: str, refusal: StaleEdit) -> HttpResponse:
    """Show both versions side by side: what was typed, what is there now, and who changed it when.

    The form below them is made from the new version, so that sending it again applies it anew.
    """
    report = readable_report(request, public_id)
    asked = ACTIONS[action]
    if not getattr(rights(request.user, report), asked.right):
        raise PermissionDenied
    seen = whole_number(request.POST.get("version"))
    form: Any = asked.form(report, {**request.POST.dict(), "version": report.version})
    form.add_error(None, str(refusal))
    meanwhile = changes_since(report, report.version - 1 if seen is None else seen)
    return work_page(request, report, refused=(action, form), stale=compare(form, meanwhile), status=409)


def _with_words(form: Callable[..., forms.Form], report: Report, request: HttpRequest) -> forms.Form:
    """Return the form with what was typed and a template's words behind it, not yet checked and not yet sent."""
    typed = request.POST.dict()
    field = getattr(form, "words", "")
    if field:
        typed[field] = with_template(report, typed.get(field, "")[:DESCRIPTION_LIMIT], typed.get("template", ""))
    return form(report, initial=typed)
