"""Hotspots in Rasterstadt."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import at


@pytest.fixture
def make_hotspot(town: Any) -> Callable[..., Any]:
    """Return ``make_hotspot("Markt", at(5000, 5000), status="online")``."""
    from apps.hotspots.models import Hotspot

    def make(name: str, point: Any = None, **fields: Any) -> Any:
        return Hotspot.objects.create(
            **{"municipality": town, "name": name, "point": point or at(5000, 5000), "ssid": "Raster-WLAN", **fields}
        )

    return make
