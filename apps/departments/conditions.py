"""When a rule counts: answers, season and weekdays, in words and as they are typed."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.departments.questions import Question

if TYPE_CHECKING:
    from apps.departments.models import Jurisdiction

# A leap year, so that 29 February is a day.
_ANY_YEAR = 2024
#: ISO weekdays in words, Monday first.
WEEKDAY_CHOICES = tuple((number + 1, name) for number, name in WEEKDAYS.items())


def parse_day_of_year(text: str) -> int:
    """Return month × 100 + day of "1.11." or "01.11"; raises ``ValueError`` with a sentence."""
    found = re.fullmatch(r"\s*(\d{1,2})\.\s*(\d{1,2})\.?\s*", text)
    try:
        if found:
            day = dt.date(_ANY_YEAR, int(found[2]), int(found[1]))
            return day.month * 100 + day.day
    except ValueError:
        pass
    raise ValueError(_("Bitte geben Sie Tag und Monat an, zum Beispiel 1.11."))


def format_day_of_year(number: int | None) -> str:
    """Return "1.11." for 1101, and nothing for None."""
    return f"{number % 100}.{number // 100}." if number else ""


def answers_in_words(answers: Mapping[str, Sequence[str]], questions: Sequence[Question]) -> list[str]:
    """Return each condition on an answer in words; keys that no question has speak for themselves."""
    by_key = {question.key: question for question in questions}
    rows = []
    for key, values in answers.items():
        question = by_key.get(key)
        said = " / ".join(question.words(value) if question else value for value in values)
        label = question.label.rstrip("?: ") if question else key
        rows.append(_("„%(question)s“: %(answers)s") % {"question": label, "answers": said})
    return rows


def time_in_words(season_from: int | None, season_to: int | None, weekdays: Sequence[int]) -> list[str]:
    """Return "vom 1. November bis 31. März" and "Samstag, Sonntag", each only where it is a condition."""
    rows = []
    if season_from and season_to:
        first, last = (date_format(dt.date(_ANY_YEAR, n // 100, n % 100), "j. F") for n in (season_from, season_to))
        rows.append(_("vom %(first)s bis %(last)s") % {"first": first, "last": last})
    if weekdays:
        names = dict(WEEKDAY_CHOICES)
        rows.append(", ".join(str(names[number]) for number in sorted(weekdays)))
    return rows


def in_words(rule: "Jurisdiction", questions: Sequence[Question]) -> list[str]:
    """Return all conditions of a rule in words; ``questions`` are those of its category."""
    return [
        *answers_in_words(rule.answers, questions),
        *time_in_words(rule.season_from, rule.season_to, rule.weekdays),
    ]
