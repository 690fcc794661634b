"""Opening and closing: one place decides what a consultation's state is."""

import datetime as dt

from django.db import connection, transaction

from apps.accounts.history import history
from apps.consultations.codes import PUBLIC_STATES
from apps.consultations.models import Consultation
from apps.consultations.services.proof import record_shown
from apps.geo.editing import apply_edit, lock_for_edit


@transaction.atomic
def switch_states(*, at: dt.datetime) -> int:
    """Let periods begin and end: set state and dates of every published consultation as they are at ``at``.

    Returns how many changed. Run twice it changes nothing, run late it catches up.
    """
    with history(None, job="switch_states"):
        switched = settle(at)
        for consultation in Consultation.objects.filter(pk__in=switched).order_by("pk"):
            record_shown(consultation, at=at)
        return len(switched)


@transaction.atomic
def count_public_change(*, consultation: Consultation, at: dt.datetime) -> None:
    """Something else that the public page shows has changed: its public version moves on, so that caches are told."""
    fresh = lock_for_edit(consultation, version=None)
    apply_edit(fresh, {"papers_version": fresh.papers_version + 1})
    record_shown(fresh, at=at)


# One place decides what a consultation's state is. Of several running periods the one that ends last counts.
_SETTLE = """
UPDATE consultations_consultation AS c
SET state = now.state, starts_on = now.starts_on, ends_on = now.ends_on, changed_at = %(at)s
FROM (
    SELECT DISTINCT ON (consultation_id) consultation_id, state, starts_on, ends_on
    FROM (
        SELECT *, CASE WHEN ends_at <= %(at)s THEN 'closed' WHEN starts_at > %(at)s THEN 'announced' ELSE 'open' END
               AS state
        FROM consultations_participationperiod
        WHERE is_published
    ) AS p
    ORDER BY consultation_id, array_position(ARRAY['open', 'announced', 'closed'], state),
             CASE WHEN state = 'announced' THEN starts_at END, ends_at DESC, id
) AS now
WHERE now.consultation_id = c.id
  AND CASE WHEN %(only)s::bigint IS NULL THEN c.state = ANY(%(public)s) ELSE c.id = %(only)s END
  AND (c.state, c.starts_on, c.ends_on) IS DISTINCT FROM (now.state, now.starts_on, now.ends_on)
RETURNING c.id
"""


def settle(at: dt.datetime, *, only: int | None = None) -> list[int]:
    """Write state, first and last day; of all published consultations, or of one whatever its state; return whose."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"at": at, "only": only, "public": [str(state) for state in PUBLIC_STATES]})
        return [row[0] for row in cursor.fetchall()]
