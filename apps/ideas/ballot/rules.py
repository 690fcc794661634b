"""The rules of the count: pure functions of the ballots, so that anybody can repeat them with the published file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rule(models.TextChoices):
    SKIP = "skip", _("meiste Stimmen zuerst; was nicht mehr in den Rest passt, wird übersprungen")
    STOP = "stop", _("meiste Stimmen zuerst; beim ersten Vorhaben, das nicht mehr passt, ist Schluss")


@dataclass(frozen=True)
class Result:
    """One item after the count; ``rank`` from 1 on. ``left_eur`` is what was left after it was looked at."""

    number: int
    cost_eur: int
    votes: int
    rank: int
    is_winner: bool
    left_eur: int


def count(*, costs: Mapping[int, int], total_eur: int, rule: str, baskets: Iterable[Sequence[int]]) -> list[Result]:
    """Return every item in the order of the result.

    ``costs`` are euros by number. Order: more votes, then lower cost, then lower number, so that nothing is left to
    chance. A number counts once in a basket; numbers that are no item count for nobody.
    """
    votes = Counter(number for basket in baskets for number in set(basket) if number in costs)
    order = sorted(costs, key=lambda number: (-votes[number], costs[number], number))
    left, is_over, results = total_eur, False, []
    for rank, number in enumerate(order, 1):
        fits = not is_over and votes[number] > 0 and costs[number] <= left
        if fits:
            left -= costs[number]
        elif rule == Rule.STOP:
            is_over = True
        results.append(Result(number, costs[number], votes[number], rank, fits, left))
    return results
