"""Drawn areas of rules: taken from places or a file, and looked at before they are saved.

All geometry is in the storage CRS, all measures are m² by PostGIS. Nothing here writes.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.db.models import F, Func, IntegerField
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.departments.models import Jurisdiction
from apps.geo.crs import GEO_SRID
from apps.geo.untrusted import InputRefused, whole_number
from apps.geofiles.crs_guess import decide, to_storage
from apps.geofiles.reading import read_upload
from apps.places.models import AdministrativeArea, Asset, BuiltUpArea, Municipality

#: More vertices do not fit into the text field that a drawing is (``apps/geo/drawn_text.py``).
MAX_VERTICES = 2_000
#: Grounds that the list of sources offers at most.
MOST = 200
#: Slivers below this are the noise of two surveys, not an overhang.
NOTICEABLE_M2 = 1.0


@dataclass(frozen=True)
class Taken:
    """An area taken from elsewhere; ``simplified_m`` is how far its outline may have moved (0: not at all)."""

    area: MultiPolygon
    simplified_m: float = 0.0


def sources(town: Municipality) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return grouped choices of areas that can be copied: boundaries, built-up areas, grounds, areas of other rules."""
    today = timezone.localdate()
    boundaries = (
        AdministrativeArea.objects.valid_on(today).filter(municipality=town).exclude(kind="neighbour").defer("area")
    )
    dimension = Func(F("shape"), function="ST_Dimension", output_field=IntegerField())
    grounds = Asset.objects.filter(municipality=town).annotate(dimension=dimension).filter(dimension=2).defer("shape")
    rules = Jurisdiction.objects.filter(municipality=town).exclude(own_area=None).order_by("code")
    built_up = BuiltUpArea.objects.filter(municipality=town).defer("area").order_by("name", "pk")
    groups = [
        (_("Gebiete"), [(f"area-{a.pk}", str(a)) for a in boundaries.order_by("kind", "name")]),
        (_("Geschlossene Ortslagen"), [(f"builtup-{b.pk}", b.name or b.key) for b in built_up]),
        (
            _("Objekte mit Fläche"),
            [(f"asset-{a.pk}", f"{a.name or a.key} ({a.kind})") for a in grounds.order_by("kind", "name")[:MOST]],
        ),
        (_("Flächen anderer Regeln"), [(f"rule-{pk}", code) for pk, code in rules.values_list("pk", "code")]),
    ]
    return [(str(title), choices) for title, choices in groups if choices]


def taken_from(
    town: Municipality, action: str, typed: Mapping[str, str], files: Mapping[str, UploadedFile]
) -> tuple[Taken, str]:
    """Return the area that somebody takes over (``action`` take or upload) and a sentence about it.

    Raises ``InputRefused`` with a sentence.
    """
    if action == "take":
        taken = copy_area(town, typed.get("area_source", ""))
    elif (upload := files.get("area_file")) is None:
        raise InputRefused(_("Bitte wählen Sie eine Datei aus."))
    else:
        taken = read_area(town, upload)
    told = _("Die Fläche ist übernommen und noch nicht gespeichert.")
    if taken.simplified_m:
        told += " " + _("Der Umriss wurde vereinfacht und weicht höchstens um etwa %(n)s m ab.") % {
            "n": f"{taken.simplified_m:g}".replace(".", ",")
        }
    return taken, told


_SHAPES = {
    "area": "SELECT area FROM places_administrativearea",
    "builtup": "SELECT area FROM places_builtuparea",
    "asset": "SELECT shape FROM places_asset",
    "rule": "SELECT own_area FROM departments_jurisdiction",
}


def copy_area(town: Municipality, key: str) -> Taken:
    """Return the area behind a key of ``sources``; raises ``InputRefused`` where there is none (any more)."""
    kind, _dash, number = key.partition("-")
    found = None
    if kind in _SHAPES:
        found = _simple(f"({_SHAPES[kind]} WHERE municipality_id = %s AND id = %s)", [town.pk, whole_number(number)])
    if found is None:
        raise InputRefused(_("Diese Fläche gibt es nicht. Bitte wählen Sie eine aus der Liste."))
    return found


def read_area(town: Municipality, upload: UploadedFile) -> Taken:
    """Return the union of the areas in an uploaded file (GeoPackage, GeoJSON, FlatGeobuf, zipped Shapefile).

    The file is opened in the sandbox of ``geofiles``; its CRS is found by comparison with the town. Raises
    ``InputRefused`` with a sentence.
    """
    source = read_upload(upload)
    shapes = source.frame.geometry.array
    reading = decide(shapes, AdministrativeArea.objects.box_of(town), declared=source.declared_srid, chosen=None)
    polygons = [shape for shape in to_storage(shapes, reading) if shape is not None and "Polygon" in shape.geom_type]
    if not polygons:
        raise InputRefused(_("In der Datei ist keine Fläche."))
    whole = shapely.union_all(shapely.make_valid(polygons, method="structure", keep_collapsed=False))
    taken = _simple("ST_SetSRID(%s::geometry, %s)", [shapely.to_wkb(whole), GEO_SRID])
    if taken is None:
        raise InputRefused(_("In der Datei ist keine Fläche."))
    return taken


_TAKE = """
SELECT ST_AsEWKB(taken.area), taken.tolerance
FROM (SELECT {expression} AS shape) AS given,
LATERAL (
    SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(CASE
        WHEN tolerance = 0 THEN given.shape ELSE ST_SimplifyPreserveTopology(given.shape, tolerance) END), 3)) AS area,
        tolerance
    FROM unnest(ARRAY[0, 0.1, 0.5, 1, 2, 5, 10, 20, 50]) AS tolerance
) AS taken
WHERE NOT ST_IsEmpty(taken.area)
ORDER BY ST_NPoints(taken.area) > %s, tolerance
LIMIT 1
"""


def _simple(expression: str, values: list[bytes | int | None]) -> Taken | None:
    """Return an SQL geometry as a valid area, simplified as little as fits into ``MAX_VERTICES``."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(expression=expression), [*values, MAX_VERTICES])
        row = cursor.fetchone()
    if row is None:
        return None
    area = GEOSGeometry(memoryview(bytes(row[0])))
    assert isinstance(area, MultiPolygon)
    return Taken(area, float(row[1]))


# Overlaps count among rules for the same thing in the same kind of place: there the smaller area decides.
_EXAMINE = """
WITH drawn AS (SELECT ST_GeomFromEWKB(%(area)s) AS area),
town AS (
    SELECT ST_Union(a.area) AS area FROM places_administrativearea a
    WHERE a.municipality_id = %(town)s AND a.kind = 'municipality'
      AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
)
SELECT NULL AS code, ST_Area(ST_Difference(drawn.area, town.area)) AS m2, ST_Area(drawn.area) AS whole_m2
FROM drawn, town WHERE town.area IS NOT NULL
UNION ALL
SELECT r.code, ST_Area(ST_Intersection(r.own_area, drawn.area)), ST_Area(r.own_area)
FROM drawn, departments_jurisdiction r
WHERE r.municipality_id = %(town)s AND r.own_area IS NOT NULL AND r.id <> %(rule)s
  AND r.category_id IS NOT DISTINCT FROM %(category)s::bigint AND r.group_id IS NOT DISTINCT FROM %(group)s::bigint
  AND (r.valid_to IS NULL OR r.valid_to > %(day)s)
  AND ST_Intersects(r.own_area, drawn.area)
ORDER BY code NULLS FIRST
"""


def examine_area(town: Municipality, area: GEOSGeometry, *, rule: Jurisdiction | None = None) -> list[str]:
    """Return sentences about a valid drawn area: what lies beyond the boundary, and which rules' areas it overlaps.

    ``rule`` names what the area is for (category or group) and is left out of the comparison. One statement.
    """
    values: dict[str, bytes | int | str | dt.date | None] = {
        "area": bytes(area.ewkb),
        "town": town.pk,
        "day": timezone.localdate(),
        "rule": (rule.pk if rule else None) or 0,
        "category": rule.category_id if rule else None,
        "group": rule.group_id if rule else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EXAMINE, values)
        rows = cursor.fetchall()
    sentences = []
    for code, m2, whole_m2 in rows:
        if m2 < NOTICEABLE_M2:
            continue
        size = number_format(round(m2), 0, force_grouping=True)
        if code is None and m2 > 0.999 * whole_m2:
            sentences.append(_("Die Fläche liegt ganz außerhalb der Gemeinde."))
        elif code is None:
            sentences.append(
                _("%(size)s m² liegen außerhalb der Gemeinde; dort gilt die Regel nicht.") % {"size": size}
            )
        else:
            sentences.append(
                _("Überschneidet sich auf %(size)s m² mit der Regel „%(code)s“; dort gilt die kleinere Fläche.")
                % {"size": size, "code": code}
            )
    return sentences
