"""Statements that say the same: suggested by text and place, grouped by a person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from apps.accounts.access import staff_form
from apps.accounts.requests import StaffRequest
from apps.consultations.models import Consultation
from apps.geo.form_fields import CleanCharField
from apps.geo.refusals import said_at
from apps.geo.untrusted import whole_number
from apps.statements.codes import MASS_PERSONS, STAFF
from apps.statements.desk.reading import find_consultation, statements_of
from apps.statements.models import Group
from apps.statements.services import weighing
from apps.statements.similar import suggest_groups, ungrouped


class GroupForm(forms.Form):
    """A name for a group and the numbers of its statements."""

    title = CleanCharField(label=lazy("Bezeichnung"), max_length=200)
    numbers = CleanCharField(
        label=lazy("Nummern der Stellungnahmen"), max_length=12_000, help_text=lazy("Zum Beispiel: 3, 7, 12–40")
    )

    def clean_numbers(self) -> list[int]:
        found: set[int] = set()
        for part in self.cleaned_data["numbers"].replace("–", "-").split(","):
            ends = [piece.strip() for piece in part.partition("-")]
            first, last = (whole_number(end, most=999_999) for end in (ends[0], ends[2] or ends[0]))
            if first is None or last is None:
                raise forms.ValidationError(_("„%(part)s“ ist keine Nummer.") % {"part": part.strip()[:20]})
            if last - first > 20_000:
                raise forms.ValidationError(_("Das sind zu viele Nummern auf einmal."))
            found.update(range(first, last + 1))
        return sorted(found)


@staff_form(*STAFF)
def groups(request: StaffRequest, public_id: str) -> HttpResponse:
    """The groups that there are, what could be one, and a form for the next."""
    consultation = find_consultation(request, public_id)
    form = GroupForm(
        request.POST if "title" in request.POST else None, initial={"numbers": request.POST.get("take", "")[:12_000]}
    )
    if request.method == "POST" and "take" not in request.POST:
        if "dissolve" in request.POST:
            key = whole_number(request.POST["dissolve"])
            weighing.dissolve_group(group=get_object_or_404(consultation.statement_groups, pk=key), actor=request.user)
            return redirect("statements:desk_groups", public_id)
        if form.is_valid():
            with said_at(form, "numbers"):
                weighing.group_statements(consultation=consultation, actor=request.user, **form.cleaned_data)
                messages.success(request, _("Die Gruppe ist angelegt."))
                return redirect("statements:desk_groups", public_id)
    there: list[Any] = list(
        consultation.statement_groups.annotate(
            persons=Count("statements", filter=Q(statements__withdrawn_at=None))
        ).prefetch_related("statements")
    )
    for group in there:
        group.mass = Group.is_mass(group.persons)
    context = {
        "consultation": consultation,
        "groups": there,
        "form": form,
        "suggested": _suggestions(consultation),
        "threshold": MASS_PERSONS,
        "count": statements_of(request, consultation).counted().count(),
        "step": "groups",
    }
    return render(request, "statements/desk/groups.html", context, status=422 if form.errors else 200)


def _suggestions(consultation: Consultation) -> list[dict[str, object]]:
    """Return the first twenty: numbers, how many, whether more than fifty, and the words of one of them."""
    found = ungrouped(suggest_groups(consultation), consultation)[:20]
    firsts = [numbers[0] for numbers in found]
    words = dict(consultation.statements.filter(number__in=firsts).values_list("number", "text"))
    return [
        {
            "numbers": ", ".join(map(str, numbers)),
            "count": len(numbers),
            "mass": Group.is_mass(len(numbers)),
            "sample": words.get(numbers[0], ""),
        }
        for numbers in found
    ]
