"""The fields of a form by what they are (``form.fields[name]`` alone promises only a ``Field``), and one for text."""

from typing import cast

from django import forms

from apps.geo.untrusted import InputRefused, clean_text


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """Return a field with ``choices``."""
    return cast(forms.ChoiceField, form.fields[name])


def row_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """Return a field with a ``queryset``."""
    return cast(forms.ModelChoiceField, form.fields[name])


def one_of_several(field: forms.Field, value: bool = True) -> None:
    """Say that nobody has to fill in this very field, and that "(freiwillig)" behind it would mislead all the same."""
    vars(field)["one_of_several"] = value


class CleanCharField(forms.CharField):
    """Text from outside without control characters; NUL and lone surrogates are refused with a sentence."""

    def to_python(self, value: object) -> str:
        try:
            return super().to_python(clean_text(value) if isinstance(value, str) else value) or ""
        except InputRefused as error:
            raise forms.ValidationError(str(error)) from error
