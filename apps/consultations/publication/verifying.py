"""Verifying an exported proof: the links of its chain, its summary, and the heads that somebody kept."""

from collections.abc import Sequence
from typing import Any

from apps.consultations.publication.chain import FORMAT, broken_links, missing_heads
from apps.consultations.publication.export import summary


def problems_of(document: Any, heads: Sequence[tuple[int, str]]) -> list[str]:
    """Return German sentences on everything that does not hold, empty for a sound proof. Asks no database."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return ["Das ist kein Veröffentlichungsnachweis in diesem Format."]
    entries = document.get("entries")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return ["Der Nachweis enthält keine Einträge."]
    found = broken_links(str(document.get("chain")), entries)
    last = {"number": entries[-1].get("number"), "hash": entries[-1].get("hash")} if entries else None
    if document.get("head") != last:
        found.append("Der genannte letzte Stand ist nicht der letzte Eintrag.")
    found += missing_heads(entries, heads)
    if found:
        return found
    try:
        rounds = [{name: one[name] for name in ("kind", "starts_at", "ends_at")} for one in document["summary"]]
        told = summary(rounds, entries, document["exported_at"])
    except (KeyError, TypeError, ValueError):
        return ["Die Zusammenfassung ist unlesbar."]
    return [] if told == document["summary"] else ["Die Zusammenfassung folgt nicht aus den Einträgen."]
