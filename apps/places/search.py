"""Finding a place by its name: the gazetteer of a town, without any foreign service."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import connection
from django.utils import timezone

from apps.geo.crs import WGS84
from apps.places.folding import fold, split_number
from apps.places.models import Municipality

LIMIT = 8
#: Word distance of pg_trgm (0 equal, 1 nothing in common) up to which a name counts as meant.
#: "grimaische str" is 0.2 from "grimmaische str", "bahnhofstr" 0.55 from "hauptstr".
TOO_FAR = 0.5
#: Kinds of assets that people name when they mean a place.
LANDMARK_KINDS = [
    *("landmark", "townhall", "church", "castle", "station", "bus_stop", "school", "pool", "playground", "sports"),
    *("park", "lake", "water", "cemetery", "quarry", "recycling", "firestation", "viewpoint", "museum", "solar"),
    "industrial",
]


@dataclass(frozen=True)
class Place:
    """A place with a name. ``kind`` is address, street, landmark or district; ``lon``, ``lat`` are WGS 84 degrees."""

    kind: str
    label: str
    detail: str
    lon: float
    lat: float

    def as_dict(self) -> dict[str, str | float]:
        return asdict(self)


# Streets, landmarks and districts are some hundreds a town; their names are folded while searching, in the words of
# folding.py (`<->>` binds more loosely than `-`, hence the brackets). Addresses are many: their folded text is stored,
# and the GiST trigram index returns them by distance.
_DISTANCE = (
    "(replace(replace(replace(replace(replace(replace(lower({0}),'ä','ae'),'ö','oe'),'ü','ue'),'ß','ss'),"
    "'strasse','str'),'str.','str') <->> %(words)s)"
)
_SEARCH = f"""
WITH near_addresses AS MATERIALIZED (
    SELECT street, house_number, postcode, district, point, (search <->> %(words)s) AS distance
    FROM places_address
    WHERE municipality_id = %(town)s
    ORDER BY search <->> %(folded)s, search
    LIMIT 200
), addresses AS (
    SELECT 'address' AS kind, street || ' ' || house_number AS label,
           concat_ws(' ', postcode, nullif(district, '')) AS detail, point,
           distance + CASE WHEN lower(replace(house_number, ' ', '')) = %(number)s THEN 0
                           WHEN substring(house_number from '^[0-9]+') = substring(%(number)s from '^[0-9]+') THEN 0.05
                           ELSE 0.3 END AS distance,
           lpad(substring(house_number from '^[0-9]+'), 5, '0') || house_number AS tie
    FROM near_addresses WHERE %(number)s <> ''
), streets AS (
    -- The address in the middle of the street stands for it.
    SELECT 'street' AS kind, street AS label, concat_ws(' ', postcode, nullif(district, '')) AS detail,
           (array_agg(point ORDER BY point <-> middle, house_number))[1] AS point,
           min(distance) + 0.02 AS distance, street AS tie
    FROM (SELECT *, ST_Centroid(ST_Collect(point) OVER (PARTITION BY street, postcode, district)) AS middle
          FROM near_addresses) AS a
    GROUP BY street, postcode, district
), roads AS (
    SELECT 'street' AS kind, name AS label, '' AS detail,
           (array_agg(ST_LineInterpolatePoint(line, 0.5) ORDER BY ST_Length(line) DESC, key))[1] AS point,
           min({_DISTANCE.format("name")}) + 0.03 AS distance, name AS tie
    FROM places_road
    WHERE municipality_id = %(town)s AND name <> '' AND name NOT IN (SELECT street FROM near_addresses)
    GROUP BY name
), landmarks AS (
    SELECT 'landmark' AS kind, name AS label, '' AS detail, ST_PointOnSurface(shape) AS point,
           {_DISTANCE.format("name")} AS distance, name AS tie
    FROM places_asset
    WHERE municipality_id = %(town)s AND name <> '' AND kind = ANY(%(kinds)s)
), districts AS (
    SELECT 'district' AS kind, name AS label, '' AS detail, ST_PointOnSurface(area) AS point,
           {_DISTANCE.format("name")} - 0.01 AS distance, name AS tie
    FROM places_administrativearea
    WHERE municipality_id = %(town)s AND kind = 'district'
      AND valid_from <= %(today)s AND (valid_to IS NULL OR valid_to > %(today)s)
), found AS (
    SELECT * FROM addresses UNION ALL SELECT * FROM streets UNION ALL SELECT * FROM roads
    UNION ALL SELECT * FROM landmarks UNION ALL SELECT * FROM districts
), nearest AS (
    SELECT * FROM (
        SELECT DISTINCT ON (label, detail) * FROM found
        WHERE distance <= {TOO_FAR} ORDER BY label, detail, distance, kind
    ) AS distinct_places
    ORDER BY distance, kind, tie LIMIT %(limit)s
)
SELECT kind, label, detail, ST_X(lonlat), ST_Y(lonlat)
FROM (SELECT *, ST_Transform(point, {WGS84}) AS lonlat FROM nearest) AS moved
ORDER BY distance, kind, tie
"""  # noqa: S608  (built from constants of this module; what was typed travels as parameters)


def find_places(town: Municipality, query: str, *, limit: int = LIMIT) -> list[Place]:
    """Return the places of a town that a query names, best first: addresses, streets, landmarks, districts.

    ``query`` is text as typed, spelling mistakes included. With a house number the addresses come first; without one
    the street stands for all of its addresses. One statement.
    """
    folded = fold(query)[:120]
    if len(folded) < 2:
        return []
    words, number = split_number(folded)
    values: dict[str, int | str | dt.date | list[str]] = {
        "town": town.pk,
        "folded": f"{words} {number}".strip(),
        "words": words,
        "number": number,
        "kinds": LANDMARK_KINDS,
        "limit": limit,
        "today": timezone.localdate(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, values)
        return [Place(kind, label, detail, round(lon, 7), round(lat, 7)) for kind, label, detail, lon, lat in cursor]
