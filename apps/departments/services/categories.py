"""What a report can be about, and what is asked about it."""

import dataclasses
from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.history import history
from apps.accounts.models import User
from apps.departments.models import Category, Jurisdiction
from apps.departments.questions import Option, Question, QuestionsRefused, as_json, check_questions, questions_of
from apps.departments.services.desks import layers_showing
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.geo.versions import advance_version
from apps.places.models import Municipality

#: What ``save_category`` writes; the code is given once, the questions have functions of their own.
CATEGORY_FIELDS = (
    *("name", "group", "icon", "hint", "keywords", "is_urgent", "urgent_text", "wants_photo"),
    *("target_days", "shows_expected_by", "order"),
)
#: Parts of a category that pages and layers of reports show: when one changes, their public view does.
_SHOWN_WITH_REPORTS = ("name", "shows_expected_by")


@transaction.atomic
def switch_category(*, category: Category, actor: User | None, is_active: bool) -> None:
    """Offer a category to citizens, or no longer. Reports that have it keep it."""
    with history(actor, action="switch_category"):
        Category.objects.filter(pk=category.pk).update(is_active=is_active)


@transaction.atomic
def save_category(
    *,
    municipality: Municipality,
    actor: User | None,
    category: Category | None,
    values: Mapping[str, object],
    version: int | None = None,
) -> Category:
    """Make a category (``category=None``; then ``values`` has its ``code``) or change one.

    ``values`` holds some or all of ``CATEGORY_FIELDS``. A new category is not offered before somebody says so. Raises
    ``StaleEdit`` when ``version`` is no longer the present one.
    """
    unknown = set(values) - set(CATEGORY_FIELDS) - ({"code"} if category is None else set())
    if unknown:
        raise TypeError(f"No such part of a category: {sorted(unknown)}")
    with history(actor, action="save_category"):
        if category is None:
            return Category.objects.create(municipality=municipality, is_active=False, **values)
        fresh = lock_for_edit(category, version=version)
        looks_new = any(getattr(fresh, name) != values.get(name, getattr(fresh, name)) for name in _SHOWN_WITH_REPORTS)
        apply_edit(fresh, dict(values))
        if looks_new:
            for layer in layers_showing(Category):
                advance_version(layer.model, fresh.municipality_id)
        return fresh


@transaction.atomic
def save_question(
    *, category: Category, actor: User | None, question: Question, version: int | None = None, is_new: bool = False
) -> Category:
    """Add a question at the end, or replace the one with its key.

    An answer that is left out is retired, not deleted: it may have been given. Raises ``StaleEdit``, and
    ``ChangeRefused`` for a question that could not be asked, for another kind of question under a key that has been
    asked, and for retiring an answer that a rule in force depends on.
    """

    def change(questions: tuple[Question, ...]) -> list[Question]:
        before = next((each for each in questions if each.key == question.key), None)
        if before is None or is_new:
            return [*questions, question]
        if before.kind != question.kind:
            raise ChangeRefused(
                _("Die Art dieser Frage steht fest, weil sie schon gestellt wurde. Legen Sie eine neue Frage an.")
            )
        named = {option.value for option in question.options}
        gone = [dataclasses.replace(option, is_retired=True) for option in before.options if option.value not in named]
        whole = dataclasses.replace(question, options=(*question.options, *gone))
        return [whole if each.key == question.key else each for each in questions]

    return _change_questions(category, actor, "save_question", version, change)


@transaction.atomic
def retire_question(
    *, category: Category, actor: User | None, key: str, is_retired: bool = True, version: int | None = None
) -> Category:
    """Stop asking a question, or ask it again; answers that were given keep it. Raises as ``save_question``."""

    def change(questions: tuple[Question, ...]) -> list[Question]:
        return [dataclasses.replace(each, is_retired=is_retired) if each.key == key else each for each in questions]

    return _change_questions(category, actor, "retire_question", version, change)


@transaction.atomic
def move_question(
    *, category: Category, actor: User | None, key: str, up: bool, version: int | None = None
) -> Category:
    """Ask a question one place earlier or later; at the end of the list nothing happens. Raises ``StaleEdit``."""

    def change(questions: tuple[Question, ...]) -> list[Question]:
        rows = list(questions)
        here = next((index for index, each in enumerate(rows) if each.key == key), None)
        there = here + (-1 if up else 1) if here is not None else -1
        if here is not None and 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
        return rows

    return _change_questions(category, actor, "move_question", version, change)


def _change_questions(
    category: Category,
    actor: User | None,
    action: str,
    version: int | None,
    change: Callable[[tuple[Question, ...]], list[Question]],
) -> Category:
    with history(actor, action=action):
        fresh = lock_for_edit(category, version=version)
        questions = change(questions_of(fresh))
        try:
            check_questions(questions)
        except QuestionsRefused as refusal:
            raise ChangeRefused(str(refusal)) from refusal
        _refuse_if_rules_ask(fresh, questions)
        apply_edit(fresh, {"questions": as_json(questions)})
        return fresh


def _refuse_if_rules_ask(category: Category, questions: list[Question]) -> None:
    """A rule in force must not lose the answer that it depends on: it would silently stop counting."""
    offered: dict[str, set[str]] = {
        question.key: {option.value for option in question.offered} for question in questions if not question.is_retired
    }
    lost = {
        question.key: _values(question.offered) - offered.get(question.key, set())
        for question in questions_of(category)
        if not question.is_retired
    }
    rules = Jurisdiction.objects.filter(category=category).exclude(valid_to__lte=timezone.localdate())
    hit = [
        rule.code
        for rule in rules.exclude(answers={})
        if any(lost.get(key, set()) & set(values) for key, values in rule.answers.items())
    ]
    if hit:
        raise ChangeRefused(
            ngettext(
                "Die Regel %(codes)s hängt von dieser Antwort ab. Ändern Sie zuerst die Regel.",
                "Die Regeln %(codes)s hängen von dieser Antwort ab. Ändern Sie zuerst die Regeln.",
                len(hit),
            )
            % {"codes": ", ".join(f"„{code}“" for code in sorted(hit))}
        )


def _values(options: tuple[Option, ...]) -> set[str]:
    return {option.value for option in options}
