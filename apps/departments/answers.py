"""What people answer to a category's questions: checked against the questions, and put into words.

Answers are stored as plain data by the question's key: text as text, numbers as numbers, dates as ISO text, one of a
list as its value, several as a list of values in the order of the list.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.departments.questions import MAX_OPTIONS, Option, Question
from apps.geo.untrusted import InputRefused, clean_text

Answer = str | int | float | list[str]
Answers = dict[str, Answer]
MAX_TEXT = 500
MAX_NUMBER = 1_000_000_000_000


class AnswersRefused(ValueError):
    """Answers that do not fit the questions; ``errors`` maps keys to sentences."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


def clean_answers(questions: Sequence[Question], given: object) -> Answers:
    """Return the answers in their stored form, in the order of the questions; empty ones are left out.

    ``questions`` are those asked today. Raises ``AnswersRefused`` with a sentence per key for unknown keys, values
    that the question does not offer, and required questions without an answer.
    """
    if not isinstance(given, Mapping):
        raise AnswersRefused({"": _("Erwartet werden die Antworten als Objekt: Kürzel der Frage und Antwort.")})
    known = {question.key: question for question in questions}
    errors = {
        str(key)[:40]: _("Diese Frage gibt es hier nicht. Gefragt wird nach: %(keys)s.")
        % {"keys": ", ".join(known) or "–"}
        for key in given
        if key not in known
    }
    answers: Answers = {}
    for question in questions:
        try:
            value = _cleaned(question, given.get(question.key))
        except ValueError as refusal:
            errors[question.key] = str(refusal)
            continue
        if value not in (None, "", []):
            answers[question.key] = value
        elif question.is_required:
            errors[question.key] = _("Bitte beantworten Sie diese Frage: %(label)s") % {"label": question.label}
    if errors:
        raise AnswersRefused(errors)
    return answers


def _cleaned(question: Question, value: object) -> Answer | None:
    if value in (None, "", []):
        return None
    match question.kind:
        case "text":
            return _text(value)
        case "number":
            return _number(value)
        case "date":
            return _date(value)
        case "choice":
            return _offered(question, value)
    if not isinstance(value, list | tuple) or len(value) > MAX_OPTIONS:
        raise ValueError(_("Erwartet wird eine Liste von Antworten."))
    chosen = {_offered(question, each) for each in value}
    return [option.value for option in question.offered if option.value in chosen]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Erwartet wird ein Text."))
    try:
        text = clean_text(value).strip()
    except InputRefused as refusal:
        raise ValueError(str(refusal)) from refusal
    if len(text) > MAX_TEXT:
        raise ValueError(_("Bitte höchstens %(n)d Zeichen.") % {"n": MAX_TEXT})
    return text


def _number(value: object) -> int | float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not math.isfinite(number) or abs(number) > MAX_NUMBER:
        raise ValueError(_("Erwartet wird eine Zahl."))
    return int(number) if number == int(number) else number


def _date(value: object) -> str:
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(value if isinstance(value, str) else "")
        return day.isoformat()
    except ValueError as error:
        raise ValueError(_("Erwartet wird ein Datum wie 2026-03-31.")) from error


def _offered(question: Question, value: object) -> str:
    values = [option.value for option in question.offered]
    if not isinstance(value, str) or value not in values:
        raise ValueError(_("Möglich sind: %(values)s.") % {"values": ", ".join(values)})
    return value


def stopping_answer(questions: Sequence[Question], answers: Mapping[str, object]) -> Option | None:
    """Return the first answer that ends the report with advice, or None. ``answers`` may be unchecked."""
    for question in questions:
        given = answers.get(question.key)
        chosen = given if isinstance(given, list | tuple) else [given]
        for option in question.offered:
            if option.advice and option.value in chosen:
                return option
    return None


def in_words(question: Question, value: Any) -> str:
    """Return a stored answer as a person would say it."""
    if question.is_closed:
        return ", ".join(question.words(each) for each in (value if isinstance(value, list) else [value]))
    if question.kind == "number":
        return f"{number_format(value)} {question.unit}".strip()
    if question.kind == "date":
        return date_format(dt.date.fromisoformat(value), "j. F Y")
    return str(value)


def told(
    questions: Sequence[Question], answers: Mapping[str, object], *, public_only: bool = False
) -> list[tuple[str, str]]:
    """Return (question, answer) in words, in the order of the questions; unknown keys come last under their own name.

    With ``public_only`` only what everybody may read.
    """
    known = {question.key for question in questions}
    rows = [
        (question.label, in_words(question, answers[question.key]))
        for question in questions
        if question.key in answers and (question.is_public or not public_only)
    ]
    if not public_only:
        rows += [(key, str(value)) for key, value in answers.items() if key not in known]
    return rows
