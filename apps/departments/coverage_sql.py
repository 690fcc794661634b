"""What the rules of a town leave open: gaps, ties and areas beyond the boundary, measured in the storage CRS.

Every rule has a shape: its area, or the strips along its roads and around its objects, within the town and inside or
outside the built-up area as it says. Only rules that answer all the year and whatever was answered close a gap; one
for a season or an answer leaves the ground to others. Slivers below a square metre are the rounding of geometry.

A strip is what lies within reach of a road. Which of two roads is nearer, ``route()`` decides pin by pin; here strips
of several roads overlap at junctions, so that a gap there may be some square metres larger than it is drawn.
"""

from apps.departments.routing_sql import PRECEDENCE, ranks

#: Steps of the precedence in which two rules may be equal and still name nobody twice: age decides, or the asset met.
_AGE = ("extent_m2", "created_at", "rule_id")
_EQUAL = " AND ".join(f"a.{step.key} IS NOT DISTINCT FROM b.{step.key}" for step in PRECEDENCE if step.key not in _AGE)
_VALID = "{0}.valid_from <= %(day)s AND ({0}.valid_to IS NULL OR {0}.valid_to > %(day)s)"
#: What is drawn may be a metre off its place (hectares are not): strips have hundreds of thousands of corners.
_DRAW = "ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology({0}, 1), 4326), 6)"
_BOTH_OF = "(a.{0} = b.{0} OR a.{0} IS NULL OR b.{0} IS NULL)"
_IN_SEASON = """CASE WHEN {1}.season_from <= {1}.season_to
                     THEN {0}.season_from BETWEEN {1}.season_from AND {1}.season_to
                     ELSE {0}.season_from >= {1}.season_from OR {0}.season_from <= {1}.season_to END"""

#: Side of the squares in which roads and objects are buffered together.
SQUARE_M = 1500

_RULES = f"""
WITH town AS MATERIALIZED (
    SELECT ST_Union(a.area) AS area
    FROM places_administrativearea a
    WHERE a.municipality_id = %(town)s AND a.kind = 'municipality' AND {_VALID.format("a")}
),
built_up AS MATERIALIZED (
    SELECT coalesce(ST_Union(b.area), ST_GeomFromText('POLYGON EMPTY', %(srid)s)) AS area
    FROM places_builtuparea b
    WHERE b.municipality_id = %(town)s
),
named AS (
    SELECT r.*, coalesce(r.own_area, version.area) AS ground,{ranks("coalesce(r.own_area, version.area)")}
    FROM departments_jurisdiction r
    JOIN departments_department d ON d.id = r.executor_id AND d.is_active
    LEFT JOIN places_administrativearea area ON area.id = r.area_id
    LEFT JOIN places_administrativearea version
        ON version.municipality_id = %(town)s AND version.kind = area.kind AND version.key = area.key
       AND {_VALID.format("version")}
    WHERE r.municipality_id = %(town)s AND {_VALID.format("r")} AND (r.area_id IS NULL OR version.id IS NOT NULL)
),
-- Buffers are what costs time here: each class is buffered once a distance, square by square (a third of the time that
-- one buffer of everything takes), and rules for the same roads or objects share their strips.
wanted AS MATERIALIZED (
    SELECT DISTINCT asset_kind, road_classes, road_path, distance_m
    FROM named
    WHERE distance_m IS NOT NULL AND %(strips)s
),
piece AS MATERIALIZED (
    SELECT asset_kind, road_class, path, distance_m, ST_Union(area) AS area
    FROM (
        SELECT '' AS asset_kind, w.road_class, coalesce(nullif(w.path, ''), 'street') AS path, each.distance_m,
               ST_Buffer(ST_Collect(w.line), each.distance_m, 'quad_segs=8') AS area
        FROM (SELECT DISTINCT unnest(road_classes) AS road_class, distance_m FROM wanted) AS each
        JOIN places_road w ON w.municipality_id = %(town)s AND w.road_class = each.road_class
        GROUP BY 2, 3, 4, ST_SnapToGrid(ST_Centroid(w.line), {SQUARE_M})
        UNION ALL
        SELECT each.asset_kind, '', '', each.distance_m, ST_Buffer(ST_Collect(s.shape), each.distance_m, 'quad_segs=8')
        FROM (SELECT DISTINCT asset_kind, distance_m FROM wanted WHERE asset_kind <> '') AS each
        JOIN places_asset s ON s.municipality_id = %(town)s AND s.kind = each.asset_kind
        GROUP BY 1, 4, ST_SnapToGrid(ST_Centroid(s.shape), {SQUARE_M})
    ) AS squares
    GROUP BY 1, 2, 3, 4
),
strip AS MATERIALIZED (
    SELECT wanted.asset_kind, wanted.road_classes, wanted.road_path, wanted.distance_m,
           ST_Intersection(town.area, ST_Union(piece.area)) AS area
    FROM town, wanted
    JOIN piece ON piece.asset_kind = wanted.asset_kind AND piece.distance_m = wanted.distance_m
        AND (piece.asset_kind <> '' OR piece.road_class = ANY (wanted.road_classes))
        AND (piece.asset_kind <> '' OR wanted.road_path IN ('', piece.path))
    GROUP BY 1, 2, 3, 4, town.area
),
rule AS MATERIALIZED (
    SELECT given.id AS rule_id, given.*, ST_Area(given.ground) AS area_m2,
           CASE given.inside_built_up
               WHEN true THEN ST_Intersection(given.reached, built_up.area)
               WHEN false THEN ST_Difference(given.reached, built_up.area)
               ELSE given.reached END AS shape
    FROM (
        SELECT named.*, CASE
            WHEN named.distance_m IS NULL THEN coalesce(named.ground, town.area)
            WHEN strip.area IS NULL THEN ST_GeomFromText('POLYGON EMPTY', %(srid)s)
            WHEN named.ground IS NULL THEN strip.area
            ELSE ST_Intersection(strip.area, named.ground) END AS reached
        FROM named
        CROSS JOIN town
        LEFT JOIN strip ON strip.asset_kind = named.asset_kind AND strip.road_classes = named.road_classes
            AND strip.road_path = named.road_path AND strip.distance_m = named.distance_m
    ) AS given, built_up
)"""  # noqa: S608  (put together from constants; every value is a parameter)

#: A row per category with a gap.
_GAPS = """
speaking AS (
    SELECT c.id AS about_id, rule.rule_id, rule.shape, rule.ground, rule.inside_built_up, rule.distance_m
    FROM departments_category c
    LEFT JOIN rule ON rule.answer_count = 0 AND rule.time_count = 0
        AND (rule.category_id = c.id OR (rule.category_id IS NULL AND (rule.group_id = c.group_id
            OR rule.group_id IS NULL)))
    WHERE c.municipality_id = %(town)s AND c.is_active
),
closed AS (
    SELECT s.about_id, ST_Union(s.shape) AS area
    FROM speaking s
    -- A rule for the whole town closes every gap, and nothing has to be united.
    WHERE NOT EXISTS (
        SELECT 1 FROM speaking w
        WHERE w.about_id = s.about_id AND w.rule_id IS NOT NULL AND w.ground IS NULL
          AND w.inside_built_up IS NULL AND w.distance_m IS NULL
    )
    GROUP BY s.about_id
),
gap AS (
    SELECT closed.about_id,
           CASE WHEN closed.area IS NULL THEN town.area ELSE ST_Difference(town.area, closed.area) END AS shape
    FROM closed, town
)"""

#: A row per pair of rules that only their age tells apart although they name different departments.
_TIES = f"""
pair AS (
    SELECT a.id AS older_id, b.id AS younger_id,
           ST_CollectionExtract(ST_Intersection(a.shape, b.shape), 3) AS shape
    FROM rule a
    JOIN rule b ON (a.created_at, a.id) < (b.created_at, b.id) AND {_EQUAL}
        AND (a.executor_id, coalesce(a.owner_id, a.executor_id)) <> (b.executor_id, coalesce(b.owner_id, b.executor_id))
        AND a.category_id IS NOT DISTINCT FROM b.category_id AND a.group_id IS NOT DISTINCT FROM b.group_id
        AND a.asset_kind = b.asset_kind
        AND (a.road_classes = b.road_classes OR a.road_classes && b.road_classes)
        AND (a.road_path = b.road_path OR a.road_path = '' OR b.road_path = '')
        AND {_BOTH_OF.format("inside_built_up")}
        AND (cardinality(a.weekdays) = 0 OR cardinality(b.weekdays) = 0 OR a.weekdays && b.weekdays)
        AND (a.season_from IS NULL OR b.season_from IS NULL
            OR {_IN_SEASON.format("a", "b")} OR {_IN_SEASON.format("b", "a")})
        AND NOT EXISTS (
            SELECT 1
            FROM jsonb_each(a.answers) AS mine (key, allowed)
            JOIN jsonb_each(b.answers) AS theirs (key, allowed) USING (key)
            WHERE NOT mine.allowed ?| ARRAY(SELECT jsonb_array_elements_text(theirs.allowed))
        )
        AND ST_Intersects(a.shape, b.shape)
)"""  # noqa: S608  (constants only)

#: A row per rule whose area goes beyond the boundary.
_OVERHANGS = """
beyond AS (
    SELECT rule.id AS rule_id, ST_Difference(rule.ground, town.area) AS shape
    FROM rule, town
    WHERE rule.ground IS NOT NULL AND NOT ST_Covers(town.area, rule.ground)
)"""

#: One statement, so that every shape is made once. Rows: ``kind`` (gap, tie, overhang), ``first_id`` (a category, the
#: older rule, the rule), ``second_id`` (the younger rule), ``m2``, ``drawn`` (GeoJSON in WGS 84); largest first.
OPEN_QUESTIONS = f"""{_RULES},{_GAPS},{_TIES},{_OVERHANGS}
SELECT kind, first_id, second_id, ST_Area(shape) AS m2, {_DRAW.format("shape")} AS drawn
FROM (
    SELECT 'gap' AS kind, about_id AS first_id, NULL::bigint AS second_id, shape FROM gap
    UNION ALL SELECT 'tie', older_id, younger_id, shape FROM pair
    UNION ALL SELECT 'overhang', rule_id, NULL, shape FROM beyond
) AS found
WHERE ST_Area(shape) >= 1
ORDER BY kind, m2 DESC, first_id, second_id
"""  # noqa: S608  (constants only)
