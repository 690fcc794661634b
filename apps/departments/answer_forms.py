"""The questions of a category as fields of a form, with and without JavaScript."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from apps.departments.answers import MAX_TEXT, AnswersRefused, clean_answers, stopping_answer
from apps.departments.models import Category
from apps.departments.questions import Option, Question, asked_by
from apps.geo.form_fields import DayField

PREFIX = "frage_"


def question_field(question: Question) -> forms.Field:
    """Return the form field of one question; what it takes is checked again by ``clean_answers``."""
    common: dict[str, Any] = {"label": question.label, "help_text": question.hint, "required": question.is_required}
    options = [(option.value, option.label) for option in question.offered]
    match question.kind:
        case "choice":
            return forms.ChoiceField(**common, choices=options, widget=forms.RadioSelect)
        case "choices":
            return forms.MultipleChoiceField(**common, choices=options, widget=forms.CheckboxSelectMultiple)
        case "number":
            if question.unit:
                common["label"] = f"{question.label} ({question.unit})"
            widget = forms.TextInput({"inputmode": "decimal"})
            return forms.DecimalField(**common, max_digits=15, decimal_places=3, localize=True, widget=widget)
        case "date":
            return DayField(**common)
    return forms.CharField(**common, max_length=MAX_TEXT, widget=forms.TextInput({"autocomplete": "off"}))


class AnswersFormMixin(forms.Form):
    """Adds a field per question of the chosen category; ``cleaned_data["answers"]`` holds the stored form.

    Call ``ask(category)`` at the end of ``__init__``. ``stop`` is the answer that ends the report with advice, also
    while other fields are still wrong.
    """

    questions: tuple[Question, ...] = ()

    def ask(self, category: Category | None) -> None:
        self.questions = asked_by(category) if category else ()
        for question in self.questions:
            self.fields[PREFIX + question.key] = question_field(question)

    def question_fields(self) -> Iterable[forms.BoundField]:
        """Return the bound fields of the questions, in order."""
        return [self[PREFIX + question.key] for question in self.questions]

    def given(self) -> dict[str, object]:
        """Return what was answered so far, by key, valid or not."""
        return {question.key: self[PREFIX + question.key].value() for question in self.questions}

    @property
    def stop(self) -> Option | None:
        return stopping_answer(self.questions, self.given())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        keys = [question.key for question in self.questions if PREFIX + question.key in data]
        given = {key: _plain(data[PREFIX + key]) for key in keys}
        asked = [question for question in self.questions if question.key in keys]
        try:
            data["answers"] = clean_answers(asked, given)
        except AnswersRefused as refusal:
            for key, sentence in refusal.errors.items():
                self.add_error(PREFIX + key, sentence)
        return data


def _plain(value: object) -> object:
    """A decimal as a number; everything else as it is."""
    return float(value) if isinstance(value, Decimal) else value
