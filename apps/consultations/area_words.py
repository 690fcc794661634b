"""The area of a plan in words, for everybody who does not see the map."""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation
from apps.geo.templatetags.measures import hectares

STREETS_WITHIN_M = 30
MOST_STREETS = 6

_WORDS = """
SELECT
    (SELECT array_agg(name ORDER BY share DESC, name) FROM (
        SELECT d.name, ST_Area(ST_Intersection(d.area, c.area)) AS share
        FROM places_administrativearea AS d
        WHERE d.municipality_id = c.municipality_id AND d.kind = 'district'
          AND d.valid_from <= %(day)s AND (d.valid_to IS NULL OR d.valid_to > %(day)s)
          AND ST_Intersects(d.area, c.area)
     ) AS districts WHERE share > 1),
    (SELECT array_agg(name ORDER BY distance, beside DESC, name) FROM (
        SELECT r.name, min(ST_Distance(r.line, c.area)) AS distance,
               sum(ST_Length(ST_Intersection(r.line, ST_Expand(c.area, %(within)s)))) AS beside
        FROM places_road AS r
        WHERE r.municipality_id = c.municipality_id AND r.name <> '' AND ST_DWithin(r.line, c.area, %(within)s)
        GROUP BY r.name ORDER BY 2, 3 DESC, 1 LIMIT %(most)s
     ) AS streets)
FROM consultations_consultation AS c WHERE c.id = %(plan)s
"""


@dataclass(frozen=True)
class AreaWords:
    """Where an area lies: ``districts`` largest share first, ``streets`` nearest first, size in m²."""

    districts: list[str]
    streets: list[str]
    area_m2: float

    def __str__(self) -> str:
        """Return sentences: "2,85 ha in Brandis. An oder nahe bei: Gartenweg, Poststraße."."""
        size = hectares(self.area_m2)
        where = _("%(size)s in %(districts)s.") % {"size": size, "districts": _(" und ").join(self.districts)}
        sentences = [where if self.districts else f"{size}."]
        if self.streets:
            sentences.append(_("An oder nahe bei: %(streets)s.") % {"streets": ", ".join(self.streets)})
        return " ".join(sentences)


def describe_area(consultation: Consultation) -> AreaWords | None:
    """Return districts, nearest streets and size of a stored area; None without one. One statement."""
    if consultation.area is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            _WORDS,
            {
                "plan": consultation.pk,
                "day": timezone.localdate(),
                "within": STREETS_WITHIN_M,
                "most": MOST_STREETS,
            },
        )
        districts, streets = cursor.fetchone()
    return AreaWords(districts or [], streets or [], consultation.area_m2 or 0.0)
