"""The rules: made, changed, confirmed, ended. Every save of a rule goes through ``save_rule``."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.departments.models import Jurisdiction
from apps.departments.questions import questions_of
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.places.models import Municipality

#: What ``save_rule`` writes. The code is given once, ``to_confirm`` is taken away by ``confirm_rule``.
RULE_FIELDS = (
    "category",
    "group",
    "asset_kind",
    "road_classes",
    "road_path",
    "distance_m",
    "area",
    "own_area",
    "inside_built_up",
    "answers",
    "season_from",
    "season_to",
    "weekdays",
    "executor",
    "owner",
    "copy_to",
    "priority",
    "valid_from",
    "valid_to",
    "reason",
)


@transaction.atomic
def save_rule(
    *,
    municipality: Municipality,
    actor: User | None,
    rule: Jurisdiction | None,
    values: Mapping[str, object],
    version: int | None = None,
) -> Jurisdiction:
    """Make a rule (``rule=None``) or change one; ``values`` holds some or all of ``RULE_FIELDS``, geometry in GEO_SRID.

    ``version`` is the one that the form was made from (None takes the rule as it is). Raises ``StaleEdit`` with both
    versions at hand, ``ChangeRefused`` for a condition that no report could meet; the database refuses what says
    nothing or two things (``IntegrityError``; forms have asked before).
    """
    unknown = set(values) - set(RULE_FIELDS)
    if unknown:
        raise TypeError(f"No such part of a rule: {sorted(unknown)}")
    with history(actor, action="save_rule"):
        if rule is None:
            Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
            rule = Jurisdiction(municipality=municipality, **values)
            _refuse_unknown_answers(rule)
            rule.code = _free_code(rule)
            rule.save(force_insert=True)
            rule.refresh_from_db(fields=["version", "changed_at", "created_at"])
            return rule
        fresh = lock_for_edit(rule, version=version)
        if {"category", "answers"} & set(values):
            kept = {"category": fresh.category, "answers": fresh.answers}
            _refuse_unknown_answers(Jurisdiction(**{name: values.get(name, kept[name]) for name in kept}))
        apply_edit(fresh, dict(values))
        return fresh


def _refuse_unknown_answers(rule: Jurisdiction) -> None:
    """A condition names an existing question with a list, and answers that it offers."""
    if not rule.answers:
        return
    if rule.category is None:
        raise ChangeRefused(_("Nach Antworten kann nur eine Regel für eine einzelne Kategorie unterscheiden."))
    by_key = {question.key: question for question in questions_of(rule.category)}
    for key, values in rule.answers.items():
        question = by_key.get(key)
        if question is None or question.is_retired or not question.is_closed:
            raise ChangeRefused(
                _("Die Frage „%(key)s“ stellt diese Kategorie nicht. Nehmen Sie die Bedingung aus der Regel heraus.")
                % {"key": question.label if question else key}
            )
        offered = {option.value for option in question.offered}
        if not values or not set(values) <= offered:
            raise ChangeRefused(
                _("Zur Frage „%(label)s“ gibt es diese Antwort nicht (mehr). Bitte wählen Sie die Antworten neu aus.")
                % {"label": question.label}
            )


def _free_code(rule: Jurisdiction) -> str:
    """Return a code of the subject and a number that no rule of the town has."""
    subject = rule.category or rule.group
    base = slugify(subject.code if subject else "alle")[:60]
    taken = set(
        Jurisdiction.objects.filter(municipality=rule.municipality, code__startswith=f"{base}-").values_list(
            "code", flat=True
        )
    )
    return next(code for number in range(1, len(taken) + 2) if (code := f"{base}-{number}") not in taken)


@transaction.atomic
def confirm_rule(*, rule: Jurisdiction, actor: User | None, version: int | None = None) -> Jurisdiction:
    """The town says that an inferred rule is right. Raises ``StaleEdit`` when it has changed meanwhile."""
    with history(actor, action="confirm_rule"):
        fresh = lock_for_edit(rule, version=version)
        apply_edit(fresh, {"to_confirm": False})
        return fresh


@transaction.atomic
def end_rule(
    *, rule: Jurisdiction, actor: User | None, on: dt.date | None = None, version: int | None = None
) -> Jurisdiction:
    """End a rule: ``on`` (default today, a local date) is the first day on which it no longer counts.

    A rule is never deleted, because reports name it. One that has not begun yet never will. Raises ``StaleEdit``,
    and ``ChangeRefused`` for a day in the past: what was decided then stays decided.
    """
    today = timezone.localdate()
    day = on or today
    with history(actor, action="end_rule"):
        fresh = lock_for_edit(rule, version=version)
        if day < today:
            raise ChangeRefused(_("Eine Regel kann nicht rückwirkend enden. Der früheste Tag ist heute."))
        apply_edit(fresh, {"valid_to": max(day, fresh.valid_from)})
        return fresh
