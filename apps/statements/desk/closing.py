"""The end of a procedure: results told and published, the file handed over, the neighbourhood written to."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from apps.accounts.access import staff_act, staff_form, staff_page
from apps.accounts.requests import StaffRequest
from apps.consultations.phases import Kind, kind_of
from apps.geo.editing import ChangeRefused
from apps.geo.form_fields import CleanCharField, DayField
from apps.geo.refusals import said_at
from apps.statements.codes import STAFF
from apps.statements.desk.reading import find_consultation
from apps.statements.models import Export, Mailing, ProcedureFile, Result
from apps.statements.services import neighbours, results, retention
from apps.statements.services.exports import order_export


class HandoverForm(forms.Form):
    """That the file was handed over."""

    on = DayField(label=lazy("Übergeben am"))
    to = CleanCharField(label=lazy("Übergeben an"), max_length=200)


@staff_form(*STAFF)
def closing(request: StaffRequest, public_id: str) -> HttpResponse:
    """Tell, publish, hand over."""
    consultation = find_consultation(request, public_id)
    wish = request.POST.get("do", "")
    form = HandoverForm(request.POST if wish == "handover" else None, initial={"on": timezone.localdate()})
    if request.method == "POST":
        try:
            if wish == "tell":
                ways = results.tell_results(consultation=consultation)
                messages.success(request, _("%(n)d Absender haben ihr Ergebnis.") % {"n": ways.total()})
            elif wish == "publish":
                results.publish_results(consultation=consultation)
                messages.success(request, _("Das Ergebnis ist veröffentlicht."))
            elif wish == "hide":
                results.hide_results(consultation=consultation)
                messages.success(request, _("Das Ergebnis ist nicht mehr öffentlich."))
            elif form.is_valid():
                retention.acknowledge_handover(
                    consultation=consultation, actor=request.user, today=timezone.localdate(), **form.cleaned_data
                )
                messages.success(request, _("Die Übergabe ist eingetragen."))
        except ChangeRefused as refusal:
            if wish == "handover":
                form.add_error("on", str(refusal))
            else:
                messages.error(request, str(refusal))
        if not form.errors:
            return redirect("statements:desk_closing", public_id)
    told = Result.objects.filter(statement__consultation=consultation)
    context = {
        "consultation": consultation,
        "form": form,
        "file": ProcedureFile.objects.filter(consultation=consultation).first(),
        "ready": len(results.decided(consultation)),
        "told": [(way.label, told.filter(way=way).count()) for way in Result.Way],
        "letters": told.filter(way=Result.Way.LETTER).exists(),
        "basis": " (§ 3 Abs. 2 Satz 6 BauGB)" if kind_of(consultation) == Kind.FORMAL else "",
        "all": consultation.statements.counted().count(),
        "step": "closing",
    }
    return render(request, "statements/desk/closing.html", context, status=422 if form.errors else 200)


class MailingForm(forms.Form):
    """How far around, and what to write."""

    basis = forms.ChoiceField(
        label=lazy("Gesucht wird nach"),
        choices=Mailing.Basis.choices,
        initial=Mailing.Basis.ADDRESSES,
        widget=forms.RadioSelect,
        help_text=lazy(
            "Flurstücke ergeben eine Liste mit Kennzeichen und Fläche; Briefe gehen an die Adressen, die darin liegen."
        ),
    )
    buffer_m = forms.IntegerField(
        label=lazy("Umkreis in Metern"), min_value=0, max_value=neighbours.MAX_BUFFER_M, initial=100
    )
    text = CleanCharField(label=lazy("Text des Briefes"), max_length=5000, widget=forms.Textarea(attrs={"rows": 8}))


class SentForm(forms.Form):
    """That letters left the house."""

    on = DayField(label=lazy("Versandt am"))
    how = CleanCharField(label=lazy("Wie"), max_length=200, help_text=lazy("Zum Beispiel: Einwurf durch den Bauhof"))


@staff_form(*STAFF)
def mailings(request: StaffRequest, public_id: str) -> HttpResponse:
    """Letters to the neighbourhood: freeze the addresses, fetch list and letters, write down that they were sent."""
    consultation = find_consultation(request, public_id)
    wish = request.POST.get("sent", "")
    form = MailingForm(request.POST if request.method == "POST" and not wish else None)
    sent = SentForm(request.POST if wish else None, initial={"on": timezone.localdate()})
    chosen = form if not wish else sent
    if request.method == "POST" and chosen.is_valid():
        with said_at(chosen, None):
            if wish:
                mailing = get_object_or_404(consultation.mailings, public_id=wish[:12])
                neighbours.record_sent(mailing=mailing, today=timezone.localdate(), **sent.cleaned_data)
            else:
                neighbours.make_mailing(consultation=consultation, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Gespeichert."))
            return redirect("statements:desk_mailings", public_id)
    context = {
        "consultation": consultation,
        "form": form,
        "sent": sent,
        "mailings": consultation.mailings.select_related("made_by"),
        "step": "mailings",
    }
    return render(request, "statements/desk/mailings.html", context, status=422 if chosen.errors else 200)


@staff_act(*STAFF)
def order_letters(request: StaffRequest, public_id: str) -> HttpResponse:
    """Order letters as one PDF: to the neighbourhood (``mailing``), or the results of those who get them by post."""
    consultation = find_consultation(request, public_id)
    mailing = None
    if wish := request.POST.get("mailing", "")[:12]:
        mailing = get_object_or_404(consultation.mailings, public_id=wish)
    content = Export.Content.MAILING if mailing else Export.Content.RESULTS
    order_export(consultation=consultation, actor=request.user, ending="pdf", content=content, mailing=mailing)
    return redirect("statements:desk_exports", public_id)


@staff_page(*STAFF)
def mailing_list(request: StaffRequest, public_id: str, mailing_id: str) -> Any:
    """The addresses as XLSX, for mail merge."""
    from apps.statements.export.letters import write_mailing_sheet  # with what writes tables and pages

    found = get_object_or_404(find_consultation(request, public_id).mailings, public_id=mailing_id)
    with tempfile.TemporaryDirectory() as parts:
        path = Path(parts) / "liste.xlsx"
        write_mailing_sheet(found, path)
        file = path.open("rb")  # stays readable when its name is gone
    return FileResponse(file, as_attachment=True, filename=f"nachbarschaft-{found.public_id}.xlsx")
