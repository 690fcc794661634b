"""The town's list of bodies to ask, and whom a round has asked."""

import datetime as dt
from typing import Any, Unpack

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.consultations.models import Consultation, ParticipationPeriod
from apps.consultations.phases import Kind, kind_of
from apps.geo.edit_forms import EditForm
from apps.geo.form_fields import Data, DayField, FormOptions, row_field
from apps.geo.refusals import said_at
from apps.statements.codes import STAFF
from apps.statements.desk.reading import find_consultation
from apps.statements.models import Authority, Invitation
from apps.statements.services.authorities import add_authority, change_authority, invite_authorities


class AuthorityForm(EditForm):
    """A body of the list."""

    class Meta:
        model = Authority
        fields = ("name", "remit", "email", "postal_address", "is_active")
        widgets = {"postal_address": forms.Textarea(attrs={"rows": 3})}


class BodiesField(forms.ModelMultipleChoiceField):
    """Bodies of the list; ``asked`` are keys of those that some round of this consultation has asked."""

    asked: frozenset[int] | set[int] = frozenset()

    def label_from_instance(self, obj: Any) -> str:
        return _("%(name)s (schon gefragt)") % {"name": obj} if obj.pk in self.asked else str(obj)


class InviteForm(forms.Form):
    """Whom to ask in which round, until when."""

    period = forms.ModelChoiceField(label=lazy("Runde"), queryset=ParticipationPeriod.objects.none(), empty_label=None)
    answers_until = DayField(
        label=lazy("Letzter Tag für die Stellungnahme"),
        help_text=lazy("Nach § 4 Abs. 2 BauGB ein Monat, mindestens 30 Tage."),
    )
    authorities = BodiesField(
        label=lazy("Wen fragen wir?"), queryset=Authority.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, consultation: Consultation, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        if kind_of(consultation) == Kind.INFORMAL:
            self.fields["answers_until"].help_text = ""
        invited = Invitation.objects.filter(period__consultation=consultation)
        vars(self.fields["authorities"])["asked"] = set(invited.values_list("authority", flat=True))
        row_field(self, "period").queryset = consultation.periods.order_by("-ends_at")
        listed = Authority.objects.filter(municipality=consultation.municipality_id, is_active=True)
        row_field(self, "authorities").queryset = listed


@staff_form(*STAFF)
def authorities(request: StaffRequest) -> HttpResponse:
    """The list, and the form for another body."""
    form = AuthorityForm(request.POST or None, initial={"is_active": True})
    if request.method == "POST" and form.is_valid():
        with said_at(form, "name"):
            add_authority(municipality=request.municipality, values=form.values())
            messages.success(request, _("Die Stelle steht jetzt in der Liste."))
            return redirect("statements:desk_authorities")
    rows = Authority.objects.filter(municipality=request.municipality)
    context = {"authorities": rows, "form": form}
    return render(request, "statements/desk/authorities.html", context, status=422 if form.errors else 200)


@staff_form(*STAFF)
def authority(request: StaffRequest, authority_id: int) -> HttpResponse:
    """Change a body."""
    found = get_object_or_404(Authority, municipality=request.municipality, pk=authority_id)
    form = AuthorityForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with said_at(form, "name"):
            change_authority(authority=found, version=form.cleaned_data["version"], values=form.values())
            messages.success(request, _("Gespeichert."))
            return redirect("statements:desk_authorities")
    context = {"authority": found, "form": form}
    return render(request, "statements/desk/authority.html", context, status=422 if form.errors else 200)


@staff_form(*STAFF)
def invitations(request: StaffRequest, public_id: str) -> HttpResponse:
    """Who was asked and has answered, and the form to ask more."""
    consultation = find_consultation(request, public_id)
    ends = (period.authorities_ends_on or period.ends_on for period in consultation.periods.all())
    first = {"answers_until": max(*ends, timezone.localdate() + dt.timedelta(days=30), dt.date.min)}
    form = InviteForm(consultation, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with said_at(form, "answers_until"):
            made = invite_authorities(**form.cleaned_data)
            messages.success(request, _("%(n)d Stellen sind eingeladen.") % {"n": len(made)})
            return redirect("statements:desk_invitations", public_id)
    rows = Invitation.objects.filter(period__consultation=consultation).select_related(
        "authority", "period", "statement"
    )
    context = {
        "consultation": consultation,
        "form": form,
        "invitations": rows.order_by("period__starts_on", "authority__name"),
        "today": timezone.localdate(),
        "step": "invitations",
    }
    return render(request, "statements/desk/invitations.html", context, status=422 if form.errors else 200)
