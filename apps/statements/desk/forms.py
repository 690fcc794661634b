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
from apps.geo.form_fields import CleanCharField, DayField, choice_field, one_of_several, row_field
from apps.places.models import Municipality
from apps.statements.codes import STAFF, Channel, Sender
from apps.statements.forms import DRAWN_TYPES
from apps.statements.models import Invitation, Segment, Statement
from apps.statements.models.statement import TEXT_LIMIT
from apps.statements.services.authorities import waiting_invitations


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

    def __init__(self, town: Municipality | int, *args: Any, **kwargs: Any) -> None:
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


class InvitationField(forms.ModelChoiceField):
    """One of the invitations that wait for an answer."""

    def __init__(self, **kwargs: Any) -> None:
        usual = {
            "label": _("Antwort auf die Einladung an"),
            "help_text": _("Ist es die Antwort einer eingeladenen Stelle? Dann wird sie nicht mehr erinnert."),
            "empty_label": _("keine Einladung"),
        }
        super().__init__(queryset=Invitation.objects.none(), **{**usual, **kwargs})

    def label_from_instance(self, obj: Any) -> str:
        """Return the body and its last day."""
        return _now("%(name)s (bis %(day)s)") % {"name": obj.authority, "day": f"{obj.answers_until:%d.%m.%Y}"}


class TieForm(forms.Form):
    """To whose invitation a letter is the answer."""

    invitation = InvitationField(empty_label=None, help_text="")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, consultation: Consultation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_field(self, "invitation").queryset = waiting_invitations(consultation)


class EnteredForm(forms.Form):
    """A letter, a mail or something said at the counter, written down by staff."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("Eingangsweg"))
    sender_kind = forms.ChoiceField(label=_("Von"), choices=Sender.choices)
    invitation = InvitationField(required=False)
    received_on = DayField(label=_("Eingegangen am"))
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
        row_field(self, "invitation").queryset = waiting_invitations(consultation)
        if not waiting_invitations(consultation).exists():
            del self.fields["invitation"]

    def clean_received_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_now("Dieser Tag liegt in der Zukunft."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["invitation"] = invitation = data.get("invitation")
        if invitation is not None:
            data["sender_kind"] = Sender.AUTHORITY
            return data
        if (data.get("postal_address") or data.get("organisation")) and not (data.get("name") or data.get("email")):
            self.add_error("name", _("Bitte nennen Sie einen Namen, oder lassen Sie die Anschrift leer."))
        return data
