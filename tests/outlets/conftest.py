"""One world for all outlets: what a test changes in it is taken back."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import make_town
from tests.outlets.world import World, make_world, standing


@pytest.fixture(scope="module")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), standing(lambda: make_world(make_town())) as world:
        yield world


@pytest.fixture
def world(standing_world: World, db: None, settings: Any) -> World:
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEFAULT_MUNICIPALITY = standing_world.town.key
    return copy.deepcopy(standing_world)


@pytest.fixture
def town(world: World) -> Any:
    return world.town
