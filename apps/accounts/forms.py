"""What administrators and the owners of keys fill in."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AccessToken, Role
from apps.geo.untrusted import clean_text


class SamePasswordTwice(forms.BaseForm):
    """Says in our words what allauth says with "du"."""

    def clean(self) -> dict[str, object] | None:
        cleaned = super().clean()
        if self.data.get("password2") and "password2" in self.errors:
            told = _("Bitte geben Sie beide Male dasselbe Passwort ein.")
            self.errors["password2"] = self.error_class([str(told)])
        return cleaned


class ChangePasswordForm(SamePasswordTwice, allauth_forms.ChangePasswordForm):
    pass


class SetPasswordForm(SamePasswordTwice, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a link; takes as long for an unknown address as for a known one."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            get_adapter(request).pretend_to_mail(self.cleaned_data["email"])
        return super().save(request, **kwargs)


class ResetPasswordKeyForm(SamePasswordTwice, allauth_forms.ResetPasswordKeyForm):
    pass


class RolesForm(forms.Form):
    """The roles of one person in one town."""

    roles = forms.MultipleChoiceField(
        label=_("Aufgaben"),
        choices=Role.Code.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Zu welchem Fachbereich jemand gehört, steht beim Fachbereich."),
        error_messages={"required": _("Bitte wählen Sie mindestens eine Aufgabe.")},
    )


class AccountForm(RolesForm):
    """A new account; the person gets a mail with a link to choose a password."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Dienstliche E-Mail-Adresse"), max_length=254)
    field_order = ("name", "email", "roles")

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])


class AccessTokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(
        label=_("Wofür?"),
        max_length=AccessToken._meta.get_field("name").max_length,
        help_text=_("Zum Beispiel: QGIS am Arbeitsplatz"),
    )

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])


def clean_line(text: str) -> str:
    """Return the text as one line without control characters; it may stand in a mail's header."""
    line = " ".join(clean_text(text).split())
    if not line:
        raise ValidationError(_("Bitte füllen Sie dieses Feld aus."))
    return line
