"""What every citizen's form carries unseen: a key against doubles, a trap for robots, a proof of work, its age."""

import json
import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contributions.limits import Trust
from apps.contributions.proof import now_signed, trust_in


class ContributionFormMixin(forms.Form):
    """Fields ``key`` (UUID), ``website`` (the trap), ``since`` and ``altcha``; show them with ``{% include
    "contributions/guards.html" %}``, in the form's last screen.

    A filled trap is an error with a sentence, never a silent loss: a browser's autofill may have done it. Everything
    else only decides how many such forms may come (``trust``, then ``limits.admit``).
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    website = forms.CharField(label=_("Bitte leer lassen"), required=False, max_length=300)
    since = forms.CharField(widget=forms.HiddenInput, required=False)
    altcha = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(
                _("Dieses unsichtbare Feld muss leer bleiben. Wir haben es geleert; bitte senden Sie noch einmal ab.")
            )
        return ""

    def trust(self, key: object = None) -> Trust:
        """Return what speaks for a person behind this valid form. ``key`` when the form has no key field of its own."""
        data = self.cleaned_data
        return trust_in(solution=data["altcha"], since=data["since"], key=key or data["key"])

    def widget_words(self) -> str:
        """Return the words of the proof-of-work widget as the JSON that it wants."""
        words = {
            "label": _("Prüfen, dass kein Programm absendet"),
            "verifying": _("Wir prüfen, dass kein Programm absendet …"),
            "verified": _("Geprüft. Sie können absenden."),
            "error": _("Die Prüfung war nicht möglich. Sie können trotzdem absenden."),
            "expired": _("Die Prüfung ist abgelaufen. Sie können trotzdem absenden."),
            "waitAlert": _("Einen Moment bitte, die Prüfung läuft noch."),
        }
        return json.dumps({name: str(word) for name, word in words.items()}, ensure_ascii=False)

    def since_value(self) -> str:
        """Return the moment that this form carries: that of its first showing."""
        sent = self["since"].value() if self.is_bound else ""
        return sent if sent and len(sent) <= 200 else now_signed()
