"""The rounds of a consultation, all in one form, with the calculation of each in sentences."""

import dataclasses
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.consultations import services
from apps.consultations.desk.period_forms import PeriodFormSet, calculation_of_row, with_calculated_ends
from apps.consultations.desk.reading import find
from apps.consultations.periods.sentences import sentences
from apps.consultations.querysets import PLANNERS
from apps.consultations.services import PeriodValues
from apps.geo.editing import ChangeRefused, StaleEdit, posted_version

_NAMES = [field.name for field in dataclasses.fields(PeriodValues)]


@staff_form(*PLANNERS)
def periods(request: StaffRequest, public_id: str) -> HttpResponse:
    """Enter rounds; "Frist berechnen" fills in the last days and stores nothing."""
    consultation = find(request, public_id)
    town_key = consultation.municipality.key
    stored = [{name: getattr(period, name) for name in _NAMES} for period in consultation.periods.all()]
    data: Any = request.POST or None
    calculating = "calculate" in request.POST
    forms: Any = PeriodFormSet(data, initial=stored, prefix="p")
    if calculating and data is not None:
        forms.is_valid()
        data = with_calculated_ends(data, forms.forms if forms.management_form.is_valid() else [], town_key)
        forms = PeriodFormSet(data, initial=stored, prefix="p")
    refused, version = "", request.POST.get("version", str(consultation.version))
    if request.method == "POST" and not calculating and forms.is_valid():
        try:
            services.set_periods(
                consultation=consultation,
                actor=request.user,
                version=posted_version(request),
                periods=[period for form in forms if (period := form.period())],
                at=timezone.now(),
            )
        except StaleEdit as stale:
            refused, version = str(stale), str(stale.current.version)
        except ChangeRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Die Fristen sind gespeichert."))
            return redirect("consultations:desk_periods", public_id)
    failed = refused or (forms.is_bound and not forms.is_valid())
    for form in forms:
        facts = getattr(form, "cleaned_data", {}) if form.is_bound else form.initial
        found = calculation_of_row(facts, town_key)
        form.sentences = sentences(found) if found else []
    context = {
        "consultation": consultation,
        "forms": forms,
        "refused": refused,
        "version": version,
        "step": "periods",
    }
    return render(request, "consultations/desk_periods.html", context, status=422 if failed else 200)
