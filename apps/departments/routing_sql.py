"""The one statement that finds who is responsible, and the order in which rules beat each other.

Every value is a parameter, the moment included (never ``now()``). Three ways in, each with its own index, collect the
few rules that could speak: rules with a drawn area (GiST on scope and area), rules with an administrative area (GiST
on the boundaries, then the key), rules without either (btree). What stands around the pin (nearest road, nearest
asset of each kind, built-up area) is looked up once. Geometry is tested with ``ST_Covers``, which counts the border;
``&&`` alone would compare bounding boxes and route wrongly at every border that is not a rectangle. The town is
written ``municipality_id + 0`` beside a geometry test, so that the planner does not read the index entries of a whole
town (100,000 roads, 2 ms) to intersect them with the forty that the geometry index has found.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.departments.models.jurisdiction import REACH_M
from apps.places.nearest_sql import NEAREST


@dataclass(frozen=True)
class Step:
    """One step of the precedence: ``key`` names the column, ``because`` says the step in a sentence.

    The smaller value is first and none at all last, unless the higher ``falls`` to the end. ``number`` writes the
    column as a number.
    """

    key: str
    because: str | Promise
    falls: bool = False
    number: str = "{0}"

    @property
    def order(self) -> str:
        """Return the step as an item of ORDER BY."""
        return f"{self.key} DESC" if self.falls else f"{self.key} NULLS LAST"


#: THE order of precedence: the first step in which two rules differ decides between them.
#: A road comes after other assets, because a place of its own (railway ground, a container site) is more particular
#: than the street that leads past it; an area comes after both, the whole town last.
#: Conditions belong to *what* is reported: after the exact category comes the exact answer, then the exact time, and
#: only then the size of the area. More conditions on answers (or on time) are more exact than fewer.
PRECEDENCE = (
    Step("priority", _("sie einen höheren Vorrang hat"), falls=True),
    Step("where_rank", _("ein Objekt vor einer Straße, eine Straße vor einem Gebiet gilt")),
    Step("scope_rank", _("eine Regel für genau diese Kategorie vor einer allgemeineren gilt")),
    Step("answer_count", _("die Regel, die genauer nach den Antworten fragt, zuerst gilt"), falls=True),
    Step("time_count", _("die Regel für eine bestimmte Zeit vor der für das ganze Jahr gilt"), falls=True),
    Step("area_m2", _("das kleinere Gebiet vor dem größeren gilt")),
    Step("extent_m2", _("das kleinere Objekt vor dem größeren gilt")),
    # Microseconds: whole numbers, which a double keeps exactly.
    Step("created_at", _("die ältere Regel vor der jüngeren gilt"), number="extract(epoch FROM {0}) * 1000000"),
    Step("rule_id", _("sie früher angelegt wurde")),
)
ORDER = ", ".join(step.order for step in PRECEDENCE)


def standing(**columns: str) -> str:
    """Return the SQL of a rule's standing: an array of numbers, the smallest of which wins (``min``, ``least``).

    ``columns`` writes each step's column as an expression. Arrays compare number by number, as ORDER BY does.
    """
    numbers = (
        f"coalesce({'-' if step.falls else ''}({step.number.format(columns[step.key])})::float8, 'Infinity')"
        for step in PRECEDENCE
    )
    return f"ARRAY[{', '.join(numbers)}]"


def ranks(area: str) -> str:
    """Return the columns that say how particular a rule ``r`` is, as the precedence asks; ``area`` is NULL without one.

    The three statements that weigh rules (here, assigning_sql.py, coverage_sql.py) have them from here. What a place
    adds are ``area_m2`` and ``extent_m2``.
    """
    return f"""
    CASE WHEN r.asset_kind <> '' THEN 0 WHEN r.road_classes <> ARRAY[]::varchar[] THEN 1
         WHEN {area} IS NOT NULL THEN 2 ELSE 3 END AS where_rank,
    CASE WHEN r.category_id IS NOT NULL THEN 0 WHEN r.group_id IS NOT NULL THEN 1 ELSE 2 END AS scope_rank,
    (SELECT count(*) FROM jsonb_object_keys(r.answers)) AS answer_count,
    (r.season_from IS NOT NULL)::int + (cardinality(r.weekdays) > 0)::int AS time_count"""  # noqa: S608  (an expression of our own)


#: The nearest road decides. At a junction several are equally near (to the centimetre): the higher class counts.
ROAD_ORDER = "{0}.distance_m, array_position(ARRAY['A', 'B', 'S', 'K', 'G'], {0}.road_class::text), {0}.key, {0}.{1}"

#: How many candidates a trace keeps.
KEPT = 20

# The statement is prepared: see apps/geo/prepared.py for why each parameter has its type.
_TOWN = "%(town)s::bigint"
_CATEGORY = "%(category)s::bigint"
_GROUP = "%(group)s::bigint"
_DAY = "%(day)s::date"
_POINT = "%(point)s::geometry"
_ANSWERS = "%(answers)s::jsonb"
_RULE = """
    r.id AS rule_id, r.municipality_id, r.code, r.category_id, r.group_id, r.reason, r.to_confirm, r.priority,
    r.asset_kind, r.road_classes, r.road_path, r.distance_m AS reach_m, r.inside_built_up, r.executor_id,
    r.version, r.answers, r.season_from, r.season_to, r.weekdays,
    coalesce(r.owner_id, r.executor_id) AS owner_id, r.copy_to_id, r.created_at"""
_VALID = f"{{0}}.valid_from <= {_DAY} AND ({{0}}.valid_to IS NULL OR {{0}}.valid_to > {_DAY})"
_RULE_VALID = _VALID.format("r")


def conditions_hold(rule: str, *, day: str, answers: str) -> str:
    """Return the SQL condition that a rule's season, weekdays and answers hold.

    ``rule`` is an alias with the columns of ``departments_jurisdiction``; ``day`` an expression of type date (local);
    ``answers`` one of type jsonb: the answers by key, a value or a list of values (``?|`` reads both). What was not
    answered holds no condition. The text has no braces, so that it may be formatted again.
    """
    month_day = f"(extract(month FROM {day}) * 100 + extract(day FROM {day}))"
    return f"""(
        ({rule}.season_from IS NULL OR CASE
            WHEN {rule}.season_from <= {rule}.season_to
            THEN {month_day} BETWEEN {rule}.season_from AND {rule}.season_to
            ELSE {month_day} >= {rule}.season_from OR {month_day} <= {rule}.season_to END)
        AND (cardinality({rule}.weekdays) = 0 OR extract(isodow FROM {day})::smallint = ANY ({rule}.weekdays))
        AND ({rule}.answers = jsonb_build_object() OR NOT EXISTS (
            SELECT 1 FROM jsonb_each({rule}.answers) AS wanted (key, allowed)
            WHERE (({answers} -> wanted.key) ?| ARRAY(SELECT jsonb_array_elements_text(wanted.allowed))) IS NOT TRUE
        )))"""  # noqa: S608  (aliases and expressions of our own)


_AREA_VALID = _VALID.format("a")
_DRAWN = f"""
    SELECT {_RULE}, NULL::text AS area_name, ST_Area(r.own_area) AS area_m2
    FROM departments_jurisdiction r
    WHERE {{scope}} AND r.own_area IS NOT NULL AND ST_Covers(r.own_area, {_POINT})
      AND {_RULE_VALID}"""  # noqa: S608  (constants only)
_EXACT = f"r.category_id = {_CATEGORY}"
_WIDER = f"r.category_id IS NULL AND (r.group_id = {_GROUP} OR r.group_id IS NULL)"
_SPEAKS = f"({_EXACT} OR ({_WIDER}))"

#: The condition that a rule ``r`` is valid and speaks about the category (parameters as below), wherever it answers.
RULE_SPEAKS = f"{_SPEAKS} AND {_RULE_VALID}"

#: Parameters: ``town``, ``category``, ``group`` (primary keys), ``day`` (local date), ``point`` (EWKB in hex),
#: ``answers`` (JSON object, answers by the question's key).
#: Prepared with a generic plan (settings.py): every way in must be an index condition without knowing the values.
#: Answers one row with one JSON object; ``routing.py`` reads it.
ROUTE = f"""
WITH covering AS MATERIALIZED (
    SELECT a.kind, a.key, a.name, ST_Area(a.area) AS area_m2
    FROM places_administrativearea a
    WHERE a.municipality_id + 0 = {_TOWN} AND {_AREA_VALID} AND ST_Covers(a.area, {_POINT})
),
here AS MATERIALIZED (
    SELECT
        EXISTS (SELECT 1 FROM covering WHERE kind = 'municipality') AS in_town,
        EXISTS (
            SELECT 1 FROM places_builtuparea b
            WHERE b.municipality_id + 0 = {_TOWN} AND ST_Covers(b.area, {_POINT})
        ) AS built_up
),
neighbour AS (
    SELECT a.name, a.contact
    FROM places_administrativearea a
    WHERE NOT (SELECT in_town FROM here)
      AND ((a.municipality_id = {_TOWN} AND a.kind = 'neighbour')
        OR (a.municipality_id <> {_TOWN} AND a.kind = 'municipality'))
      AND {_AREA_VALID} AND ST_Covers(a.area, {_POINT})
    ORDER BY a.kind = 'neighbour' DESC, ST_Area(a.area), a.key, a.id
    LIMIT 1
),
rules AS MATERIALIZED (
    {_DRAWN.format(scope=_EXACT)}
    UNION ALL {_DRAWN.format(scope=_WIDER)} AND r.municipality_id = {_TOWN}
    UNION ALL
    SELECT {_RULE}, c.name, c.area_m2
    FROM covering c
    JOIN places_administrativearea a ON a.municipality_id = {_TOWN} AND a.kind = c.kind AND a.key = c.key
    JOIN departments_jurisdiction r ON r.area_id = a.id
    WHERE {_SPEAKS} AND {_RULE_VALID}
    UNION ALL
    SELECT {_RULE}, NULL, NULL
    FROM departments_jurisdiction r
    WHERE r.municipality_id = {_TOWN} AND r.area_id IS NULL AND r.own_area IS NULL
      AND {_SPEAKS} AND {_RULE_VALID}
),
road AS MATERIALIZED (
    SELECT near.road_class, near.path, coalesce(nullif(near.number, ''), near.name) AS name, near.distance_m
    FROM (
        SELECT w.id, w.key, w.road_class, w.path, w.number, w.name,
               round(ST_Distance(w.line, {_POINT})::numeric, 2) AS distance_m
        FROM places_road w
        WHERE w.municipality_id + 0 = {_TOWN} AND ST_DWithin(w.line, {_POINT}, {REACH_M})
        ORDER BY w.line <-> {_POINT}
        LIMIT 16
    ) near
    ORDER BY {ROAD_ORDER.format("near", "id")}
    LIMIT 1
),
assets AS MATERIALIZED (
    SELECT DISTINCT ON (near.kind) near.kind, near.name, near.distance_m, near.extent_m2
    FROM (
        SELECT s.id, s.kind, s.name, ST_Area(s.shape) AS extent_m2,
               round(ST_Distance(s.shape, {_POINT})::numeric, 2) AS distance_m
        FROM places_asset s
        WHERE s.municipality_id + 0 = {_TOWN} AND ST_DWithin(s.shape, {_POINT}, {REACH_M})
          AND s.kind IN (SELECT asset_kind FROM rules)
    ) near
    ORDER BY near.kind, near.distance_m, near.extent_m2, near.id
),
matching AS (
    SELECT r.*,{ranks("r.area_m2")},
           coalesce(assets.distance_m, road.distance_m) AS distance_m,
           assets.extent_m2, assets.name AS asset_name, road.name AS road_name, road.road_class
    FROM rules r
    CROSS JOIN here
    LEFT JOIN road ON r.road_classes <> '{{}}'
    LEFT JOIN assets ON r.asset_kind <> '' AND assets.kind = r.asset_kind
    WHERE here.in_town
      AND {conditions_hold("r", day=_DAY, answers=_ANSWERS)}
      AND (r.inside_built_up IS NULL OR r.inside_built_up = here.built_up)
      AND (r.asset_kind = '' OR assets.distance_m <= r.reach_m)
      AND (r.road_classes = '{{}}' OR (
          road.distance_m <= r.reach_m AND road.road_class = ANY (r.road_classes)
          AND r.road_path IN ('', coalesce(nullif(road.path, ''), 'street'))
      ))
),
ranked AS MATERIALIZED (
    SELECT matching.*, row_number() OVER (ORDER BY {ORDER}) AS place
    FROM matching
    ORDER BY place
    LIMIT {KEPT}
)
SELECT json_build_object(  -- json, not jsonb: it is written once and read by nobody before it is sent
    'in_town', here.in_town,
    'built_up', here.built_up,
    'neighbour', (SELECT row_to_json(neighbour) FROM neighbour),
    'departments', (
        SELECT json_object_agg(desk.id, row_to_json(desk))
        FROM (
            SELECT d.*, row_to_json(o) AS organisation
            FROM departments_department d JOIN departments_organisation o ON o.id = d.organisation_id
            WHERE d.municipality_id = {_TOWN}
              AND (d.is_triage OR d.id IN (SELECT unnest(ARRAY[executor_id, owner_id, copy_to_id]) FROM ranked))
        ) desk
    ),
    'candidates', (SELECT coalesce(json_agg(row_to_json(ranked) ORDER BY place), '[]') FROM ranked)
)
FROM here
"""  # noqa: S608  (put together from constants of this module; every value is a parameter)

#: The same with the address of the point: one row of two JSON objects, parameters as above.
ROUTE_AND_NEAREST = f"""
SELECT routing.answer, nearest.answer
FROM ({ROUTE}) AS routing (answer), ({NEAREST}) AS nearest (answer)
"""  # noqa: S608  (constants)
