"""A served town for real GIS clients: two hundred trees on the round grid, ten of them hidden."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import at
from tests.patience import PATIENCE_S
from tests.visitors import Visitors


@pytest.fixture
def served(transactional_db: None, town: Any, live_server: Any, visitors: Visitors) -> Iterator[str]:
    """The address of the running site (``http://localhost:port``), without a slash at the end."""
    from tests.fifth_kind.models import Tree

    Tree.objects.bulk_create(
        Tree(
            municipality=town,
            species="Linde" if n % 3 else "Straßenbäumchen",
            condition=("sound", "sick", "felled")[n % 3],
            height_m=n / 4,
            point=at(100 + n * 41.123, 200 + n * 37.456),
            is_released=n % 20 != 0,
        )
        for n in range(200)
    )
    yield live_server.url
    visitors.wait_for_the_last()


@pytest.fixture
def run() -> Any:
    """Return ``run(program, *arguments)``: its standard output; skips where the program is not installed."""

    def call(program: str, *arguments: str | Path) -> str:
        if not (path := shutil.which(program)):
            pytest.skip(f"{program} is not installed (bin/test installs it on Debian)")
        done = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call
