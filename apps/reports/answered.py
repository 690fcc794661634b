"""What the reporter answered to the category's questions: stored with the version that asked, and who may read it.

``Report.answers`` is empty or ``{"category": code, "version": n, "given": {key: value}}``: the category and its version
at the time of asking, and the answers in their stored form (``apps/departments/answers.py``).
"""

from collections.abc import Mapping
from typing import Any

from apps.departments.answers import clean_answers, stopping_answer, told
from apps.departments.history import questions_at
from apps.departments.models import Category
from apps.departments.questions import asked_by, questions_of
from apps.geo.editing import ChangeRefused
from apps.reports.models import Report

Said = list[tuple[str, str]]


class StoppedByAnswer(ChangeRefused):
    """An answer that ends the report: the text is the advice. Nothing was stored."""


def accept_answers(category: Category, given: Mapping[str, object] | None) -> dict[str, Any]:
    """Return checked answers as they are stored; empty without any. None means that nobody was asked.

    Raises ``AnswersRefused`` (sentences per question) and ``StoppedByAnswer`` with the advice.
    """
    if given is None:
        return {}
    questions = asked_by(category)
    if option := stopping_answer(questions, given):
        raise StoppedByAnswer(option.advice)
    answers = clean_answers(questions, given)
    return {"category": category.code, "version": category.version, "given": answers} if answers else {}


def given_answers(report: Report, category: Category | None = None) -> dict[str, Any]:
    """Return the answers that count for a category (default: the report's); none where another one asked."""
    asked_for = (category or report.category).code
    given = report.answers.get("given") if report.answers.get("category") == asked_for else None
    return given if isinstance(given, dict) else {}


def told_inside(report: Report) -> Said:
    """Return all answers in the words of the version that asked, for the desk (at most two statements)."""
    given = report.answers.get("given")
    if not isinstance(given, dict) or not given:
        return []
    return told(questions_at(_asking(report), report.answers.get("version", 0)), given)


def told_publicly(report: Report) -> Said:
    """Return the answers that everybody may read: those whose question said so when it was asked, and still does."""
    given = given_answers(report)
    if not given:
        return []
    public_now = {question.key for question in questions_of(report.category) if question.is_public}
    asked = [
        question
        for question in questions_at(report.category, report.answers.get("version", 0))
        if question.key in public_now
    ]
    return told(asked, given, public_only=True)


def _asking(report: Report) -> Category:
    """Return the category whose questions were answered; it may have been corrected since."""
    code = report.answers.get("category")
    if code == report.category.code:
        return report.category
    return Category.objects.filter(municipality=report.municipality_id, code=code).first() or report.category
