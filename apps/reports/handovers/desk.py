"""The desk's side of a handover: answer a question, send again what did not get through, and the list of it."""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import staff_act, staff_page
from apps.accounts.requests import StaffRequest
from apps.geo.refusals import said_above
from apps.outbox.models import Message
from apps.reports.desk.reading import readable_report, readable_reports
from apps.reports.forms import CleanCharField
from apps.reports.handovers.answering import answer_question
from apps.reports.handovers.undelivered import dismiss, send_again, tell_by_mail, undelivered_of, with_undelivered
from apps.reports.models import Event, Handover, Report
from apps.reports.permissions import rights

SHOWN = 200


class ReplyForm(forms.Form):
    """The desk's answer to a body's question."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = CleanCharField(
        label=gettext_lazy("Antwort an die Stelle"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Geht per E-Mail an die Stelle. Bitte keine Kontaktdaten der meldenden Person."),
    )


def panel_of(report: Report, *, may_handle: bool) -> dict[str, object]:
    """Return what the work page shows of a report's handovers and of what does not get through."""
    handovers = list(report.handovers.select_related("department", "message"))
    current = next((h for h in handovers if h.state in Handover.OPEN), None)
    question = None
    if current and current.state == Handover.State.ASKED:
        asked = report.events.filter(kind=Event.Kind.HANDOVER, data__step="asked")
        question = asked.order_by("-at", "-id").first()
    return {
        "report": report,
        "handovers": handovers,
        "current": current,
        "question": question,
        "reply_form": ReplyForm(auto_id="weitergabe_%s") if question and may_handle else None,
        "undelivered": undelivered_of(report),
        "may_handle": may_handle,
    }


@staff_page()
def undelivered(request: StaffRequest) -> HttpResponse:
    """List the reader's open reports about which something does not get through, with the reason."""
    found = with_undelivered(readable_reports(request), request.municipality).for_page().order_by("-changed_at", "-pk")
    rows = [{"report": report, "messages": undelivered_of(report)} for report in found[:SHOWN]]
    return render(request, "reports/handover/undelivered.html", {"rows": rows})


@staff_act()
def act_on_handover(request: StaffRequest, public_id: str) -> HttpResponse:
    """Answer a body's question (``action=answer``), or tell it by mail instead (``action=mail``)."""
    report = _handled(request, public_id)
    action = request.POST.get("action", "")
    if action not in ("answer", "mail"):
        raise Http404
    form = ReplyForm(request.POST)
    with said_above(request):
        if action == "mail":
            tell_by_mail(report=report, actor=request.user)
            messages.success(request, _("Die Stelle bekommt die Meldung jetzt per E-Mail."))
        elif form.is_valid():
            data = form.cleaned_data
            answer_question(report=report, text=data["text"], actor=request.user, idempotency_key=data["key"])
            messages.success(request, _("Die Antwort geht an die Stelle."))
        else:
            messages.error(request, " ".join(str(sentence) for errors in form.errors.values() for sentence in errors))
    return redirect("reports:work", public_id=public_id)


@staff_act()
def act_on_message(request: StaffRequest, public_id: str, message_id: int) -> HttpResponse:
    """Send a failed message again (``retry``), to another address (``readdress``), or drop it (``dismiss``)."""
    report = _handled(request, public_id)
    of_report = Message.objects.in_town(report.municipality_id).filter(reference=report.public_id)
    message = get_object_or_404(of_report, pk=message_id)
    action = request.POST.get("action", "")
    with said_above(request):
        if action == "dismiss":
            dismiss(message=message)
            messages.success(request, _("Die Nachricht steht nicht mehr auf der Liste."))
        elif action in ("retry", "readdress"):
            recipient = request.POST.get("recipient", "").strip()[:254] if action == "readdress" else ""
            send_again(report=report, message=message, actor=request.user, recipient=recipient)
            messages.success(request, _("Die Nachricht wird in den nächsten Sekunden noch einmal zugestellt."))
        else:
            raise Http404
    return redirect("reports:work", public_id=public_id)


def _handled(request: StaffRequest, public_id: str) -> Report:
    report = readable_report(request, public_id)
    if not rights(request.user, report).handle:
        raise PermissionDenied
    return report
