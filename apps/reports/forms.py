"""What citizens type when they report something: first the thing and its place, then (freely) how to reach them."""

import re
import uuid
from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contributions.contact import ContactForm, EmailField
from apps.contributions.forms import ContributionFormMixin
from apps.contributions.photo_form import PhotoFormMixin
from apps.departments.answer_forms import AnswersFormMixin
from apps.departments.models import Category
from apps.geo.form_fields import CleanCharField, Data, FormOptions, row_field
from apps.places.models import Municipality
from apps.places.pin import PinFormMixin
from apps.reports.models import DESCRIPTION_LIMIT


class DetailsForm(AnswersFormMixin, PhotoFormMixin, PinFormMixin):
    """The thing: category and its questions, place, words, photos. ``cleaned_data["point"]`` is in the storage CRS."""

    category = forms.ModelChoiceField(
        label=_("Kategorie"),
        queryset=Category.objects.none(),
        to_field_name="code",
        widget=forms.HiddenInput,
        error_messages={
            "invalid_choice": _("Bitte wählen Sie, worum es geht."),
            "required": _("Bitte wählen Sie, worum es geht."),
        },
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    about_ref = CleanCharField(max_length=120, required=False, widget=forms.HiddenInput)
    accuracy_m = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    description = CleanCharField(
        label=_("Was ist los?"),
        max_length=DESCRIPTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        help_text=_("Ein, zwei Sätze genügen. Bitte nennen Sie keine Namen und keine Kennzeichen."),
        error_messages={"required": _("Bitte beschreiben Sie kurz, was Ihnen aufgefallen ist.")},
    )

    def __init__(self, municipality: Municipality, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.municipality = municipality
        offered = Category.objects.active().of_town(municipality.pk).select_related("group")
        row_field(self, "category").queryset = offered
        self.ask(offered.filter(code=code).first() if (code := self._chosen_code()) else None)

    def clean_accuracy_m(self) -> float | None:
        """How exact the device's position was, in metres; what a browser's script writes there is never an error."""
        try:
            metres = float(self.cleaned_data["accuracy_m"])
        except ValueError:
            return None
        return metres if 0 <= metres < 100_000 else None

    def _chosen_code(self) -> str:
        """Return the category's code as typed or preset, when it has the form of one."""
        code = str(self["category"].value() or "")
        return code if re.fullmatch(r"[a-z0-9_-]{1,40}", code) else ""

    def typed(self) -> dict[str, Any]:
        """Return what was typed so far, to go on with it on another screen."""
        return {name: self[name].value() for name in self.fields}

    def with_new_key(self) -> "DetailsForm":
        """Return the same valid form under a new idempotency key: sent again, it makes a report of its own.

        Photos that went with the first report are left out.
        """
        photos = [row.token for row in self.photo_rows()]
        form = DetailsForm(self.municipality, {**self.typed(), "key": str(uuid.uuid4()), "photos": photos})
        form.full_clean()
        return form


class SendForm(ContributionFormMixin, ContactForm):
    """The last screen: contact, and what speaks against a robot. The idempotency key is that of ``DetailsForm``."""

    key = None  # type: ignore[assignment]
    #: The answer to the question on which side of a border the pin is: a department's code, empty for "don't know".
    side = CleanCharField(max_length=40, required=False, widget=forms.HiddenInput)

    def contact_fields(self) -> list[forms.BoundField]:
        """Return the fields that a person fills in."""
        return [self[name] for name in ContactForm.base_fields]


class StillBrokenForm(forms.Form):
    """The reporter's word that a finished thing is not repaired."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = CleanCharField(
        label=_("Was ist noch nicht in Ordnung?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReplyForm(forms.Form):
    """The reporter's answer to a question of the desk."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = CleanCharField(
        label=_("Ihre Antwort"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Bitte schreiben Sie Ihre Antwort in das Feld.")},
    )


class FollowForm(ContributionFormMixin):
    """The address of somebody who wants to hear of another person's report."""

    email = EmailField()
