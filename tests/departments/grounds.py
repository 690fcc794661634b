"""Random grounds and rules for property tests, all on a grid of 50 m, so that borders, ties and corners happen."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.conftest import at, box
from tests.departments.conftest import line

GRID_M = 50
DAY = dt.date(2026, 3, 4)
# The middle of Rasterstadt, across the border of its two districts, and a strip beyond its western edge.
EAST = st.sampled_from([-50, 0, *range(4850, 5200, GRID_M)])
NORTH = st.sampled_from(range(4850, 5200, GRID_M))
KINDS = ("forest", "site")


#: Days on both sides of what rules can begin, end or be limited to: a Wednesday, a Sunday, the turn of the year.
DAYS = (DAY, DAY, DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=9),
        dt.date(2026, 3, 8), dt.date(2026, 7, 1), dt.date(2026, 12, 31))  # fmt: skip
SEASONS = ((None, None), (None, None), (304, 304), (1101, 331), (401, 1031), (1231, 101))
WEEKDAYS: tuple[list[int], ...] = ([], [], [3], [6, 7], [1, 2, 3, 4, 5])
#: What rules ask of the answers, and what people answer, or answer to something else, or leave open.
CONDITIONS: tuple[dict[str, list[str]], ...] = (
    {}, {}, {"where": ["park"]}, {"where": ["park", "street"]}, {"what": ["dark"]},
    {"where": ["park"], "what": ["mast"]},
)  # fmt: skip
ANSWERS: tuple[dict[str, Any], ...] = (
    {}, {"where": "park"}, {"where": "street"}, {"what": ["dark", "mast"]}, {"where": "park", "what": ["mast"]},
    {"where": "park", "what": [], "note": "park"},
)  # fmt: skip


class Asked(NamedTuple):
    """What is asked about one point: the answers to the category's questions, and the local day."""

    category: Any
    point: Any
    answers: Mapping[str, Any] = {}
    day: dt.date = DAY

    def has_met_conditions_of(self, rule: Any) -> bool:
        """Tell whether the rule's answers, season, weekdays and period hold here: the rules of the game, in Python."""
        number = self.day.month * 100 + self.day.day
        first, last = rule.season_from, rule.season_to
        given = {key: {said} if isinstance(said, str) else set(said) for key, said in self.answers.items()}
        return (
            rule.valid_from <= self.day
            and (rule.valid_to is None or self.day < rule.valid_to)
            and (first is None or (first <= number <= last if first <= last else number >= first or number <= last))
            and (not rule.weekdays or self.day.isoweekday() in rule.weekdays)
            and all(given.get(key, set()) & set(wanted) for key, wanted in rule.answers.items())
        )


@dataclass
class Ground:
    """What hypothesis drew: corners of boxes and ends of lines in metres, rules as keyword arguments.

    A pin is east and north in metres, the answers that were given, and the day.
    """

    built_up: list[tuple[int, int, int, int]]
    roads: list[dict[str, Any]]
    assets: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    pins: list[tuple[float, float, dict[str, Any], dt.date]] = field(default_factory=list)


@st.composite
def _boxes(draw: Any) -> tuple[int, int, int, int]:
    west, south = draw(st.sampled_from(range(4850, 5150, GRID_M))), draw(NORTH)
    return west, south, west + draw(st.sampled_from([50, 100, 200])), south + draw(st.sampled_from([50, 100, 200]))


@st.composite
def _roads(draw: Any) -> dict[str, Any]:
    east, north = draw(st.sampled_from(range(4850, 5200, GRID_M))), draw(NORTH)
    across = draw(st.booleans())
    road_class = draw(st.sampled_from("ABSKG"))
    return {
        "road_class": road_class,
        "path": draw(st.sampled_from(["", "field", "forest"])) if road_class == "G" else "",
        "ends": ((east, north), (east + 200, north) if across else (east, north + 200)),
    }


@st.composite
def _assets(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    if draw(st.booleans()):
        return {"kind": kind, "box": draw(_boxes())}
    return {"kind": kind, "at": (draw(st.sampled_from(range(4850, 5200, GRID_M))), draw(NORTH))}


@st.composite
def rules(draw: Any) -> dict[str, Any]:
    """One rule that the constraints of the table allow; names stand for rows that ``Built`` knows."""
    rule: dict[str, Any] = {
        "scope": draw(st.sampled_from(["lamp", "tree", "things", "any"])),
        "executor": draw(st.sampled_from(["depot", "parks", "closed", "triage"])),
        "owner": draw(st.sampled_from([None, "parks"])),
        "priority": draw(st.sampled_from([0, 0, 0, 5])),
        "inside_built_up": draw(st.sampled_from([None, None, True, False])),
        "valid_from": draw(st.sampled_from([dt.date(2020, 1, 1), DAY, DAY + dt.timedelta(days=1)])),
        "valid_to": draw(st.sampled_from([None, None, DAY + dt.timedelta(days=9)])),
        "weekdays": draw(st.sampled_from(WEEKDAYS)),
    }
    rule["season_from"], rule["season_to"] = draw(st.sampled_from(SEASONS))
    if rule["scope"] in ("lamp", "tree"):  # a question belongs to one category
        rule["answers"] = draw(st.sampled_from(CONDITIONS))
    thing = draw(st.sampled_from(["", "", "asset", "road"]))
    if thing:
        rule["distance_m"] = draw(st.sampled_from([0, 20, 50, 100]))
    if thing == "asset":
        rule["asset_kind"] = draw(st.sampled_from(KINDS))
    if thing == "road":
        rule["road_classes"] = draw(st.lists(st.sampled_from("ABSKG"), min_size=1, max_size=3, unique=True))
        rule["road_path"] = draw(st.sampled_from(["", "", "street", "field"]))
    area = draw(st.sampled_from(["", "drawn", "west", "east", "town"]))
    if area == "drawn":
        rule["own_area"] = draw(_boxes())
    elif area:
        rule["area"] = area
    return rule


def grounds(**more: Any) -> Any:
    """Return a strategy of grounds with up to three built-up areas, six roads, five assets and ten rules."""
    return st.builds(
        Ground,
        built_up=st.lists(_boxes(), max_size=3),
        roads=st.lists(_roads(), max_size=6),
        assets=st.lists(_assets(), max_size=5),
        rules=st.lists(rules(), max_size=10),
        pins=st.lists(st.tuples(EAST, NORTH, st.sampled_from(ANSWERS), st.sampled_from(DAYS)), min_size=4, max_size=10),
        **more,
    )


class Built:
    """A drawn ground in the database, in the town of the ``bare`` fixture with a second category and group."""

    def __init__(self, bare: Any, ground: Ground) -> None:
        from apps.departments.models import Category, CategoryGroup, Department, Jurisdiction
        from apps.places.models import AdministrativeArea, Asset, BuiltUpArea, Road

        self.town, self.lamp = bare.town, bare.category
        green = CategoryGroup.objects.create(municipality=self.town, code="green", name="Grün", icon="dots")
        self.tree = Category.objects.create(municipality=self.town, code="tree", name="Baum", group=green, icon="tree")
        self.categories = (self.lamp, self.tree)
        closed = Department.objects.create(
            municipality=self.town, organisation=bare.depot.organisation, code="closed", name="Zu", is_active=False
        )
        self.desks = {"depot": bare.depot, "parks": bare.parks, "triage": bare.triage, "closed": closed}
        self.scopes = {"lamp": {"category": self.lamp}, "tree": {"category": self.tree},
                       "things": {"group": bare.group}, "any": {}}  # fmt: skip
        areas = {area.key: area for area in AdministrativeArea.objects.filter(municipality=self.town)}
        self.areas = {**areas, "town": areas[self.town.key]}
        BuiltUpArea.objects.bulk_create(
            BuiltUpArea(municipality=self.town, key=f"b{n}", name="", area=box(*b))
            for n, b in enumerate(ground.built_up)
        )
        Road.objects.bulk_create(
            Road(municipality=self.town, key=f"r{n}", road_class=r["road_class"], path=r["path"], line=line(*r["ends"]))
            for n, r in enumerate(ground.roads)
        )
        Asset.objects.bulk_create(
            Asset(municipality=self.town, kind=a["kind"], key=f"a{n}",
                  shape=box(*a["box"]) if "box" in a else at(*a["at"]))
            for n, a in enumerate(ground.assets)
        )  # fmt: skip
        Jurisdiction.objects.bulk_create(self.rule(drawn, f"rule-{n}") for n, drawn in enumerate(ground.rules))
        self.points = [
            Asked(category, at(east, north), answers, day)
            for category in self.categories
            for east, north, answers, day in ground.pins
        ]

    def rule(self, drawn: dict[str, Any], code: str) -> Any:
        """Return an unsaved rule for what hypothesis drew."""
        from apps.departments.models import Jurisdiction

        fields = {k: v for k, v in drawn.items() if k not in ("scope", "executor", "owner", "own_area", "area")}
        return Jurisdiction(
            municipality=self.town,
            code=code,
            reason=f"Regel {code}.",
            executor=self.desks[drawn["executor"]],
            owner=self.desks[drawn["owner"]] if drawn["owner"] else None,
            own_area=box(*drawn["own_area"]) if "own_area" in drawn else None,
            area=self.areas[drawn["area"]] if "area" in drawn else None,
            **self.scopes[drawn["scope"]],
            **fields,
        )
