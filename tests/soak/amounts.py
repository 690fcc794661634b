"""How much a test does: its fixed small share in ``bin/test``, many times that in a piece of ``bin/soak``.

The environment says it, because hypothesis wants to know while modules are read: ``SOAK_SEED`` and ``SOAK_TIMES``
(how many shares). Without them the examples are the same in each run.
"""

import os
import random
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, seed, settings

#: Under this name a test records with ``record_property`` how much it really did.
DONE = "done"

SEED = os.environ.get("SOAK_SEED")
TIMES = float(os.environ.get("SOAK_TIMES", 1))


def amount(share: int) -> int:
    """Return how many are to be done where ``bin/test`` does ``share``."""
    return max(1, round(share * TIMES))


def chance(what: str) -> random.Random:
    """Return what decides by chance, the same for the same seed; ``what`` keeps two tests of a piece apart."""
    return random.Random(f"{SEED} {what}")


def drawn(share: int) -> Callable[[Any], Any]:
    """Decorate a test (or an inner function) of hypothesis' examples: as many as are to be done, from the seed."""
    patient = settings(
        max_examples=amount(share),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )

    def decorate(test: Any) -> Any:
        # A seed of its own for each test: two that draw the same things are not to draw the same ones.
        return patient(test) if SEED is None else seed(f"{SEED} {test.__qualname__}")(patient(test))

    return decorate
