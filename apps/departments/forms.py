"""What administrators fill in, and the pin that they test the rules with."""

from typing import Any, Unpack

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import clean_line
from apps.accounts.models import User
from apps.departments.models import Category, Department, Organisation
from apps.departments.querysets import DepartmentQuerySet
from apps.geo.form_fields import Data, FormOptions, RowFormOptions, row_field
from apps.places.models import Municipality
from apps.places.pin import PinFormMixin


class ChosenByCode(forms.ModelChoiceField):
    """A category or a department by its code; which ones there are is said by the form's ``__init__``."""

    def __init__(self, model: type[Category | Department], label: Any) -> None:
        none, missing = model._default_manager.none(), _("Bitte wählen")
        super().__init__(queryset=none, label=label, to_field_name="code", empty_label=missing)


class TestPinForm(PinFormMixin):
    """A category and a place: who would answer?"""

    category = ChosenByCode(Category, _("Kategorie"))
    field_order: tuple[str, ...] = ("category", "address", "lon", "lat")

    def __init__(self, data: Data = None, *, municipality: Municipality, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.municipality = municipality
        row_field(self, "category").queryset = Category.objects.of_town(municipality.pk).for_picker()


class OrganisationForm(forms.ModelForm):
    """A body."""

    class Meta:
        model = Organisation
        fields = ("name", "code", "kind", "is_external")
        help_texts = {"code": _("Kleinbuchstaben, Ziffern und Bindestriche; lässt sich später nicht ändern.")}

    def __init__(self, data: Data = None, *, municipality: Municipality, **kwargs: Unpack[RowFormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.instance.municipality = municipality

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])

    def clean_code(self) -> str:
        return _free_code(Organisation.objects.all(), self.instance.municipality, self.cleaned_data["code"])


class DepartmentForm(forms.ModelForm):
    """A desk. ``code`` can be chosen once."""

    class Meta:
        model = Department
        fields = ("name", "code", "organisation", "email", "phone", "is_active")
        help_texts = {
            "code": _("Kleinbuchstaben, Ziffern und Bindestriche; lässt sich später nicht ändern."),
            "email": _("Hierhin gehen die Meldungen."),
        }

    def __init__(self, data: Data = None, *, municipality: Municipality, **kwargs: Unpack[RowFormOptions]) -> None:
        super().__init__(data, **kwargs)
        del self.fields["code" if self.instance.pk else "is_active"]
        self.instance.municipality = municipality
        row_field(self, "organisation").queryset = Organisation.objects.filter(municipality=municipality)

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])

    def clean_code(self) -> str:
        return _free_code(Department.objects.all(), self.instance.municipality, self.cleaned_data["code"])


class MembersForm(forms.Form):
    """Who works at a desk."""

    users = forms.ModelMultipleChoiceField(
        label=_("Personen"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_field(self, "users").queryset = (
            User.objects.filter(roles__municipality=department.municipality_id, is_active=True)
            .distinct()
            .order_by("name", "pk")
        )
        self.initial.setdefault("users", list(department.memberships.values_list("user_id", flat=True)))


def _free_code(rows: QuerySet[Organisation] | DepartmentQuerySet, municipality: Municipality, code: str) -> str:
    if rows.filter(municipality=municipality, code=code).exists():
        raise forms.ValidationError(_("Dieses Kürzel ist schon vergeben. Bitte wählen Sie ein anderes."))
    return code
