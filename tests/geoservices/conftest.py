"""Trees on the round grid: a small layer with everything that an output has to get right."""

from typing import Any

import pytest

from tests.conftest import at


@pytest.fixture
def plant(town: Any) -> Any:
    """Return ``plant(east_m, north_m, **fields)``: a released tree that many metres into Rasterstadt."""
    from tests.fifth_kind.models import Tree

    def make(east_m: float, north_m: float, **fields: Any) -> Tree:
        return Tree.objects.create(**{"municipality": town, "species": "Linde", "point": at(east_m, north_m), **fields})

    return make
