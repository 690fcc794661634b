"""What a body outside fills in on its answer page: one small form per answer, each with a key against doubles."""

import uuid
from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contributions.photo_form import PhotoFormMixin
from apps.geo.form_fields import Data, FormOptions
from apps.reports.forms import CleanCharField
from apps.reports.models import Handover

TEXT_LIMIT = 2000


def _words(label: Any, *, required: bool, hint: Any = "", missing: Any = "") -> CleanCharField:
    return CleanCharField(
        label=label,
        max_length=TEXT_LIMIT,
        required=required,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text=hint,
        error_messages={"required": missing} if missing else None,
    )


class AnswerForm(forms.Form):
    """Base of every answer. ``values()`` are what the service takes."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, handover: Handover, data: Data = None, **kwargs: Unpack[FormOptions]) -> None:
        super().__init__(data, **kwargs)
        self.municipality = handover.municipality

    def values(self) -> dict[str, Any]:
        """Return the arguments of the answer's service."""
        data = dict(self.cleaned_data)
        return {"idempotency_key": data.pop("key"), **data}


class TakeOverForm(AnswerForm):
    """We look after it."""

    text = _words(_("Hinweis an die Stadt"), required=False, hint=_("Zum Beispiel, wann Sie es angehen."))


class QuestionForm(AnswerForm):
    """We need to know something first."""

    text = _words(
        _("Was möchten Sie wissen?"),
        required=True,
        hint=_("Die Stadt antwortet Ihnen per E-Mail."),
        missing=_("Bitte schreiben Sie, was Sie wissen möchten."),
    )


class DoneForm(PhotoFormMixin, AnswerForm):
    """It is repaired; photos of it are welcome."""

    text = _words(_("Was wurde gemacht?"), required=False, hint=_("Liest die Stadt. Ein Satz genügt."))


class RefuseForm(AnswerForm):
    """It is not ours."""

    text = _words(
        _("Warum nicht, und wer ist es vielleicht?"),
        required=True,
        hint=_("Liest nur die Stadt. Bitte keine Namen von Privatpersonen."),
        missing=_("Bitte nennen Sie kurz den Grund. Er hilft, die richtige Stelle zu finden."),
    )
