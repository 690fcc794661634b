"""The desk's page about citizens' accounts."""

from typing import Unpack

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.citizens import services
from apps.geo.form_fields import Data, RowFormOptions, one_of_several
from apps.places.models import Municipality


class SwitchForm(forms.ModelForm):
    """Whether people can make an account."""

    class Meta:
        model = Municipality
        fields = ("citizen_accounts",)

    def __init__(self, data: Data = None, **kwargs: Unpack[RowFormOptions]) -> None:
        super().__init__(data, **kwargs)
        one_of_several(self.fields["citizen_accounts"])  # a switch is not "voluntary"


@staff_form("administrator")
def citizen_accounts(request: StaffRequest) -> HttpResponse:
    """Switch citizens' accounts on or off."""
    form = SwitchForm(request.POST or None, instance=Municipality.objects.get(pk=request.municipality.pk))
    if request.method == "POST" and form.is_valid():
        services.switch_accounts(
            municipality=request.municipality, actor=request.user, is_open=form.cleaned_data["citizen_accounts"]
        )
        messages.success(request, _("Gespeichert."))
        return redirect("desk_citizen_accounts")
    return render(request, "citizens/desk.html", {"form": form}, status=422 if form.errors else 200)
