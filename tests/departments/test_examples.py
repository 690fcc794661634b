"""Examples are the rules' tests: kept as pins, run all at once."""

from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.gis.geos import Point

from apps.departments import demo, services
from apps.departments.examples import answered
from apps.departments.models import Category, RoutingExample
from apps.geo.crs import GEO_SRID
from apps.places import demo as places_demo
from apps.places.models import Municipality
from tests.conftest import at, box

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "brandis"


@pytest.fixture
def brandis(db):
    town = Municipality.objects.create(
        key="14729070", name="Brandis", centre=Point(333475, 5689672, srid=GEO_SRID), is_demo=True
    )
    places_demo.load(town, FOLDER)
    demo.load(town, FOLDER)
    return town


def test_every_example_of_the_demonstration_holds(brandis, django_assert_num_queries):
    examples = list(RoutingExample.objects.select_related("department"))
    with django_assert_num_queries(1):
        found = answered(brandis.pk)
    wrong = [str(example) for example in examples if found[example.pk].executor != example.department_id]
    assert len(examples) >= 40 and wrong == []


def test_the_demonstration_has_examples_for_every_category_and_for_borders_overlaps_and_gaps(brandis):
    named = set(RoutingExample.objects.values_list("category__code", flat=True))
    assert named == set(Category.objects.values_list("code", flat=True))
    kinds = Counter(note.partition(":")[0] for note in RoutingExample.objects.values_list("note", flat=True))
    assert min(kinds["Grenzfall"], kinds["Überlagerung"], kinds["Lücke"]) >= 3


def test_loading_the_examples_twice_changes_nothing(brandis):
    history = apps.get_model("departments", "RoutingExampleEvent").objects
    before = (RoutingExample.objects.count(), history.count())
    demo.load(brandis, FOLDER)
    assert (RoutingExample.objects.count(), history.count()) == before


def test_the_same_pin_is_one_example(bare, fatma):
    bare.rule(bare.depot)
    for department in (bare.depot, bare.parks):
        services.save_example(category=bare.category, point=at(5, 5), department=department, actor=fatma, note="x")
    assert RoutingExample.objects.get().department == bare.parks


def test_a_pin_outside_the_town_is_no_example(bare, fatma):
    with pytest.raises(services.ChangeRefused):
        services.save_example(category=bare.category, point=at(-5, 5), department=bare.depot, actor=fatma)


def test_a_forgotten_example_stays_in_the_history(bare, fatma):
    example = services.save_example(category=bare.category, point=at(5, 5), department=bare.depot, actor=fatma)
    services.delete_example(example=example, actor=fatma)
    history = apps.get_model("departments", "RoutingExampleEvent").objects
    assert [event.pgh_label for event in history.order_by("pgh_id")] == ["insert", "delete"]
    assert not RoutingExample.objects.exists()


def test_examples_are_asked_by_the_rules_of_today(bare, fatma):
    example = services.save_example(category=bare.category, point=at(5, 5), department=bare.depot, actor=fatma)
    bare.rule(bare.depot, own_area=box(0, 0, 10, 10), valid_from="2099-01-01")
    assert answered(bare.town.pk)[example.pk].executor == bare.triage.pk
