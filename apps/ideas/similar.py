"""Ideas that may be the same: near in place and words. One statement, the place first (ADR 20)."""

from dataclasses import dataclass

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Concat

from apps.geo.audience import ANONYMOUS, Actor
from apps.ideas.codes import Status
from apps.ideas.models import Idea, ground_of
from apps.places.models import Municipality

#: Ideas reach further than lamps; what is compared word by word, and what is suggested, at most.
RADIUS_M, COMPARED, SUGGESTED = 300, 200, 4
#: Near ones are offered when their words are this much alike, or when they lie this close.
ALIKE, CLOSE_M = 0.12, 40

_RANK = """
WITH near AS MATERIALIZED ({near}),
rated AS (SELECT near.*, similarity(lower(words), lower(%s)) AS alike FROM near)
SELECT public_id, title, status, support_count, distance_m, alike FROM rated
WHERE alike >= %s OR distance_m <= %s
ORDER BY 0.6 * alike + 0.4 * (1 - distance_m / %s) DESC, public_id
LIMIT %s
"""


@dataclass(frozen=True)
class Suggestion:
    """An idea that may be the same; ``alike`` between 0 and 1."""

    public_id: str
    title: str
    status: str
    support_count: int
    distance_m: int
    alike: float

    @property
    def status_word(self) -> str:
        return str(Status(self.status).label)


def find_similar(
    *,
    municipality: Municipality | int,
    geometry: GEOSGeometry,
    words: str,
    actor: Actor = ANONYMOUS,
    leave_out: int | None = None,
) -> list[Suggestion]:
    """Return up to four ideas visible to the actor that may be the same as one at ``geometry`` (storage CRS)."""
    near = (
        Idea.objects.visible_to(actor)
        .filter(municipality=municipality, merged_into=None)
        .near(geometry, RADIUS_M)
        .exclude(pk=leave_out or 0)
        .annotate(
            distance_m=Distance(ground_of(), geometry),
            words=Concat("title", Value(" "), "text", output_field=TextField()),
        )
        .order_by("distance_m", "pk")
        .values("public_id", "title", "status", "support_count", "distance_m", "words")[:COMPARED]
    )
    sql, values = near.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_RANK.format(near=sql), (*values, words, ALIKE, CLOSE_M, RADIUS_M, SUGGESTED))
        columns = [column.name for column in cursor.description]
        found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return [
        Suggestion(**{**row, "distance_m": round(row["distance_m"]), "alike": round(row["alike"], 2)}) for row in found
    ]
