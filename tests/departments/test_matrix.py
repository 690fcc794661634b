"""A test for every cell of the matrix of responsibility (category × place -> executor, owner, copy)."""

import datetime as dt

import pytest

from apps.departments.models import Category
from apps.departments.routing import route
from tests.conftest import at

PLACES = {
    "G": at(1003, 2000),
    "G_out": at(1003, 7000),
    "K_in": at(2003, 2000),
    "K_out": at(2003, 7000),
    "S_in": at(3003, 2000),
    "S_out": at(3003, 7000),
    "B_in": at(4003, 2000),
    "B_out": at(4003, 7000),
    "A": at(6003, 7000),
    "field": at(7003, 7000),
    "forest_path": at(8003, 7000),
    "square": at(5000, 2000),
    "country": at(5000, 7000),
    "container_site": at(9110, 1000),
    "railway": at(9100, 2100),
    "state_forest": at(2500, 8500),
    "forest": at(9500, 8500),
    "monument": at(9105, 3000),
    "first_order": at(9000, 6005),
    "church_cemetery": at(9050, 4050),
}
ROADS = ("G", "K_in", "K_out", "S_in", "S_out", "A")

SM, STRASSENBAU, LASUV, AUTOBAHN = "lk-strassenmeisterei", "lk-strassenbauamt", "lasuv-leipzig", "autobahn-ost"
SIGNS, WASTE, ORDNUNG = "lk-verkehrsbehoerde", "lk-abfallbehoerde", "lk-ordnungsamt"
FB = "fb-bau-ordnung"


def everywhere(executor, copy=None, places=("G", "K_in", "K_out", "S_in", "S_out")):
    return dict.fromkeys(places, (executor, executor, copy))


#: category -> place -> (executor, owner, copy); the order of docs/glossary.md, section "Wer ist zuständig".
MATRIX = {
    "road_damage": {
        "G": ("bauhof", "bauhof", None),
        "G_out": ("bauhof", "bauhof", None),
        "K_in": (SM, STRASSENBAU, None),
        "K_out": (SM, STRASSENBAU, None),
        "S_in": (SM, LASUV, None),
        "S_out": (SM, LASUV, None),
        "B_in": (SM, LASUV, None),
        "A": (AUTOBAHN, AUTOBAHN, None),
        "field": ("bauhof", "bauhof", None),
        "forest_path": ("sachsenforst", "sachsenforst", None),
        "square": ("bauhof", "bauhof", None),
    },
    "footway_damage": {
        "G": ("bauhof", "bauhof", None),
        "K_in": ("bauhof", "bauhof", None),
        "K_out": (SM, STRASSENBAU, None),
        "S_in": ("bauhof", "bauhof", None),
        "S_out": (SM, LASUV, None),
    },
    "street_light": {
        **everywhere(FB, "bauhof", ("G", "K_in", "S_in")),
        "railway": ("db-infrago", "db-infrago", None),
    },
    "traffic_sign": {
        "G": ("ordnungsamt", "ordnungsamt", "bauhof"),
        "K_in": (SIGNS, STRASSENBAU, SM),
        "K_out": (SIGNS, STRASSENBAU, SM),
        "S_in": (SIGNS, LASUV, SM),
        "S_out": (SIGNS, LASUV, SM),
        "A": (AUTOBAHN, AUTOBAHN, None),
    },
    "traffic_light": {
        "G": (FB, FB, None),
        "K_in": (STRASSENBAU, STRASSENBAU, LASUV),
        "K_out": (STRASSENBAU, STRASSENBAU, LASUV),
        "S_in": (LASUV, LASUV, None),
        "S_out": (LASUV, LASUV, None),
    },
    "drain_manhole": {
        "G": ("azv-parthe", "azv-parthe", "bauhof"),
        "K_in": ("azv-parthe", "azv-parthe", SM),
        "K_out": (SM, STRASSENBAU, None),
        "S_in": ("azv-parthe", "azv-parthe", SM),
        "S_out": (SM, LASUV, None),
        "A": (AUTOBAHN, AUTOBAHN, None),
    },
    "water_leak": everywhere("vew"),
    "waste_illegal": {
        **everywhere("ordnungsamt", "bauhof", ("G", "G_out", "K_in", "S_in", "square")),
        **everywhere(WASTE, SM, ("K_out", "S_out", "B_out")),
        "A": (AUTOBAHN, AUTOBAHN, None),
        "country": (WASTE, WASTE, None),
        "state_forest": ("sachsenforst", "sachsenforst", None),
        "forest": (WASTE, WASTE, None),
        "container_site": ("kell", "kell", None),
    },
    "container_full": everywhere("kell"),
    **{
        category: {
            **everywhere("ordnungsamt", "bauhof", ("G", "K_in", "S_in")),
            **everywhere(ORDNUNG, None, ("K_out", "S_out")),
            "railway": ("db-infrago", "db-infrago", None),
        }
        for category in ("dog_dirt", "graffiti", "vandalism")
    },
    "green_tree": {
        **everywhere("bauhof", None, ("G", "K_in", "S_in")),
        "K_out": (SM, STRASSENBAU, None),
        "S_out": (SM, LASUV, None),
        "A": (AUTOBAHN, AUTOBAHN, None),
        "monument": ("lk-naturschutzbehoerde", "lk-naturschutzbehoerde", "bauhof"),
    },
    **{category: everywhere("bauhof", None, ("G", "square")) for category in ("playground", "bench", "bin")},
    "wreck_vehicle": {
        **everywhere("ordnungsamt", None, ("G", "K_in", "S_in")),
        **everywhere(ORDNUNG, None, ("K_out", "S_out")),
        "A": ("polizei", "polizei", None),
    },
    "winter_service": {
        "G": ("bauhof", "bauhof", None),
        "K_in": (SM, STRASSENBAU, "bauhof"),
        "K_out": (SM, STRASSENBAU, None),
        "S_in": (SM, LASUV, "bauhof"),
        "S_out": (SM, LASUV, None),
        "A": (AUTOBAHN, AUTOBAHN, None),
    },
    "water_body": {
        "square": ("bauhof", "bauhof", None),
        "first_order": ("ltv", "ltv", None),
    },
    "cemetery": {
        "square": ("liegenschaften", "liegenschaften", None),
        "church_cemetery": ("kirchgemeinde", "kirchgemeinde", None),
    },
    "public_building": everywhere("liegenschaften", None, ("G", "square")),
    "wifi": everywhere("hauptamt", "nu-gmbh", ("G", "square", "railway")),
    "rail": everywhere("db-infrago", None, ("railway", "G", "K_out")),
    "noise": everywhere("ordnungsamt"),
    "animal": {
        **everywhere("ordnungsamt", None, ("G", "K_in", "S_in")),
        **everywhere(SM, "ordnungsamt", ("K_out", "S_out")),
    },
    "other": everywhere(FB, None, ("G", "K_in", "K_out", "S_in", "S_out", "A", "country")),
}
CELLS = [(category, place, expected) for category, row in MATRIX.items() for place, expected in row.items()]


@pytest.mark.parametrize(
    ("category", "place", "expected"), CELLS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_cell(matrix, category, place, expected):
    routing = route(Category.objects.get(code=category), PLACES[place])
    assert (
        routing.executor.code,
        routing.owner.code,
        routing.copy_to.code if routing.copy_to else None,
    ) == expected


def test_every_category_of_the_demonstration_has_a_row(matrix):
    assert set(MATRIX) == set(Category.objects.values_list("code", flat=True))


def test_every_rule_of_the_demonstration_answers_somewhere(matrix):
    from apps.departments.models import Jurisdiction

    answered = {
        routing.rule.code
        for category in Category.objects.all()
        for place in PLACES.values()
        if (routing := route(category, place)).rule
    }
    for rule in Jurisdiction.objects.exclude(answers={}):
        given = {key: values[0] for key, values in rule.answers.items()}
        month, day = divmod(rule.season_from or 101, 100)
        at = dt.datetime(2026, month, day, 12, tzinfo=dt.UTC)
        routings = [route(rule.category, place, answers=given, at=at) for place in PLACES.values()]
        answered |= {routing.rule.code for routing in routings if routing.rule}
    assert set(Jurisdiction.objects.values_list("code", flat=True)) - answered == set()
