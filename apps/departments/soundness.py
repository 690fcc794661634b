"""Which rules cannot do what they say, and what to do about it.

A rule that names something that is gone stays a row and stays visible: on the rules page, at the desk's start and in
``/healthz``. It is never switched off by itself and never drops out in silence.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.departments.models import Category, Jurisdiction
from apps.departments.questions import questions_of
from apps.places.models import Asset

#: Rules whose area has no version in force on the day, and drawn areas that do not touch the town at all.
_AREAS = """
SELECT r.id, r.own_area IS NOT NULL
FROM departments_jurisdiction r
LEFT JOIN places_administrativearea named ON named.id = r.area_id
WHERE (r.valid_to IS NULL OR r.valid_to > %(day)s) AND (
    (r.area_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM places_administrativearea a
        WHERE a.municipality_id = r.municipality_id AND a.kind = named.kind AND a.key = named.key
          AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
    ))
    OR (r.own_area IS NOT NULL AND EXISTS (
        SELECT 1 FROM places_administrativearea a
        WHERE a.municipality_id = r.municipality_id AND a.kind = 'municipality'
    ) AND NOT EXISTS (
        SELECT 1 FROM places_administrativearea a
        WHERE a.municipality_id = r.municipality_id AND a.kind = 'municipality'
          AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
          AND ST_Intersects(a.area, r.own_area)
    ))
)
"""


def broken_rules(municipality: int | None = None, *, on: dt.date | None = None) -> dict[int, list[str]]:
    """Return rule id → sentences that say what is wrong and what to do; sound rules are left out.

    Looks at rules in force on ``on`` (default today) or later, of one town or (None) of the installation. Four
    statements, whatever the number of rules.
    """
    day = on or timezone.localdate()
    rules = _in_force(municipality, day)
    found: dict[int, list[str]] = defaultdict(list)
    for rule_id, sentence in (*_closed_desks(rules), *_missing_assets(rules), *_lost_answers(rules), *_lost_areas(day)):
        found[rule_id].append(sentence)
    if municipality is not None:
        here = set(rules.filter(pk__in=found).values_list("pk", flat=True)) if found else set()
        return {rule_id: sentences for rule_id, sentences in found.items() if rule_id in here}
    return dict(found)


def _in_force(municipality: int | None, day: dt.date) -> QuerySet[Jurisdiction]:
    rules = Jurisdiction.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return rules if municipality is None else rules.filter(municipality=municipality)


def _closed_desks(rules: QuerySet[Jurisdiction]) -> Iterator[tuple[int, str]]:
    closed = rules.filter(
        Q(executor__is_active=False) | Q(owner__is_active=False) | Q(copy_to__is_active=False)
    ).select_related("executor", "owner", "copy_to")
    for rule in closed:
        for desk in {rule.executor, rule.owner, rule.copy_to}:
            if desk and not desk.is_active:
                yield (
                    rule.pk,
                    _("%(name)s ist geschlossen. Tragen Sie die Stelle ein, die jetzt zuständig ist.")
                    % {"name": desk.name},
                )


def _missing_assets(rules: QuerySet[Jurisdiction]) -> Iterator[tuple[int, str]]:
    named = rules.exclude(asset_kind="").values_list("pk", "asset_kind", "municipality_id")
    there = set(Asset.objects.filter(kind__in={kind for _pk, kind, _town in named}).values_list("kind", "municipality"))
    for pk, kind, town in named:
        if (kind, town) not in there:
            yield (
                pk,
                _("Es gibt kein Objekt der Art „%(kind)s“. Übernehmen Sie den Datensatz, oder ändern Sie den Ort.")
                % {"kind": kind},
            )


def _lost_answers(rules: QuerySet[Jurisdiction]) -> Iterator[tuple[int, str]]:
    asking = list(rules.exclude(answers={}).select_related("category"))
    for rule in asking:
        category = rule.category
        assert isinstance(category, Category)
        by_key = {question.key: question for question in questions_of(category)}
        for key, values in rule.answers.items():
            question = by_key.get(key)
            if question is None:
                yield rule.pk, _("Die Frage „%(key)s“ gibt es nicht.%(then)s") % {"key": key, "then": _then()}
            elif question.is_retired:
                yield (
                    rule.pk,
                    _("Die Frage „%(label)s“ wird nicht mehr gestellt.%(then)s")
                    % {"label": question.label, "then": _then()},
                )
            else:
                offered = {option.value for option in question.offered}
                for value in sorted(set(values) - offered):
                    yield (
                        rule.pk,
                        _("Die Antwort „%(answer)s“ gibt es nicht mehr.%(then)s")
                        % {"answer": question.words(value), "then": _then()},
                    )


def _then() -> str:
    return " " + _("Nehmen Sie die Bedingung heraus, oder wählen Sie die Antworten neu.")


def _lost_areas(day: dt.date) -> Iterator[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_AREAS, {"day": day})
        for rule_id, is_drawn in cursor.fetchall():
            yield (
                rule_id,
                _("Die gezeichnete Fläche liegt ganz außerhalb der Gemeinde. Zeichnen Sie sie neu.")
                if is_drawn
                else _("Das Gebiet gibt es nicht mehr. Wählen Sie ein anderes, oder zeichnen Sie eine Fläche."),
            )
