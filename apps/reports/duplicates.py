"""Reports that may be the same thing: near in place, time and words. One statement, the place first.

The spatial index leaves a handful; only those are compared word by word. Asked the other way round (trigrams over the
whole table, then the place) the same question reads half the table (docs/performance.md).
"""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db import connection
from django.db.models import F
from django.utils import timezone

from apps.departments.models import Category
from apps.geo.audience import ANONYMOUS, Actor
from apps.places.models import Municipality
from apps.reports.models import Report
from apps.reports.transitions import Status

#: A pin set twice by two people lies closer than this; what is further away is another lamp.
RADIUS_M = 60
WITHIN = dt.timedelta(days=180)
#: Near ones that are compared at most, and suggested at most.
COMPARED, SUGGESTED = 200, 5
#: Another category counts as the same thing only when the words are this much alike.
ALIKE = 0.3

_RANK = """
WITH near AS MATERIALIZED ({near})
SELECT public_id, category_name, status, address, created_at, words, distance_m,
       similarity(lower(words), lower(%s)) AS alike, category_id = %s AS same_category
FROM near
WHERE category_id = %s OR similarity(lower(words), lower(%s)) >= {alike}
ORDER BY 0.4 * (1 - distance_m / {radius}) + 0.35 * similarity(lower(words), lower(%s))
         + 0.25 * (category_id = %s)::int DESC, created_at DESC, public_id
LIMIT {suggested}
"""


@dataclass(frozen=True)
class Suggestion:
    """A report that may be the same: ``words`` are those that the reader may see, ``alike`` between 0 and 1."""

    public_id: str
    category: str
    status: str
    address: str
    created_at: dt.datetime
    words: str
    distance_m: int
    alike: float
    same_category: bool

    @property
    def reference(self) -> str:
        return Report(public_id=self.public_id).reference

    @property
    def status_word(self) -> str:
        return str(Status(self.status).label)


def find_similar(
    *,
    municipality: Municipality | int,
    category: Category,
    point: Point,
    words: str,
    actor: Actor = ANONYMOUS,
    leave_out: int | None = None,
    at: dt.datetime | None = None,
) -> list[Suggestion]:
    """Return up to five reports that may be the same thing as one at ``point`` (storage CRS), the likeliest first.

    The public is shown what is released and open, and compared by its public words; staff what they may read.
    """
    is_public = not actor.is_authenticated
    near = (
        Report.objects.visible_to(actor)
        .filter(
            municipality=municipality,
            point__dwithin=(point, D(m=RADIUS_M)),
            created_at__gte=(at or timezone.now()) - WITHIN,
        )
        .exclude(status__in=[Status.DUPLICATE, Status.REJECTED])
    )
    if is_public:
        near = near.open()
    if leave_out:
        near = near.exclude(pk=leave_out)
    columns = near.annotate(
        category_name=F("category__name"),
        words=F("public_text" if is_public else "description"),
        distance_m=Distance("point", point),
    ).values("public_id", "category_id", "category_name", "status", "address", "created_at", "words", "distance_m")
    sql, values = columns.order_by("distance_m", "pk")[:COMPARED].query.sql_with_params()
    statement = _RANK.format(near=sql, alike=ALIKE, radius=RADIUS_M, suggested=SUGGESTED)
    more = (words, category.pk, category.pk, words, words, category.pk)
    with connection.cursor() as cursor:
        cursor.execute(statement, (*values, *more))
        return [
            Suggestion(public_id, name, status, address, made, text, round(distance), round(alike, 2), same)
            for public_id, name, status, address, made, text, distance, alike, same in cursor.fetchall()
        ]
