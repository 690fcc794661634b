"""Addresses for mail come from the installation and the town, never from a request."""

from typing import Any

import pytest

from apps.places.links import public_url
from apps.places.models import Municipality


@pytest.mark.parametrize(
    ("installation", "hostname", "is_demo", "expected"),
    [
        ("https://geo.example", "", False, "https://geo.example/x/"),
        ("https://geo.example", "rasterstadt.example", False, "https://rasterstadt.example/x/"),
        ("http://127.0.0.1:8000", "rasterstadt.example", False, "http://rasterstadt.example:8000/x/"),
        ("http://127.0.0.1:8000", "brandis.invalid", True, "http://127.0.0.1:8000/x/"),
    ],
)
def test_a_towns_page_has_one_address(
    settings: Any, installation: str, hostname: str, is_demo: bool, expected: str
) -> None:
    settings.PUBLIC_URL = installation
    assert public_url(Municipality(hostname=hostname, is_demo=is_demo), "/x/") == expected


def test_without_a_town_it_is_the_installations(settings: Any) -> None:
    settings.PUBLIC_URL = "https://geo.example"
    assert public_url(None, "/x/") == "https://geo.example/x/"
