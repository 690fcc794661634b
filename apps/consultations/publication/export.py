"""The proof of publication as a document: the whole chain with a summary that follows from it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from apps.consultations.models import Consultation, ProofEntry
from apps.consultations.publication.chain import FORMAT, chain_name
from apps.consultations.publication.reachability import INTERRUPTED, PROVEN, UNPROVEN, checks_of, stretches, total


def moment_words(moment: dt.datetime) -> str:
    """Return the moment as the chain writes it: UTC with microseconds, always of one length."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def entries_of(rows: Iterable[ProofEntry]) -> list[dict[str, object]]:
    """Return the entries as the chain hashes them, in their order."""
    return [
        {
            "number": row.number,
            "kind": row.kind,
            "at": moment_words(row.recorded_at),
            "body": row.body,
            "previous": row.previous_hash,
            "hash": row.hash,
        }
        for row in sorted(rows, key=lambda row: row.number)
    ]


def rounds_of(consultation: Consultation) -> list[dict[str, str]]:
    """Return kind and half-open moments of the published rounds."""
    periods = consultation.periods.filter(is_published=True).order_by("starts_on", "kind")
    return [
        {"kind": p.kind, "starts_at": moment_words(p.starts_at), "ends_at": moment_words(p.ends_at)} for p in periods
    ]


def summary(
    rounds: Sequence[Mapping[str, str]], entries: Sequence[Mapping[str, object]], until: str
) -> list[dict[str, object]]:
    """Return, for each round up to ``until``, seconds proven, interrupted and unproven, and the stretches."""
    checks, now = checks_of(entries), dt.datetime.fromisoformat(until)
    told = []
    for one in rounds:
        ends_at = min(dt.datetime.fromisoformat(one["ends_at"]), now)
        found = stretches(checks, dt.datetime.fromisoformat(one["starts_at"]), ends_at)
        told.append(
            {
                **one,
                **{f"{status}_seconds": int(total(found, status).total_seconds()) for status in STATUSES},
                "stretches": [
                    {"from": moment_words(s.begins_at), "until": moment_words(s.ends_at), "status": s.status}
                    for s in found
                ],
            }
        )
    return told


STATUSES = (PROVEN, INTERRUPTED, UNPROVEN)


def proof_document(consultation: Consultation, *, at: dt.datetime) -> dict[str, object]:
    """Return the whole proof of a consultation as it stands at ``at``; ``verify_proof`` reads this as JSON."""
    entries = entries_of(ProofEntry.objects.filter(consultation=consultation))
    rounds, until = rounds_of(consultation), moment_words(at)
    last = entries[-1] if entries else None
    return {
        "format": FORMAT,
        "chain": chain_name(consultation.municipality.key, consultation.public_id),
        "municipality": {"ags": consultation.municipality.key, "name": consultation.municipality.name},
        "consultation": {"id": consultation.public_id, "title": consultation.title},
        "exported_at": until,
        "head": {"number": last["number"], "hash": last["hash"]} if last else None,
        "summary": summary(rounds, entries, until),
        "entries": entries,
    }
