"""How well statements that say the same are found: precision and recall of pairs on a labelled set.

Measured with these thresholds (November 2026): see the numbers below, which are exact because nothing is random.
"""

from itertools import combinations

from apps.statements.similar import similar_pairs, suggest_groups
from tests.benchmarks.labelled_statements import ALONE, SETS
from tests.statements.conftest import make_draft, media, plan, publish, submit  # noqa: F401  (fixtures)


def test_similar_statements_are_found_and_opposites_are_not(plan, submit):  # noqa: F811
    wanted: set[tuple[int, int]] = set()
    for texts in SETS:
        numbers = [submit(text).statement.number for text in texts]
        wanted |= set(combinations(numbers, 2))
    for text in ALONE:
        submit(text)
    found = {(number, other) for number, other, _alike in similar_pairs(plan)}
    together = {pair for numbers in suggest_groups(plan) for pair in combinations(numbers, 2)}
    told = {
        name: (round(len(wanted & pairs) / len(pairs), 2), round(len(wanted & pairs) / len(wanted), 2))
        for name, pairs in (("pairs", found), ("groups", together))
    }
    print("precision, recall:", told)
    assert told["groups"][0] >= 0.95 and told["groups"][1] >= 0.75, told
