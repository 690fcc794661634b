"""How to reach the person behind a contribution: what a form asks, all of it free, and what a service gets."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.geo.form_fields import CleanCharField


class EmailField(forms.EmailField):
    """The address of a citizen, with the words that every form has for it; keywords change what a form needs else."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "label": _("Ihre E-Mail-Adresse"),
            "max_length": 254,
            "widget": forms.EmailInput(attrs={"autocomplete": "email"}),
            "error_messages": {
                "invalid": _("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de"),
                "required": _("Bitte geben Sie Ihre E-Mail-Adresse an."),
            },
            **kwargs,
        }
        super().__init__(**kwargs)


@dataclass(frozen=True)
class ContactData:
    """How to reach somebody; every part may be empty."""

    email: str = ""
    name: str = ""
    phone: str = ""
    wants_updates: bool = False

    def __bool__(self) -> bool:
        return bool(self.email or self.name or self.phone)


class ContactForm(forms.Form):
    """How to reach the person, all of it free. ``contact()`` returns it for the service."""

    name = CleanCharField(
        label=_("Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = EmailField(label=_("E-Mail-Adresse"), required=False)
    phone = CleanCharField(
        label=_("Telefon"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    wants_updates = forms.BooleanField(label=_("Ich möchte E-Mails, wenn es etwas Neues gibt."), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("wants_updates") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("Damit wir Ihnen schreiben können, brauchen wir Ihre E-Mail-Adresse."))
        return data

    def contact(self) -> ContactData:
        """Return the cleaned contact data; a form may leave out what it does not ask."""
        asked = [name for name in ("email", "name", "phone", "wants_updates") if name in self.cleaned_data]
        return ContactData(**{name: self.cleaned_data[name] for name in asked})
