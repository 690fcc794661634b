"""Writing the proof of publication: one entry after the other, each in the transaction of what it tells."""

import datetime as dt
from collections.abc import Mapping

from django.db import connection, transaction

from apps.consultations.models import Consultation, ProofEntry
from apps.consultations.publication.chain import chain_name, genesis, link
from apps.consultations.publication.export import moment_words
from apps.consultations.publication.manifest import manifest_of

#: First key of the advisory locks that keep a chain in single file; the second is the consultation's.
_LOCK = 0x50524F


@transaction.atomic
def record(consultation: Consultation, *, kind: str, body: Mapping[str, object], at: dt.datetime) -> ProofEntry:
    """Append an entry to the consultation's chain; never earlier than the one before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, consultation.pk % 2**31])
    chain = chain_name(consultation.municipality.key, consultation.public_id)
    last = ProofEntry.objects.filter(consultation=consultation).order_by("-number").first()
    moment = max(at, last.recorded_at) if last else at
    number, said = last.number + 1 if last else 1, str(kind)
    previous = last.hash if last else genesis(chain)
    return ProofEntry.objects.create(
        municipality_id=consultation.municipality_id,
        consultation=consultation,
        recorded_at=moment,
        previous_hash=previous,
        hash=link(chain=chain, number=number, at=moment_words(moment), kind=said, body=body, previous=previous),
        number=number,
        kind=said,
        body=body,
    )


def record_shown(consultation: Consultation, *, at: dt.datetime) -> ProofEntry | None:
    """Write down what everybody can reach now, if that is not what the last such entry says; None otherwise."""
    if not consultation.is_public:
        return None
    manifest = manifest_of(consultation)
    states = ProofEntry.objects.filter(
        consultation=consultation, kind__in=[ProofEntry.Kind.SHOWN, ProofEntry.Kind.WITHDRAWN]
    )
    last = states.order_by("-number").first()
    if last is not None and last.kind == ProofEntry.Kind.SHOWN and last.body == manifest:
        return None
    return record(consultation, kind=ProofEntry.Kind.SHOWN, body=manifest, at=at)
