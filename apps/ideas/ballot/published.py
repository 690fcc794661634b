"""The published count: everything that somebody needs to count again, and nothing about anybody."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from apps.ideas.ballot.models import Ballot, BallotItem, Vote
from apps.ideas.ballot.rules import Rule, count

FORMAT = "ideas-ballot-count/1"


def published_count(ballot: Ballot) -> dict[str, object]:
    """Return the count as a JSON-able mapping. The ballots are sorted by content: their order tells nothing.

    Ideas are named by their public id alone, so that the file and its digest stay the same when one is hidden later.
    """
    yes = BallotItem.Eligibility.YES
    baskets = Vote.objects.filter(ballot=ballot).values_list("items", flat=True)
    items = ballot.items.select_related("idea").exclude(votes=None).filter(eligibility=yes).order_by("number")
    return {
        "format": FORMAT,
        "call": ballot.call.public_id,
        "title": ballot.call.title,
        "total_eur": ballot.total_eur,
        "rule": ballot.rule,
        "rule_in_words": str(Rule(ballot.rule).label),
        "ties": "lower cost first, then lower number",
        "items": [
            {
                "number": item.number,
                "idea": item.idea.public_id,
                "cost_eur": item.cost_eur,
                "votes": item.votes,
                "is_winner": item.is_winner,
            }
            for item in items
        ],
        "ballots": sorted(list(basket) for basket in baskets),
    }


def as_bytes(published: Mapping[str, object]) -> bytes:
    """Return the one spelling of a count, over which its digest is taken."""
    return (json.dumps(published, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def digest_of(published: Mapping[str, object]) -> str:
    """Return the SHA-256 of a count as 64 hex digits."""
    return hashlib.sha256(as_bytes(published)).hexdigest()


def recount(published: Mapping[str, Any]) -> list[str]:
    """Count a published file again and return what differs from what it says, empty when all is right."""
    costs = {item["number"]: item["cost_eur"] for item in published["items"]}
    said = {item["number"]: (item["votes"], item["is_winner"]) for item in published["items"]}
    results = count(costs=costs, total_eur=published["total_eur"], rule=published["rule"], baskets=published["ballots"])
    found = {result.number: (result.votes, result.is_winner) for result in results}
    faults = [
        f"{number}: {said[number][0]} votes and winner {said[number][1]} in the file, "
        f"{found[number][0]} and {found[number][1]} counted"
        for number in sorted(costs)
        if found[number] != said[number]
    ]
    for place, basket in enumerate(published["ballots"], 1):
        if sum(costs.get(number, 0) for number in set(basket)) > published["total_eur"]:
            faults.append(f"ballot {place} is not valid: {basket}")
    return faults
