"""Around a pin: would another department answer a few steps further on, and how far is the nearest border?

A finger on a map is not a survey. The same routing statement is asked for eight points on a ring around the pin, all in
one statement, so that ring and pin can never be answered by different rules.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.departments.models import Category
from apps.departments.routing import Candidate, NoTriageDesk, Routing, read_answer
from apps.departments.routing_sql import ROUTE, RULE_SPEAKS
from apps.geo.prepared import prepared_cursor
from apps.places.models import Road

#: A pin is at least this uncertain, whatever the telephone says; above the second figure it says nothing about a side.
LEAST_M, MOST_M = 15, 60
#: A border further away than this is not worth naming.
BORDER_WITHIN_M = 500
MOST_ASKED = 3

_PIN = "%(point)s::geometry"
_BORDER = f"""
    SELECT b.name, round(ST_Distance(b.line, {_PIN})::numeric, 1) AS distance_m
    FROM (
        SELECT a.name, ST_Boundary(a.area) AS line
        FROM places_administrativearea a
        WHERE a.municipality_id + 0 = %(town)s::bigint AND ST_DWithin(a.area, {_PIN}, {BORDER_WITHIN_M})
          AND a.valid_from <= %(day)s::date AND (a.valid_to IS NULL OR a.valid_to > %(day)s::date)
          AND (a.kind = 'municipality' OR EXISTS (
              SELECT FROM departments_jurisdiction r WHERE r.area_id = a.id AND {RULE_SPEAKS}))
        UNION ALL
        SELECT '', ST_Boundary(r.own_area)
        FROM departments_jurisdiction r
        WHERE r.municipality_id + 0 = %(town)s::bigint AND ST_DWithin(r.own_area, {_PIN}, {BORDER_WITHIN_M})
          AND {RULE_SPEAKS}
    ) b
    WHERE ST_DWithin(b.line, {_PIN}, {BORDER_WITHIN_M})
    ORDER BY ST_Distance(b.line, {_PIN}), b.name
    LIMIT 1
"""  # noqa: S608  (constants of this package; every value is a parameter)
AROUND = f"""
SELECT (SELECT to_jsonb(border) FROM ({_BORDER}) border), json_agg(routing.answer ORDER BY ring.n)
FROM (
    SELECT n, ST_Translate({_PIN}, %(radius)s::float8 * cosd(n * 45), %(radius)s::float8 * sind(n * 45)) AS point
    FROM generate_series(0, 7) n
) ring
CROSS JOIN LATERAL ({ROUTE.replace(_PIN, "ring.point")}) AS routing (answer)
"""  # noqa: S608  (constants of this package; every value is a parameter)


@dataclass(frozen=True)
class Surroundings:
    """What is near a pin. ``others`` are the routings of other departments within ``radius_m``, each once.

    ``border`` is the nearest one that a rule for the category knows, or the town's: ``(name, metres)``, None when there
    is none within half a kilometre. ``chosen`` is the code of the department that the person's answer means.
    """

    here: Routing
    radius_m: float
    others: tuple[Routing, ...]
    border: tuple[str, float] | None
    chosen: str = ""

    @property
    def is_close(self) -> bool:
        return bool(self.others)

    @property
    def routing(self) -> Routing:
        """The routing that counts: that of the person's answer, else what the rules say at the pin."""
        return next((other for other in self.others if _code(other) == self.chosen), self.here)

    @property
    def question(self) -> str:
        """One simple question, made from what the candidates are."""
        kinds = {_where(routing) for routing in (self.here, *self.others)}
        if kinds == {"road"}:
            return _("Auf welcher Straße ist es?")
        if "road" in kinds:
            return _("Ist es auf der Fahrbahn oder daneben, zum Beispiel auf dem Gehweg?")
        if "asset" in kinds:
            return _("Wozu gehört die Stelle?")
        return _("Auf welcher Seite der Grenze ist es?")

    @property
    def options(self) -> list[tuple[str, str]]:
        """Return ``(department's code, words for the person)`` for each possible answer; the rules' own one first."""
        return [(_code(routing), _place_of(routing)) for routing in (self.here, *self.others)]

    def as_json(self) -> dict[str, object]:
        """Return plain data in the installation's language for the record of a report."""
        with translation.override(settings.LANGUAGE_CODE):
            border = {"name": self.border[0], "distance_m": self.border[1]} if self.border else None
            close = None
            if self.is_close:
                others = [
                    {
                        "code": _code(other),
                        "name": other.executor.name if other.executor else "",
                        "place": _place_of(other),
                    }
                    for other in self.others
                ]
                close = {
                    "radius_m": self.radius_m,
                    "question": self.question,
                    "others": others,
                    "chosen": self.chosen or None,
                }
            return {"border": border, "close": close}


def look_around(
    category: Category,
    point: Point,
    here: Routing,
    *,
    accuracy_m: float | None = None,
    answers: Mapping[str, object] | None = None,
    chosen: str = "",
    at: dt.datetime | None = None,
) -> Surroundings:
    """Ask the rules on a ring around ``point`` (storage CRS), whose own routing is ``here``. One SQL statement.

    The ring is as wide as the position is uncertain (``accuracy_m``), at least 15 m and at most 60 m. ``chosen`` is the
    answer of the person, a department's code; an unknown one counts as none.
    """
    radius_m = float(min(max(accuracy_m or 0, LEAST_M), MOST_M))
    values: dict[str, int | float | str | dt.date | None] = {
        "town": category.municipality_id,
        "category": category.pk,
        "group": category.group_id,
        "day": timezone.localdate(at),
        "point": point.hexewkb.decode(),
        "answers": json.dumps(answers or {}),
        "radius": radius_m,
    }
    with prepared_cursor() as cursor:
        cursor.execute(AROUND, values)
        border, ring = (json.loads(part or "null") for part in cursor.fetchone())
    others: dict[str, Routing] = {}
    read: list[object] = []
    for answer in ring:
        if answer in read:  # far from every border the whole ring says the same
            continue
        read.append(answer)
        try:
            routing = read_answer(answer, category)
        except NoTriageDesk:
            continue
        if not routing.outside and here.executor and routing.executor and routing.executor.pk != here.executor.pk:
            others.setdefault(_code(routing), routing)
    found = tuple(others.values())[: MOST_ASKED - 1]
    known = {_code(here), *(_code(other) for other in found)}
    return Surroundings(
        here,
        radius_m,
        found,
        (border["name"], float(border["distance_m"])) if border else None,
        chosen if found and chosen in known else "",
    )


def _code(routing: Routing) -> str:
    return routing.executor.code if routing.executor else ""


def _winner(routing: Routing) -> Candidate | None:
    return next((c for c in routing.candidates if c.rule is routing.rule), None)


def _where(routing: Routing) -> str:
    winner = _winner(routing)
    return winner.where if winner else "town"


def _place_of(routing: Routing) -> str:
    """Say where somebody stands for whom this routing is right."""
    winner = _winner(routing)
    if winner is None or winner.where == "town":
        return _("daneben, nicht auf der Straße und auf keiner besonderen Fläche")
    if winner.where == "road":
        name = winner.feature or str(Road.RoadClass(winner.road_class).label)
        return _("auf der Fahrbahn: %(name)s") % {"name": name}
    if winner.where == "asset":
        return _("auf dem Gelände: %(name)s") % {"name": winner.feature or winner.rule.reason}
    return _("im Gebiet: %(name)s") % {"name": winner.feature or winner.rule.reason}
