"""The statement that finds who is responsible for a whole set of points, driven from the areas.

``routing_sql.ROUTE`` asks for one point and collects the few rules that could speak there. For a million points that is
a million searches. Here each area, boundary, road and asset is taken once and finds the points that lie in or near it,
so that a polygon is unpacked and prepared once for all its points. The precedence, the ranks and the conditions are
those of ``routing_sql``; ``tests/departments/test_assigning.py`` holds both to the same answers.

Three kinds of rules, three ways:

- *drawn*: a rule with a drawn area finds its points.
- *met*: of the rules for roads and assets each point needs only those for what it has met.
- *general*: the others know nothing of a place but whether it is built up and in which named boundaries it lies
  (``inside``). Points that ask the same question on such ground get the same answer, which is found once for all.

No point sorts its rules: each has a standing (``routing_sql.standing``), and the smallest wins.

A difference in reach, none in result: roads and assets are looked for no farther than the farthest rule of the town
reaches (plus the half centimetre that rounding may take away), never farther than ``REACH_M``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from apps.departments.models.jurisdiction import REACH_M
from apps.departments.routing_sql import (
    PRECEDENCE,
    ROAD_ORDER,
    conditions_hold,
    ranks,
    standing,
)


@dataclass(frozen=True)
class Relation:
    """A set of points as SQL: a SELECT with ``id``, ``category_id``, ``point``, ``answers``, ``day``, ``made_on``.

    ``id`` is a bigint, unique in the relation; ``point`` is in the storage CRS; ``answers`` is a JSON object. Rules
    count as of ``day``, seasons and weekdays are those of ``made_on`` (local dates). Parameters are named
    (``%(name)s``); ``town`` is taken.
    """

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


def relation_of(rows: "QuerySet[Any]") -> Relation:
    """Return the relation behind a ``.values()`` queryset that has the columns of a relation under these names."""
    query = rows.query.clone()
    query.subquery = True  # so that the point stays a geometry instead of the bytes that Python would read
    sql, values = query.get_compiler(connection=connection).as_sql()
    names = iter(range(len(values)))
    # Django writes "%s" for a value and "%%" for a per cent sign.
    named = re.sub(r"%(%|s)", lambda found: "%%" if found[1] == "%" else f"%(value{next(names)})s", sql)
    return Relation(named, {f"value{number}": value for number, value in enumerate(values)})


_VALID = "{0}.valid_from <= {1}.day AND ({0}.valid_to IS NULL OR {0}.valid_to > {1}.day)"
_EXACT = "{0}.category_id = asked.category_id"
_WIDER = "{0}.category_id IS NULL AND ({0}.group_id = asked.group_id OR {0}.group_id IS NULL)"
_IN_AREA = "ST_Covers(r.own_area, asked.point)"
#: Marks in ``inside``: in the town, in its built-up area, then one for each version of a boundary that counts.
_IN_TOWN, _BUILT_UP, _FIRST_VERSION = 1, 2, 3
_IS_IN = "substr({0}.inside, {1}, 1) = '1'"
_MARK = "overlay(repeat('0', (SELECT count(*)::int FROM version) + 2) PLACING '1' FROM {0})::varbit"


def _rule(area: str) -> str:
    """Return the columns of a rule ``r`` that do not depend on the point."""
    return f"""
    r.id AS rule_id, r.category_id, r.group_id, r.asset_kind, r.road_classes, r.road_path, r.distance_m AS reach_m,
    r.inside_built_up, r.answers, r.season_from, r.season_to, r.weekdays, r.valid_from, r.valid_to, r.priority,
    r.created_at,{ranks(area)}"""


def _counts(asked: str) -> str:
    """Return the condition that a rule ``r`` is valid and holds for what ``asked`` (an alias) asks."""
    return f"{_VALID.format('r', asked)} AND {conditions_hold('r', day=f'{asked}.made_on', answers=f'{asked}.answers')}"


def _standing(extent: str) -> str:
    return standing(**{step.key: f"r.{step.key}" for step in PRECEDENCE} | {"extent_m2": extent})


#: ``s`` says where the point stands.
_BUILT_UP_AS_ASKED = f"(r.inside_built_up IS NULL OR r.inside_built_up = ({_IS_IN.format('s', _BUILT_UP)}))"
_PLACE_AS_ASKED = f"(r.place IS NULL OR {_IS_IN.format('s', 'r.place')}) AND {_BUILT_UP_AS_ASKED}"
_HIT = """r.rule_id, r.priority, r.where_rank, r.scope_rank, r.answer_count, r.time_count, r.area_m2, r.created_at,
           r.asset_kind, r.road_classes, r.road_path, r.reach_m, r.inside_built_up"""
_ON_ROAD = """{0}.distance_m <= r.reach_m AND {0}.road_class = ANY (r.road_classes)
          AND r.road_path IN ('', coalesce(nullif({0}.path, ''), 'street'))"""
#: Few points: the index on category and area finds the areas of each. The two scopes have an index of their own.
_HITS_OF_FEW = " UNION ALL ".join(
    f"""
    SELECT asked.id, {_HIT}
    FROM drawn r
    JOIN asked ON {_IN_AREA} AND {scope.format("r")}
    WHERE {_counts("asked")}"""  # noqa: S608  (constants only)
    for scope in (_EXACT, _WIDER)
)
#: Many points: points and areas meet in the cells of a grid, by a hash join, and only then the geometry is asked; area
#: by area, so that each is unpacked and prepared once. The cells are as large as a quarter of an average area.
_CELL = "floor({0} / (SELECT side_m FROM grid))::int"
_CELLS = "unnest(ARRAY(SELECT generate_series({0}, {1})))".format  # an array: the planner expects ten, not a thousand
_HITS_OF_MANY = f"""
    SELECT asked.id, {_HIT}
    FROM (
        {{}}
        ORDER BY rule_id OFFSET 0
    ) asked
    JOIN drawn r ON r.rule_id = asked.rule_id AND {_IN_AREA}
    WHERE {_counts("asked")}""".format(  # noqa: S608  (constants only)
    " UNION ALL ".join(
        f"""
        SELECT asked.*, cell.rule_id
        FROM asked
        JOIN cell ON {scope.format("cell")} AND cell.east = {_CELL.format("ST_X(asked.point)")}
            AND cell.north = {_CELL.format("ST_Y(asked.point)")}"""  # noqa: S608  (constants only)
        for scope in (_EXACT, _WIDER)
    )
)
_GRID = f"""
grid AS MATERIALIZED (
    SELECT greatest(sqrt(avg((ST_XMax(r.own_area) - ST_XMin(r.own_area)) * (ST_YMax(r.own_area) - ST_YMin(r.own_area))))
                    / 4, 10) AS side_m
    FROM drawn r
),
cell AS MATERIALIZED (
    SELECT r.rule_id, r.category_id, r.group_id, east, north
    FROM drawn r,
         {_CELLS(_CELL.format("ST_XMin(r.own_area)"), _CELL.format("ST_XMax(r.own_area)"))} AS east,
         {_CELLS(_CELL.format("ST_YMin(r.own_area)"), _CELL.format("ST_YMax(r.own_area)"))} AS north
),"""  # noqa: S608  (constants only)


def _assign(*, hits: str, grid: str = "", materialized: str = "NOT MATERIALIZED") -> str:
    return f"""
asked AS NOT MATERIALIZED (
    SELECT given.id, given.category_id, given.point, given.answers, given.day, given.made_on,
           c.group_id
    FROM given
    JOIN departments_category c ON c.id = given.category_id AND c.municipality_id = %(town)s
),
drawn AS {materialized} (
    SELECT {_rule("r.own_area")}, r.own_area, ST_Area(r.own_area) AS area_m2
    FROM departments_jurisdiction r
    JOIN departments_department d ON d.id = r.executor_id AND d.is_active
    WHERE r.municipality_id = %(town)s AND r.own_area IS NOT NULL
),
{grid}
-- Only drawn areas and points in this join, so that nothing else tempts the planner to meet them by category alone.
hit AS MATERIALIZED ({hits}),
street AS {materialized} (
    SELECT w.id, w.key, w.road_class, w.path, w.line FROM places_road w WHERE w.municipality_id = %(town)s
),
version AS MATERIALIZED (
    SELECT a.kind, a.key, a.area, a.valid_from, a.valid_to, ST_Area(a.area) AS area_m2,
           {_FIRST_VERSION - 1} + (row_number() OVER (ORDER BY a.id))::int AS place
    FROM places_administrativearea a
    WHERE a.municipality_id = %(town)s
      AND (a.kind = 'municipality' OR EXISTS (
          SELECT 1
          FROM departments_jurisdiction r
          JOIN places_administrativearea named ON named.id = r.area_id
          WHERE r.municipality_id = %(town)s AND named.kind = a.kind AND named.key = a.key
      ))
),
spoken AS MATERIALIZED (
    SELECT c.id AS for_category_id, r.*, version.area_m2, version.place
    FROM (
        SELECT {_rule("r.area_id")}, r.area_id, named.kind AS area_kind, named.key AS area_key
        FROM departments_jurisdiction r
        JOIN departments_department d ON d.id = r.executor_id AND d.is_active
        LEFT JOIN places_administrativearea named ON named.id = r.area_id
        WHERE r.municipality_id = %(town)s AND r.own_area IS NULL
    ) r
    JOIN departments_category c ON c.municipality_id = %(town)s AND (r.category_id = c.id
        OR (r.category_id IS NULL AND (r.group_id = c.group_id OR r.group_id IS NULL)))
    LEFT JOIN version ON version.kind = r.area_kind AND version.key = r.area_key
    WHERE r.area_id IS NULL OR version.place IS NOT NULL
),
ground AS MATERIALIZED (
    SELECT met.id, bit_or(met.mark)::text AS inside
    FROM (
        -- Nearly all points lie in the town: their index would only be a detour.
        SELECT asked.id, {_MARK.format(_IN_TOWN)} | {_MARK.format("v.place")} AS mark
        FROM version v
        JOIN asked ON ST_Covers(v.area, coalesce(asked.point, 'POINT EMPTY'))
        WHERE v.kind = 'municipality' AND {_VALID.format("v", "asked")}
        UNION ALL
        SELECT asked.id, v.mark
        FROM (SELECT version.*, {_MARK.format("version.place")} AS mark FROM version) v
        JOIN asked ON ST_Covers(v.area, asked.point)
        WHERE v.kind <> 'municipality' AND {_VALID.format("v", "asked")}
        UNION ALL
        SELECT asked.id, {_MARK.format(_BUILT_UP)}
        FROM places_builtuparea b
        JOIN asked ON ST_Covers(b.area, asked.point)
        WHERE b.municipality_id = %(town)s AND EXISTS (
            SELECT 1 FROM departments_jurisdiction r
            WHERE r.municipality_id = %(town)s AND r.inside_built_up IS NOT NULL
        )
    ) met
    GROUP BY met.id
),
near AS MATERIALIZED (
    SELECT r.asset_kind, r.category_id, r.group_id, r.road_classes <> ARRAY[]::varchar[] AS is_road,
           least(max(r.distance_m) + 0.01, {REACH_M}) AS reach_m
    FROM departments_jurisdiction r
    WHERE r.municipality_id = %(town)s AND r.distance_m IS NOT NULL
    GROUP BY 1, 2, 3, 4
),
road AS MATERIALIZED (
    SELECT DISTINCT ON (met.id) met.id, met.road_class, met.path, met.distance_m
    FROM (
        SELECT asked.id, w.id AS road_id, w.key, w.road_class, w.path,
               round(ST_Distance(w.line, asked.point)::numeric, 2) AS distance_m
        FROM street w
        JOIN asked ON ST_DWithin(w.line, asked.point, (SELECT max(reach_m) FROM near WHERE is_road))
        WHERE asked.category_id IN (
            SELECT c.id
            FROM departments_category c
            JOIN near ON near.is_road AND (near.category_id = c.id OR (near.category_id IS NULL
                AND (near.group_id = c.group_id OR near.group_id IS NULL)))
        )
    ) met
    ORDER BY met.id, {ROAD_ORDER.format("met", "road_id")}
),
asset AS MATERIALIZED (
    SELECT DISTINCT ON (met.id, met.kind) met.id, met.kind, met.distance_m, met.extent_m2
    FROM (
        SELECT asked.id, s.id AS asset_id, s.kind, ST_Area(s.shape) AS extent_m2,
               round(ST_Distance(s.shape, asked.point)::numeric, 2) AS distance_m
        FROM places_asset s
        JOIN asked ON ST_DWithin(s.shape, asked.point, (SELECT max(reach_m) FROM near WHERE NOT is_road))
        WHERE s.municipality_id = %(town)s AND s.kind IN (SELECT asset_kind FROM near WHERE NOT is_road)
    ) met
    ORDER BY met.id, met.kind, met.distance_m, met.extent_m2, met.asset_id
),
stands AS MATERIALIZED (
    SELECT asked.id, asked.category_id, asked.day, asked.made_on, asked.answers,
           coalesce(ground.inside, '') AS inside, ground.inside >= '1' AS in_town  -- the first mark
    FROM asked
    LEFT JOIN ground ON ground.id = asked.id
),
question AS MATERIALIZED (
    SELECT q.*, row_number() OVER () AS number
    FROM (SELECT DISTINCT category_id, day, made_on, answers, inside FROM stands WHERE in_town) q
),
general AS MATERIALIZED (
    SELECT s.number, min({_standing("NULL")}) AS standing
    FROM question s
    JOIN spoken r ON r.for_category_id = s.category_id
    WHERE r.asset_kind = '' AND r.road_classes = ARRAY[]::varchar[] AND {_counts("s")} AND {_PLACE_AS_ASKED}
    GROUP BY s.number
),
-- What stands where each point that has met something stands; a fence as above.
met AS MATERIALIZED (
    SELECT s.*, m.kind, m.road_class, m.path, m.distance_m, m.extent_m2
    FROM (
        SELECT id, '' AS kind, road_class, path, distance_m, NULL::float8 AS extent_m2 FROM road
        UNION ALL
        SELECT id, kind, NULL, NULL, distance_m, extent_m2 FROM asset
    ) m
    JOIN stands s ON s.id = m.id
    WHERE s.in_town
),
particular AS MATERIALIZED (
    SELECT candidate.id, min(candidate.standing) AS standing
    FROM (
        SELECT r.id, {_standing("asset.extent_m2")} AS standing
        FROM hit r
        JOIN stands s ON s.id = r.id
        LEFT JOIN road ON road.id = r.id AND r.road_classes <> ARRAY[]::varchar[]
        LEFT JOIN asset ON asset.id = r.id AND asset.kind = r.asset_kind AND r.asset_kind <> ''
        WHERE s.in_town AND {_BUILT_UP_AS_ASKED}
          AND (r.asset_kind = '' OR asset.distance_m <= r.reach_m)
          AND (r.road_classes = ARRAY[]::varchar[] OR ({_ON_ROAD.format("road")}))
        UNION ALL
        SELECT s.id, {_standing("s.extent_m2")}
        FROM met s
        JOIN spoken r ON r.for_category_id = s.category_id AND r.asset_kind = s.kind
        WHERE ((r.asset_kind <> '' AND s.distance_m <= r.reach_m)
            OR (r.road_classes <> ARRAY[]::varchar[] AND {_ON_ROAD.format("s")}))
          AND {_counts("s")} AND {_PLACE_AS_ASKED}
    ) candidate
    GROUP BY candidate.id
)
SELECT s.id, s.in_town IS TRUE AS in_town, winner.id AS rule_id,
       CASE WHEN s.in_town THEN coalesce(winner.executor_id, triage.id) END AS executor_id,
       CASE WHEN s.in_town THEN coalesce(winner.owner_id, winner.executor_id, triage.id) END AS owner_id,
       winner.copy_to_id
FROM stands s
LEFT JOIN question ON (question.category_id, question.day, question.made_on, question.answers, question.inside)
    = (s.category_id, s.day, s.made_on, s.answers, s.inside)
LEFT JOIN general ON general.number = question.number
LEFT JOIN particular ON particular.id = s.id
LEFT JOIN departments_jurisdiction winner
    ON winner.id = (least(general.standing, particular.standing))[{len(PRECEDENCE)}]::bigint
LEFT JOIN departments_department triage ON triage.municipality_id = %(town)s AND triage.is_triage
"""  # noqa: S608  (put together from constants of this module; every value is a parameter)


_FEW = _assign(hits=_HITS_OF_FEW)
_MANY = _assign(hits=_HITS_OF_MANY, grid=_GRID, materialized="MATERIALIZED")


def assign_sql(relation: Relation, *, bulk: bool = False) -> str:
    """Return the statement for the points of a relation; parameters: ``town`` and those of the relation.

    A row per point: ``id``, ``in_town``, ``rule_id`` (NULL: no rule speaks), ``executor_id``, ``owner_id``,
    ``copy_to_id``. ``bulk`` is for relations that are most of a table with an index on the point: it puts the areas
    first. The executor is NULL outside the town, and where no rule speaks in a town without triage desk.
    """
    return f"WITH given AS ({relation.sql}), {_MANY if bulk else _FEW}"
