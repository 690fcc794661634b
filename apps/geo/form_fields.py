"""The fields of a form by what they are (``form.fields[name]`` alone promises only a ``Field``), and one for text."""

from collections.abc import Mapping
from typing import Any, TypeAlias, TypedDict, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.utils.datastructures import MultiValueDict

from apps.geo.untrusted import InputRefused, clean_text

#: What a browser sends, or another mapping of that shape.
Data: TypeAlias = Mapping[str, Any] | None
Files: TypeAlias = MultiValueDict[str, UploadedFile] | None


class FormOptions(TypedDict, total=False):
    """What a form of ours hands on to Django's beside the data."""

    auto_id: bool | str
    prefix: str | None
    initial: dict[str, Any] | None
    empty_permitted: bool
    use_required_attribute: bool | None


class RowFormOptions(FormOptions, total=False):
    """The same for a ``ModelForm``."""

    instance: Model | None


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """Return a field with ``choices``."""
    return cast(forms.ChoiceField, form.fields[name])


def row_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """Return a field with a ``queryset``."""
    return cast(forms.ModelChoiceField, form.fields[name])


def one_of_several(field: forms.Field, value: bool = True) -> None:
    """Say that nobody has to fill in this very field, and that "(freiwillig)" behind it would mislead all the same."""
    vars(field)["one_of_several"] = value


class DayInput(forms.DateInput):
    """A day as the browser's own calendar wants it, whatever the language of the page."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day, chosen from the browser's calendar."""

    widget = DayInput


class CleanTextMixin(forms.BaseForm):
    """Every text field loses control characters; what no keyboard makes is refused with a sentence."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(data.items()):
            if isinstance(value, str):
                try:
                    data[name] = clean_text(value).strip()
                except InputRefused as refusal:
                    self.add_error(name, str(refusal))
        return data


class CleanCharField(forms.CharField):
    """Text from outside without control characters; NUL and lone surrogates are refused with a sentence."""

    def to_python(self, value: object) -> str:
        try:
            return super().to_python(clean_text(value) if isinstance(value, str) else value) or ""
        except InputRefused as error:
            raise forms.ValidationError(str(error)) from error
