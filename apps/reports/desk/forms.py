"""What staff fill in at the desk: one small form per change, each made from a version of the report."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.departments.forms import ChosenByCode
from apps.departments.models import Category, Department
from apps.geo.form_fields import choice_field, row_field
from apps.reports.forms import CleanCharField, ContactForm, DetailsForm
from apps.reports.models import DESCRIPTION_LIMIT, Report
from apps.reports.transitions import STAFF_CHANNELS, next_statuses


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ChangeForm(forms.Form):
    """Base: ``version`` is the state of the report that the person had on the screen.

    ``now()`` says in words what the report holds at present where the form has a field, so that a refused change can be
    laid beside it. ``words`` names the field that takes the text of a reply template, if there is one.
    """

    words = ""
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"version": report.version, **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        self.report = report

    def now(self) -> dict[str, str]:
        """Return field name → what the report holds now, in words."""
        return {}

    def typed(self) -> dict[str, str]:
        """Return field name → what was typed or chosen, in words; without the hidden fields."""
        return {field.name: self._words_of(field) for field in self.visible_fields()}

    def _words_of(self, field: forms.BoundField) -> str:
        value = field.value()
        chosen = [str(label) for key, label in getattr(field.field, "choices", []) if str(key) == str(value)]
        return chosen[0] if chosen else str(value or "")


class StatusForm(ChangeForm):
    """The next status, out of those that the table of transitions allows, with words for the public."""

    words = "note"
    status = forms.ChoiceField(label=_("Neuer Stand"))
    note = CleanCharField(
        label=_("Öffentlicher Hinweis dazu"),
        max_length=DESCRIPTION_LIMIT,
        required=False,
        widget=_area(),
        help_text=_("Lesen die meldende Person und, nach der Veröffentlichung, alle."),
    )

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(report, *args, **kwargs)
        choice_field(self, "status").choices = [(s.value, s.label) for s in next_statuses(report.status)]

    def now(self) -> dict[str, str]:
        return {"status": self.report.get_status_display()}


class ReassignForm(ChangeForm):
    """Another department of the town or a body outside, and why."""

    department = ChosenByCode(Department, _("Weitergeben an"))
    reason = CleanCharField(label=_("Warum?"), max_length=300, widget=_area(2))

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(report, *args, **kwargs)
        row_field(self, "department").queryset = (
            Department.objects.active()
            .filter(municipality=report.municipality_id)
            .exclude(pk=report.executor_id)
            .select_related("organisation")
        )

    def now(self) -> dict[str, str]:
        return {"department": self.report.executor.name, "reason": self.report.routing_reason}


class CategoryForm(ChangeForm):
    """Another category; the rules decide anew who is responsible."""

    category = ChosenByCode(Category, _("Richtige Kategorie"))
    reason = CleanCharField(label=_("Warum?"), max_length=300, required=False, widget=_area(2))

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(report, *args, **kwargs)
        row_field(self, "category").queryset = (
            Category.objects.active().of_town(report.municipality_id).exclude(pk=report.category_id).for_picker()
        )

    def now(self) -> dict[str, str]:
        return {"category": self.report.category.name}


class NoteForm(forms.Form):
    """A word among colleagues."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = CleanCharField(label=_("Interne Notiz"), max_length=DESCRIPTION_LIMIT, widget=_area())

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"key": uuid.uuid4()}, **kwargs})


class AnswerForm(ChangeForm):
    """The public answer; left empty it is taken away."""

    words = "text"
    text = CleanCharField(label=_("Öffentliche Antwort"), max_length=DESCRIPTION_LIMIT, required=False, widget=_area(5))

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        super().__init__(report, *args, **{"initial": {"text": report.public_answer}, **kwargs})

    def now(self) -> dict[str, str]:
        return {"text": self.report.public_answer}


class ReleaseForm(ChangeForm):
    """The text as it will stand on the map."""

    public_text = CleanCharField(
        label=_("Text auf der Karte"),
        max_length=DESCRIPTION_LIMIT,
        widget=_area(6),
        help_text=_(
            "Bitte berichtigen Sie Tippfehler und nehmen Sie Namen, Kennzeichen und Vorwürfe heraus. Das Original "
            "bleibt intern erhalten."
        ),
    )
    reason = CleanCharField(label=_("Warum geändert? (intern)"), max_length=300, required=False)

    def __init__(self, report: Report, *args: Any, **kwargs: Any) -> None:
        text = report.public_text or report.description
        super().__init__(report, *args, **{"initial": {"public_text": text}, **kwargs})

    def now(self) -> dict[str, str]:
        return {"public_text": self.report.public_text or self.report.description}


class HideForm(ChangeForm):
    """Why something is not (or no longer) public; stays inside."""

    reason = CleanCharField(label=_("Grund (intern)"), max_length=300, required=False, widget=_area(2))

    def now(self) -> dict[str, str]:
        return {"reason": self.report.get_publication_display()}


class StaffReportForm(DetailsForm, ContactForm):
    """A report that somebody brought by phone, at the counter or by letter."""

    category = ChosenByCode(Category, _("Kategorie"))
    channel = forms.ChoiceField(
        label=_("Eingang über"), choices=[(channel.value, channel.label) for channel in STAFF_CHANNELS]
    )
    asked = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    field_order = ["channel", "category"]

    @property
    def has_unseen_questions(self) -> bool:
        """Did the person choose a category whose questions were not on the screen yet?"""
        return bool(self.questions) and self["asked"].value() != self._chosen_code()

    def shown(self) -> str:
        """Return the category whose questions are on the screen, for the hidden field ``asked``."""
        return self._chosen_code() if self.questions else ""
