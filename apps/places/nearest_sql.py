"""The one statement behind the name of a place."""

ADDRESS_WITHIN_M = 150
STREET_WITHIN_M = 150

# `&&` of an expanded box is what ST_DWithin uses for the index; `<->` orders by true distance. The town is written
# `municipality_id + 0` for the reason given in apps/departments/routing_sql.py.
_TOWN = "%(town)s::bigint"
_VALID = "valid_from <= %(day)s::date AND (valid_to IS NULL OR valid_to > %(day)s::date)"

#: Parameters: ``town`` (primary key), ``day`` (local date), ``point`` (EWKB in hex, storage CRS). Answers one row with
#: one JSON object: the fields of ``nearest.Whereabouts``. Prepared (apps/geo/prepared.py).
NEAREST = f"""
SELECT jsonb_build_object(
    'address', coalesce(a.street || ' ' || a.house_number, ''),
    'street', coalesce(r.name, a.street, ''),
    'district', coalesce(d.name, ''),
    'distance_m', round(a.distance::numeric, 1),
    'inside', EXISTS (
        SELECT FROM places_administrativearea AS m
        WHERE m.municipality_id = {_TOWN} AND m.kind = 'municipality' AND {_VALID} AND ST_Covers(m.area, p.point)
    )
)
FROM (SELECT %(point)s::geometry AS point) AS p
LEFT JOIN LATERAL (
    SELECT street, house_number, ST_Distance(point, p.point) AS distance FROM places_address
    WHERE municipality_id + 0 = {_TOWN} AND ST_DWithin(point, p.point, {ADDRESS_WITHIN_M})
    ORDER BY point <-> p.point, id LIMIT 1
) AS a ON true
LEFT JOIN LATERAL (
    SELECT coalesce(nullif(name, ''), number) AS name FROM places_road
    WHERE municipality_id + 0 = {_TOWN} AND (name <> '' OR number <> '')
      AND ST_DWithin(line, p.point, {STREET_WITHIN_M})
    ORDER BY line <-> p.point, id LIMIT 1
) AS r ON true
LEFT JOIN LATERAL (
    SELECT name FROM places_administrativearea
    WHERE municipality_id = {_TOWN} AND kind = 'district' AND {_VALID} AND ST_Covers(area, p.point)
    ORDER BY id LIMIT 1
) AS d ON true
"""  # noqa: S608  (put together from constants of this module; every value is a parameter)
