"""Forms of the desk."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.consultations.models import Consultation
from apps.geo.drawn_forms import DrawnFormMixin
from apps.geo.edit_forms import EditForm
from apps.geo.form_fields import CleanCharField, choice_field, one_of_several, row_field
from apps.statements.codes import STAFF, Channel, Sender
from apps.statements.forms import DRAWN_TYPES
from apps.statements.models import Segment, Statement
from apps.statements.models.statement import TEXT_LIMIT


class SegmentForm(DrawnFormMixin, EditForm):
    """One concern: its words, its place, who works on it, what is proposed and decided."""

    drawn_types = DRAWN_TYPES

    class Meta:
        model = Segment
        fields = ("text", "tags", "assignee", "proposal", "decision", "decision_text")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 5}),
            "proposal": forms.Textarea(attrs={"rows": 5}),
            "decision_text": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "text": _("Ein Anliegen, ohne Namen und Anschriften: Dieser Text steht in der Abwägungstabelle."),
            "tags": _("Mit Komma getrennt, zum Beispiel: Lärm, Verkehr"),
        }

    def __init__(self, town: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        planners = User.objects.filter(is_active=True, roles__municipality=town, roles__role__in=STAFF)
        row_field(self, "assignee").queryset = planners.distinct().order_by("name")
        self.fields["shape"].label = _("Ort als Koordinaten")

    def clean_tags(self) -> list[str]:
        """Return the tags once each, without blanks around them."""
        return list(dict.fromkeys(tag.strip() for tag in self.cleaned_data["tags"] or [] if tag.strip()))

    def values(self) -> dict[str, Any]:
        return {**super().values(), "place": self.cleaned_data["geometry"]}


class AnonymisedForm(EditForm):
    """The copy without personal data."""

    class Meta:
        model = Statement
        fields = ("anonymised_text",)
        widgets = {"anonymised_text": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Empty means that there is none yet: not "(freiwillig)".
        one_of_several(self.fields["anonymised_text"])


class EnteredForm(forms.Form):
    """A letter, a mail or something said at the counter, written down by staff."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("Eingangsweg"))
    sender_kind = forms.ChoiceField(label=_("Von"), choices=Sender.choices)
    received_on = forms.DateField(
        label=_("Eingegangen am"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    text = CleanCharField(label=_("Wortlaut"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 10}))
    name = CleanCharField(label=_("Name"), max_length=120, required=False)
    organisation = CleanCharField(label=_("Stelle oder Verein"), max_length=200, required=False)
    postal_address = CleanCharField(
        label=_("Anschrift"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    email = forms.EmailField(label=_("E-Mail-Adresse"), max_length=254, required=False)
    file = forms.FileField(label=_("Brief oder Anlage (PDF oder Foto)"), required=False)

    def __init__(self, consultation: Consultation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consultation = consultation
        offered = [choice for choice in Channel.choices if choice[0] != Channel.WEB]
        choice_field(self, "channel").choices = offered

    def clean_received_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_now("Dieser Tag liegt in der Zukunft."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("postal_address") or data.get("organisation")) and not (data.get("name") or data.get("email")):
            self.add_error("name", _("Bitte nennen Sie einen Namen, oder lassen Sie die Anschrift leer."))
        return data
