"""Who is responsible for a category at a point, and why.

``route()`` asks the database once (``routing_sql.py``) and always ends with a department: the executor of the first
matching rule, or the town's triage desk. Only a point outside the town has none; then the neighbour is named.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection, models
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.departments import conditions, explanations
from apps.departments.models import Category, Department, Jurisdiction, Organisation
from apps.departments.questions import Question, questions_of
from apps.departments.routing_sql import ROUTE, ROUTE_AND_NEAREST
from apps.geo.crs import GEO_SRID
from apps.geo.prepared import prepared_cursor
from apps.places.nearest import Whereabouts

Row = TypeVar("Row", bound=models.Model)


class NoTriageDesk(LookupError):  # a state of the town, not a fault of the code
    """The town has no department that answers where no rule does; its set-up is not finished."""


@dataclass(frozen=True)
class Neighbour:
    """The municipality on whose ground the point lies, and where to turn to there."""

    name: str
    contact: str


@dataclass(frozen=True)
class Candidate:
    """A rule that matches, with what the statement measured. Distances in metres, areas in square metres.

    ``keys`` holds the values of the precedence (``routing_sql.PRECEDENCE``), ``feature`` the name of the road, asset
    or area that the rule met; ``conditions`` says which answers, season and weekdays held.
    """

    rule: Jurisdiction
    executor: Department
    owner: Department
    copy_to: Department | None
    where: str
    scope: str
    feature: str
    road_class: str
    distance_m: float | None
    area_m2: float | None
    inside_built_up: bool | None
    keys: Mapping[str, object]
    conditions: tuple[str, ...] = ()

    def as_json(self, explanation: str) -> dict[str, object]:
        """Return the candidate as plain data, for the record of a report and for the command line."""
        return {
            "rule": self.rule.code,
            "rule_id": self.rule.pk,
            "rule_version": self.rule.version,
            "conditions": list(self.conditions),
            "executor": self.executor.code,
            "owner": self.owner.code,
            "copy_to": self.copy_to.code if self.copy_to else None,
            "where": self.where,
            "scope": self.scope,
            "feature": self.feature,
            "distance_m": self.distance_m,
            "area_m2": self.area_m2,
            "priority": self.rule.priority,
            "reason": self.rule.reason,
            "to_confirm": self.rule.to_confirm,
            "explanation": explanation,
        }


@dataclass(frozen=True)
class Routing:
    """The answer of ``route()``. Outside the town ``executor``, ``owner``, ``copy_to`` and ``rule`` are None.

    ``candidates`` stand in order of precedence; the winner is the first whose executor is active. ``reason`` is one
    sentence for everybody, ``sentences()`` tells staff the rest.
    """

    outside: bool
    neighbour: Neighbour | None
    executor: Department | None
    owner: Department | None
    copy_to: Department | None
    rule: Jurisdiction | None
    reason: str
    candidates: tuple[Candidate, ...]
    category: Category | None = None

    def sentences(self) -> list[str]:
        """Return the decision in sentences: who and why, who came second and why not."""
        return explanations.sentences(self)

    def as_json(self) -> dict[str, Any]:
        """Return plain data in the installation's language, fit for a report's record."""
        with translation.override(settings.LANGUAGE_CODE):
            return {
                "outside": self.outside,
                "neighbour": self.neighbour.name if self.neighbour else None,
                "executor": _code_and_name(self.executor),
                "owner": _code_and_name(self.owner),
                "category": self.category.code if self.category else None,
                "category_version": self.category.version if self.category else None,
                "rule": self.rule.code if self.rule else None,
                "rule_id": self.rule.pk if self.rule else None,
                "rule_version": self.rule.version if self.rule else None,
                "reason": self.reason,
                "candidates": [
                    candidate.as_json(explanations.standing(self, candidate)) for candidate in self.candidates
                ],
            }


def route(
    category: Category, point: Point, *, answers: Mapping[str, object] | None = None, at: dt.datetime | None = None
) -> Routing:
    """Find who is responsible for ``category`` at ``point`` (storage CRS) as of ``at`` (default: the present).

    One SQL statement. The category's town counts, also at a border that two towns share. ``answers`` are those to the
    category's questions by key, as ``clean_answers`` returns them; a rule with a condition on something that was not
    answered does not match. Season and weekday are those of the local date of ``at``. Raises ``ValueError`` for a point
    in another CRS and ``NoTriageDesk`` when no rule matches in a town without triage desk.
    """
    (answer,) = _ask(ROUTE, category, point, answers, at)
    return read_answer(answer, category)


def route_and_describe(
    category: Category, point: Point, *, answers: Mapping[str, object] | None = None, at: dt.datetime | None = None
) -> tuple[Routing, Whereabouts]:
    """Like ``route()``, and what is near the point (``places.nearest.describe_point``), in the same one statement."""
    answer, nearest = _ask(ROUTE_AND_NEAREST, category, point, answers, at)
    return read_answer(answer, category), Whereabouts(**nearest)


def _ask(
    statement: str, category: Category, point: Point, answers: Mapping[str, object] | None, at: dt.datetime | None
) -> list[dict[str, Any]]:
    if point.srid != GEO_SRID:
        raise ValueError(f"The point must be in EPSG:{GEO_SRID}, not {point.srid}.")
    values: dict[str, int | str | dt.date | None] = {
        "town": category.municipality_id,
        "category": category.pk,
        "group": category.group_id,
        "day": timezone.localdate(at),
        "point": point.hexewkb.decode(),
        "answers": json.dumps(answers or {}),
    }
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return [json.loads(answer) for answer in cursor.fetchone()]


def read_answer(answer: dict[str, Any], category: Category) -> Routing:
    """Return the routing that the statement's answer tells of. Raises ``NoTriageDesk``."""
    if not answer["in_town"]:
        neighbour = Neighbour(**answer["neighbour"]) if answer["neighbour"] else None
        return Routing(True, neighbour, None, None, None, None, explanations.outside(neighbour), (), category)
    departments = {int(pk): _department(row) for pk, row in (answer["departments"] or {}).items()}
    questions = questions_of(category) if any(row["answers"] for row in answer["candidates"]) else ()
    candidates = tuple(_candidate(row, departments, answer["built_up"], questions) for row in answer["candidates"])
    # A rule whose executor has been closed stays in the trace, so that everybody sees it is broken, but cannot win.
    for candidate in candidates:
        if candidate.executor.is_active:
            return Routing(
                False,
                None,
                candidate.executor,
                candidate.owner,
                candidate.copy_to,
                candidate.rule,
                candidate.rule.reason,
                candidates,
                category,
            )
    triage = next((department for department in departments.values() if department.is_triage), None)
    if triage is None:
        raise NoTriageDesk(_("Diese Gemeinde hat noch keine Eingangsstelle."))
    return Routing(False, None, triage, triage, None, None, explanations.fallback(), candidates, category)


def _department(row: dict[str, Any]) -> Department:
    department = _instance(Department, row)
    department.organisation = _instance(Organisation, row["organisation"])
    return department


_WHERE = ("asset", "road", "area", "town")
_SCOPE = ("category", "group", "any")


def _candidate(
    row: dict[str, Any], departments: dict[int, Department], built_up: bool, questions: tuple[Question, ...]
) -> Candidate:
    where = _WHERE[row["where_rank"]]
    rule = _instance(Jurisdiction, {**row, "id": row["rule_id"]})
    feature = {"asset": row["asset_name"], "road": row["road_name"], "area": row["area_name"], "town": ""}[where]
    return Candidate(
        rule=rule,
        executor=departments[row["executor_id"]],
        owner=departments[row["owner_id"]],
        copy_to=departments.get(row["copy_to_id"]),
        where=where,
        scope=_SCOPE[row["scope_rank"]],
        feature=feature or "",
        road_class=row["road_class"] or "",
        distance_m=row["distance_m"],
        area_m2=row["area_m2"],
        inside_built_up=built_up if row["inside_built_up"] is not None else None,
        keys={key: row[key] for key in explanations.KEYS},
        conditions=tuple(conditions.in_words(rule, questions)),
    )


_RULE_FIELDS = (
    "id",
    "municipality_id",
    "code",
    "category_id",
    "group_id",
    "priority",
    "reason",
    "to_confirm",
    "version",
    "answers",
    "season_from",
    "season_to",
    "weekdays",
)


def _instance(model: type[Row], row: dict[str, Any]) -> Row:
    """Make a model instance of a JSON row; columns that the statement did not bring are deferred."""
    names = [f.attname for f in model._meta.concrete_fields if f.attname in row]
    if model is Jurisdiction:
        names = [name for name in names if name in _RULE_FIELDS]
    return model.from_db(connection.alias, names, [row[name] for name in names])


def _code_and_name(department: Department | None) -> dict[str, str] | None:
    return {"code": department.code, "name": department.name} if department else None
