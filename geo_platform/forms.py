"""Forms of the site's own pages."""

from typing import Unpack

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from apps.contributions.forms import ContributionFormMixin
from apps.geo.form_fields import CleanTextMixin, Data, RowFormOptions
from geo_platform.models import LegalText

MAX_TEXT = 100_000


class TextForm(CleanTextMixin, forms.ModelForm):
    """Heading and Markdown of one of the town's texts."""

    class Meta:
        model = LegalText
        fields = ["title", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 24, "spellcheck": "true"})}
        help_texts = {
            "body": _(
                "Markdown: Zwischenüberschriften mit „## “, Listen mit „- “, **fett**, [Verweis](https://…). "
                "HTML ist nicht möglich."
            )
        }

    def __init__(self, data: Data = None, **kwargs: Unpack[RowFormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.fields["body"].validators.append(MaxLengthValidator(MAX_TEXT))


class BarrierForm(CleanTextMixin, ContributionFormMixin):
    """What somebody says about a barrier. Nothing about the person is needed."""

    text = forms.CharField(
        label=_("Worauf sind Sie gestoßen?"),
        help_text=_("Zum Beispiel: was Sie tun wollten, was nicht ging, womit Sie lesen oder bedienen."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Bitte schreiben Sie kurz, was nicht ging.")},
        max_length=4000,
    )
    page = forms.CharField(
        label=_("Auf welcher Seite?"),
        help_text=_("Adresse oder Überschrift der Seite"),
        max_length=300,
        required=False,
    )
    reply_to = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        help_text=_("Nur, wenn Sie eine Antwort möchten. Wir benutzen sie für nichts anderes."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        required=False,
        max_length=254,
    )
