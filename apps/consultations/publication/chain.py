"""The hash chain of a proof of publication: what is hashed, and how a chain is verified. No database, no settings.

Each entry's hash is SHA-256 over the canonical JSON of chain, number, kind, moment, body and the hash before it. The
first entry follows a hash of the chain's name, so that no chain passes for another. Whoever changes, drops or swaps an
entry breaks the link behind it; whoever writes all of it anew gets another head than the one that was mailed out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FORMAT = "geo-platform/proof-of-publication/1"


def canonical(value: object) -> bytes:
    """Return JSON in UTF-8 with sorted keys and without blanks; only text, whole numbers, booleans, lists, objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(content: bytes) -> str:
    """Return 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def chain_name(town_key: str, public_id: str) -> str:
    """Return the name of a consultation's chain."""
    return f"{FORMAT} {town_key}/{public_id}"


def genesis(chain: str) -> str:
    """Return what the first entry follows."""
    return sha256(chain.encode())


def link(*, chain: str, number: int, kind: str, at: str, body: Mapping[str, object], previous: str) -> str:
    """Return the hash of an entry; ``at`` is an ISO 8601 moment in UTC, ``previous`` the hash before it."""
    parts = {"chain": chain, "number": number, "kind": kind, "at": at, "body": body, "previous": previous}
    return sha256(canonical(parts))


def broken_links(chain: str, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with a chain, in German sentences; empty when every link holds.

    Each entry has ``number``, ``kind``, ``at``, ``body``, ``previous`` and ``hash``.
    """
    wrong, previous, last_at = [], genesis(chain), ""
    for place, entry in enumerate(entries, 1):
        number = entry.get("number")
        if number != place:
            wrong.append(
                f"An Stelle {place} steht der Eintrag Nr. {number}: Es fehlt etwas, oder die Folge ist verändert."
            )
        if entry.get("previous") != previous:
            wrong.append(f"Eintrag Nr. {number} schließt nicht an den Eintrag davor an.")
        try:
            names = ("number", "kind", "at", "body", "previous")
            expected = link(chain=chain, **{name: entry[name] for name in names})
        except (KeyError, TypeError, ValueError):
            expected = ""
        if entry.get("hash") != expected:
            wrong.append(f"Eintrag Nr. {number} ist verändert: Die Prüfsumme stimmt nicht.")
        at = str(entry.get("at", ""))
        if at < last_at:
            wrong.append(f"Eintrag Nr. {number} liegt zeitlich vor dem Eintrag davor.")
        previous, last_at = str(entry.get("hash")), at
    return wrong


def missing_heads(entries: Sequence[Mapping[str, Any]], heads: Iterable[tuple[int, str]]) -> list[str]:
    """Return a sentence for each mailed head (number, hash) that the chain does not hold."""
    hashes = {entry.get("number"): entry.get("hash") for entry in entries}
    return [
        f"Der gemailte Stand Nr. {number} ({value[:12]}…) fehlt in dieser Kette: Sie ist gekürzt oder neu geschrieben."
        for number, value in heads
        if hashes.get(number) != value
    ]
