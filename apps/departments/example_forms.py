"""A pin, a category, answers to its questions, and who is expected to answer."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import clean_line
from apps.departments.answer_forms import PREFIX, AnswersFormMixin
from apps.departments.forms import ChosenByCode, TestPinForm
from apps.departments.models import Category, Department
from apps.departments.questions import Question, asked_by
from apps.geo.form_fields import row_field


class ExampleForm(AnswersFormMixin, TestPinForm):
    """The test pin with the department that has to answer for it, what the example shows, and the answers given there.

    Only questions with a list can decide, so only these are asked, and each may stay open. ``asked`` is the code of
    the category whose questions were on the screen.
    """

    department = ChosenByCode(Department, _("Zuständig sein soll"))
    note = forms.CharField(label=_("Was das Beispiel zeigt"), max_length=200, required=False)
    asked = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    field_order: tuple[str, ...] = ("category", "department", "note", "address", "lon", "lat")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_field(self, "department").queryset = Department.objects.filter(
            municipality=self.municipality, is_active=True
        )
        self.ask(self._chosen())

    def ask(self, category: Category | None) -> None:
        super().ask(category)
        self.questions = tuple(_deciding(question) for question in self.questions if _deciding(question).options)
        for question in asked_by(category) if category else ():
            if question.key not in {each.key for each in self.questions}:
                del self.fields[PREFIX + question.key]
        for question in self.questions:
            field: Any = self.fields[PREFIX + question.key]
            field.required = False
            open_choice = [("", _("offen gelassen"))] if question.kind == "choice" else []
            field.choices = [*open_choice, *((option.value, option.label) for option in question.options)]

    def _chosen(self) -> Category | None:
        categories: Any = self.fields["category"]
        code = str(self["category"].value() or "")[:80]
        return categories.queryset.filter(code=code).first() if "\0" not in code else None

    @property
    def has_unseen_questions(self) -> bool:
        """Did the person choose a category whose questions were not on the screen yet?"""
        return bool(self.questions) and self["asked"].value() != self["category"].value()

    def clean_note(self) -> str:
        return clean_line(self.cleaned_data["note"])


def _deciding(question: Question) -> Question:
    """Return a question as an example may answer it: not required, without answers that end a report."""
    answers = tuple(option for option in question.offered if not option.advice) if question.is_closed else ()
    return replace(question, is_required=False, options=answers)
