"""Bars of volume: what ``bin/test`` does a little of, done a hundred or a thousand times as much by ``bin/soak NAME``.

To add one: let the test say its amount through ``amounts`` (``drawn(20)`` as a decorator of hypothesis' examples,
``amount(60)`` for a loop) and record what it did (``record_property(DONE, n)``), then declare it here with the tests,
the sum of their shares and the bar. ``bin/test`` goes on doing the share, ``bin/soak`` does the bar: one piece of code.
Anything else is a function of a ``Turn`` that returns ``Done``: how much was done, and a text for each fault from
which it can be repeated.

A piece should take a minute or a few: whoever is ended loses the one under way. Each finished one is a line in
``var/soak/NAME.jsonl`` and counts for its commit alone.
"""

from tests.soak.going import Soak
from tests.soak.pieces import ByPytest, whole_run

_FUZZ = "tests/hostile/test_fuzz.py::"
_FAULTS = "tests/faults/test_reports_survive.py::"
_ASSIGNING = "tests/departments/test_assigning.py::"

SOAKS = {
    soak.name: soak
    for soak in [
        Soak(
            name="requests",
            words="hostile queries to every address that answers GET, public and internal",
            unit="requests",
            bar=100_000,
            step=2_000,
            piece=ByPytest(
                1_000,
                (_FUZZ + "test_public_pages_bear_every_query", _FUZZ + "test_the_desks_pages_bear_every_query"),
            ),
        ),
        Soak(
            name="grounds",
            words="random rules on random ground: many points at once are decided as each one alone",
            unit="grounds",
            bar=10_000,
            step=240,
            piece=ByPytest(
                60,
                (
                    _ASSIGNING + "test_random_rules_on_random_ground_decide_as_for_one_point",
                    _ASSIGNING + "test_a_new_rule_touches_no_point_that_it_does_not_name",
                    _ASSIGNING + "test_every_point_of_the_town_has_exactly_one_department_and_always_the_same",
                ),
            ),
        ),
        Soak(
            name="pairs",
            words="two people save the same report at the same moment",
            unit="pairs",
            bar=10_000,
            step=1_000,
            piece=ByPytest(
                60,
                ("tests/reports/test_pairs.py::test_of_each_pair_exactly_one_is_saved_and_the_other_refused",),
            ),
        ),
        Soak(
            name="kills",
            words="web, worker, database and all are killed while a client keeps a ledger",
            unit="kills",
            bar=1_000,
            step=20,
            piece=ByPytest(
                4,
                (_FAULTS + "test_every_receipt_is_kept_though_web_worker_and_database_are_killed",),
            ),
        ),
        Soak(
            name="runs",
            words="bin/test in random order in a fresh clone of the commit, three of ten under load",
            unit="whole runs",
            bar=10,
            step=1,
            piece=whole_run,
        ),
    ]
}
