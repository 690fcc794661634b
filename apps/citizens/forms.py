"""What somebody fills in who wants an account: an address and a password, no name."""

import uuid
from typing import Any, Unpack

from allauth.account import forms as allauth_forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.contributions.contact import EmailField
from apps.contributions.forms import ContributionFormMixin
from apps.geo.form_fields import Data, FormOptions


class SignUpForm(ContributionFormMixin, allauth_forms.SignupForm):
    """allauth's form with our words and with what speaks against a robot."""

    field_order = ("email", "password1")

    def __init__(self, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.fields["key"].initial = uuid.uuid4
        self.fields["email"] = EmailField(help_text=_("Dorthin schicken wir einen Link, mit dem Sie das Konto öffnen."))
        password = self.fields["password1"]
        password.label = _("Passwort")
        password.help_text = _("Mindestens 12 Zeichen. Gut sind mehrere Wörter, die nicht zusammengehören.")
        password.error_messages["required"] = _("Bitte wählen Sie ein Passwort.")
        password.widget.attrs.pop("placeholder", None)

    def try_save(self, request: HttpRequest) -> Any:
        """Answer the same, and as slowly, where the address has an account already: its owner gets a mail (W9)."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
