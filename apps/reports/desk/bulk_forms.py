"""What staff fill in for many reports at once."""

from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.departments.forms import ChosenByCode
from apps.departments.models import Department
from apps.geo.form_fields import Data, FormOptions, row_field
from apps.places.models import Municipality
from apps.reports.forms import CleanCharField
from apps.reports.models import DESCRIPTION_LIMIT
from apps.reports.services import bulk_plan
from apps.reports.services.bulk_plan import Change
from apps.reports.transitions import Status


class BulkForm(forms.Form):
    """Base: ``change()`` is what was asked for, once the form is valid."""

    action = ""

    def __init__(self, municipality: Municipality, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.municipality = municipality

    def change(self) -> Change:
        raise NotImplementedError


class BulkStatusForm(BulkForm):
    """The new status of all, with words for the public."""

    action = bulk_plan.STATUS
    #: New ones come from outside; a duplicate needs the report that it repeats.
    OFFERED = [choice for choice in Status.choices if choice[0] not in ("submitted", "duplicate")]

    status = forms.ChoiceField(
        label=_("Neuer Stand"),
        choices=[("", _("Bitte wählen")), *OFFERED],
    )
    note = CleanCharField(
        label=_("Öffentlicher Hinweis dazu"),
        max_length=DESCRIPTION_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Lesen alle meldenden Personen und, nach der Veröffentlichung, alle."),
    )

    def change(self) -> Change:
        return Change(self.action, self.cleaned_data["status"], self.cleaned_data["note"])


class BulkAssignForm(BulkForm):
    """The person who works on all of them."""

    action = bulk_plan.ASSIGN
    person = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, empty_label=_("niemand")
    )

    def __init__(self, municipality: Municipality, *args: Any, **kwargs: Any) -> None:
        super().__init__(municipality, *args, **kwargs)
        at_a_desk = User.objects.filter(is_active=True, memberships__department__municipality=municipality)
        row_field(self, "person").queryset = at_a_desk.distinct().order_by("name", "pk")

    def change(self) -> Change:
        return Change(self.action, self.cleaned_data["person"])


class BulkPassOnForm(BulkForm):
    """Another department of the town or a body outside, which is told report by report, with all that it needs."""

    action = bulk_plan.PASS_ON
    department = ChosenByCode(Department, _("Weitergeben an"))
    reason = CleanCharField(label=_("Warum?"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, municipality: Municipality, *args: Any, **kwargs: Any) -> None:
        super().__init__(municipality, *args, **kwargs)
        field = row_field(self, "department")
        field.queryset = Department.objects.active().filter(municipality=municipality).select_related("organisation")
        desks = list(field.queryset)
        field.choices = [
            ("", field.empty_label),
            *(
                (title, [(desk.code, desk.name) for desk in desks if desk.organisation.is_external is is_external])
                for title, is_external in ((_("In der Stadt"), False), (_("Außerhalb der Stadtverwaltung"), True))
            ),
        ]

    def change(self) -> Change:
        return Change(self.action, self.cleaned_data["department"], self.cleaned_data["reason"])


class BulkAnswerForm(BulkForm):
    """One public answer for all; it replaces an earlier one."""

    action = bulk_plan.ANSWER
    text = CleanCharField(
        label=_("Öffentliche Antwort"), max_length=DESCRIPTION_LIMIT, widget=forms.Textarea(attrs={"rows": 5})
    )

    def change(self) -> Change:
        return Change(self.action, self.cleaned_data["text"])


FORMS: dict[str, type[BulkForm]] = {
    form.action: form for form in (BulkStatusForm, BulkAssignForm, BulkAnswerForm, BulkPassOnForm)
}
