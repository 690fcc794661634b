"""Rasterstadt with roads and ground of every kind, and the demonstration's matrix of responsibility.

From west to east run north–south roads, each from y = 1000 to y = 9000: G at x = 1000, K at 2000, S at 3000, B at
4000, A at 6000, a field path at 7000 and a forest path at 8000. South of y = 5000 the town is built up, north of it
open country, so ``at(2003, 2000)`` is 3 m from the K road inside the built-up area.
"""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.gis.geos import LineString

from apps.geo.crs import GEO_SRID
from tests.conftest import ORIGIN, at, box

ROADS = {"G": 1000, "K": 2000, "S": 3000, "B": 4000, "A": 6000}
PATHS = {"field": 7000, "forest": 8000}


def line(*points: tuple[float, float]) -> LineString:
    """Return a storage-CRS line through points in metres from the town's south-west corner."""
    return LineString([(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in points], srid=GEO_SRID)


@pytest.fixture
def ground(town: Any) -> Any:
    """The town with its roads, its built-up south and one asset of each kind that decides."""
    from apps.places.models import Asset, BuiltUpArea, Road

    def road(key: str, road_class: str, x: float, **fields: Any) -> Road:
        return Road(municipality=town, key=key, road_class=road_class, line=line((x, 1000), (x, 9000)), **fields)

    Road.objects.bulk_create(
        [road(c, c, x, number=f"{c} 1", name=f"{c}-Straße") for c, x in ROADS.items()]
        + [road(path, "G", x, path=path, name=f"{path}-Weg") for path, x in PATHS.items()]
    )
    BuiltUpArea.objects.create(municipality=town, key="south", name="Süd", area=box(0, 0, 10000, 5000))
    Asset.objects.bulk_create(
        Asset(municipality=town, kind=kind, key=kind, name=kind, shape=shape)
        for kind, shape in {
            "container_site": at(9100, 1000),
            "railway_property": box(9000, 2000, 9200, 2200),
            "forest_state": box(2100, 8000, 3500, 8900),
            "forest": box(9000, 8000, 9900, 9000),
            "natural_monument": at(9100, 3000),
            "water_first_order": line((8500, 6000), (9500, 6000)),
            "cemetery_church": box(9000, 4000, 9100, 4100),
        }.items()
    )
    return town


@pytest.fixture
def matrix(ground: Any) -> Any:
    """The town with the departments, categories and rules of the demonstration."""
    from apps.departments import demo

    demo.load(ground, Path(settings.BASE_DIR) / "fixtures" / "brandis")
    return ground


@pytest.fixture
def bare(town: Any) -> "Bare":
    """Rasterstadt with three departments and one category, and no rule yet."""
    return Bare(town)


class Bare:
    """A town to put single rules into: desks ``triage``, ``depot``, ``parks``; category ``lamp`` in ``things``."""

    def __init__(self, town: Any) -> None:
        from apps.departments.models import Category, CategoryGroup, Department, Organisation

        self.town = town
        organisation = Organisation.objects.create(
            municipality=town, code="town", name="Stadt", kind="town", is_external=False
        )
        self.triage, self.depot, self.parks = (
            Department.objects.create(
                municipality=town, organisation=organisation, code=code, name=name, is_triage=code == "triage"
            )
            for code, name in (("triage", "Eingangsstelle"), ("depot", "Bauhof"), ("parks", "Grünamt"))
        )
        self.group = CategoryGroup.objects.create(municipality=town, code="things", name="Dinge", icon="dots")
        self.category = Category.objects.create(
            municipality=town, code="lamp", name="Laterne", group=self.group, icon="lamp"
        )

    def rule(self, executor: Any, **fields: Any) -> Any:
        """Create a rule for the category (unless ``category``, ``group`` say otherwise), valid for ever."""
        from apps.departments.models import Jurisdiction

        number = Jurisdiction.objects.count()
        return Jurisdiction.objects.create(
            **{
                "municipality": self.town,
                "code": f"rule-{number}",
                "category": None if "group" in fields else self.category,
                "executor": executor,
                "valid_from": "2020-01-01",
                "reason": f"Regel {number}.",
            }
            | fields
        )

    def route(self, east_m: float, north_m: float, **options: Any) -> Any:
        from apps.departments.routing import route

        return route(self.category, at(east_m, north_m), **options)
