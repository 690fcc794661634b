"""Keeping the area with the rounds that are published with it."""

import datetime as dt

from django.db import connection, transaction

from apps.consultations.models import Consultation

# A round that has begun keeps its area whatever is drawn later; one that is still to come follows a correction.
_KEEP = """
INSERT INTO consultations_roundarea (municipality_id, consultation_id, kind, starts_on, number, kept_at, area)
SELECT plan.municipality_id, plan.id, round.kind, round.starts_on,
       coalesce(same.number, (SELECT coalesce(max(number), 0) + 1 FROM consultations_roundarea
                              WHERE consultation_id = plan.id)),
       coalesce(same.kept_at, %(at)s), plan.area
FROM consultations_consultation AS plan
JOIN consultations_participationperiod AS round ON round.consultation_id = plan.id AND round.is_published
LEFT JOIN LATERAL (
    SELECT area FROM consultations_roundarea AS kept
    WHERE kept.consultation_id = plan.id AND kept.kind = round.kind AND kept.starts_on = round.starts_on
    ORDER BY kept.id DESC LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT number, kept_at FROM consultations_roundarea AS kept
    WHERE kept.consultation_id = plan.id AND ST_OrderingEquals(kept.area, plan.area) ORDER BY kept.id LIMIT 1
) AS same ON true
WHERE plan.id = %(plan)s AND plan.area IS NOT NULL AND plan.state IN ('announced', 'open', 'closed')
  AND (last.area IS NULL OR (round.starts_at > %(at)s AND NOT ST_OrderingEquals(last.area, plan.area)))
ORDER BY round.starts_on, round.id
"""


@transaction.atomic
def keep_areas(consultation: Consultation, *, at: dt.datetime) -> int:
    """Write down the area of a locked, public consultation for each published round that needs it; return how many.

    Run twice it changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"plan": consultation.pk, "at": at})
        return cursor.rowcount
