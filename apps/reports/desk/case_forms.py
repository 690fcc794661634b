"""Forms of the work page about people and places: who works on it, what is asked, where it is, what it doubles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.departments.models import Category
from apps.geo.form_fields import row_field
from apps.places.models import Municipality
from apps.places.pin import PinFormMixin
from apps.reports.desk.forms import ChangeForm
from apps.reports.forms import CleanCharField
from apps.reports.models import DESCRIPTION_LIMIT, ReplyTemplate, Report
from apps.reports.placeholders import UnknownPlaceholder, check_placeholders
from apps.reports.services import colleagues
from apps.reports.transitions import Status


class AssignForm(ChangeForm):
    """A person of the responsible department, or nobody in particular."""

    person = forms.ModelChoiceField(
        label=_("Wer bearbeitet das?"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("niemand bestimmtes"),
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(report, *args, **{"initial": {"person": report.assignee_id}, **kwargs})
        row_field(self, "person").queryset = colleagues(report.executor_id)

    def now(self) -> dict[str, str]:
        return {"person": str(self.report.assignee or _("niemand bestimmtes"))}


class QuestionForm(ChangeForm):
    """A question to the person who reported."""

    words = "text"
    text = CleanCharField(
        label=_("Ihre Frage"),
        max_length=DESCRIPTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Die meldende Person liest sie über ihren Statuslink und antwortet dort ohne Anmeldung."),
    )


class PlaceForm(PinFormMixin, ChangeForm):
    """Where it really is; the rules decide anew."""

    reason = CleanCharField(label=_("Warum?"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(report, *args, **kwargs)
        self.municipality = report.municipality

    def now(self) -> dict[str, str]:
        return {"address": self.report.address}

    def clean(self) -> dict[str, Any]:
        """Leave the service only what it takes."""
        data = super().clean()
        return {name: data[name] for name in ("version", "point", "reason") if name in data}


class TemplateForm(forms.Form):
    """Words that the desk writes often."""

    title = CleanCharField(label=_("Name der Vorlage"), max_length=80)
    category = forms.ModelChoiceField(
        label=_("Nur für Kategorie"), queryset=Category.objects.none(), required=False, empty_label=_("für alle")
    )
    status = forms.ChoiceField(
        label=_("Nur für Stand"), choices=[("", _("für jeden")), *Status.choices], required=False
    )
    text = CleanCharField(label=_("Text"), max_length=DESCRIPTION_LIMIT, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(
        self, municipality: Municipality, *args: Any, template: ReplyTemplate | None = None, **kwargs: Any
    ) -> None:
        if template:
            names = ("title", "category", "status", "text")
            kwargs["initial"] = {name: getattr(template, name) for name in names}
        super().__init__(*args, **kwargs)
        row_field(self, "category").queryset = Category.objects.of_town(municipality.pk).for_picker()

    def clean_text(self) -> str:
        try:
            check_placeholders(self.cleaned_data["text"])
        except UnknownPlaceholder as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return str(self.cleaned_data["text"])
