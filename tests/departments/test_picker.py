"""Categories as citizens meet them: in the picker, and suggested from their own words."""

import pytest

from apps.departments.keywords import match_keywords
from apps.departments.models import Category


def test_the_picker_offers_active_categories_in_their_groups_with_one_query(matrix, django_assert_num_queries):
    Category.objects.filter(code="wifi").update(is_active=False)
    with django_assert_num_queries(1):
        offered = [(c.group.code, c.code) for c in Category.objects.of_town(matrix.pk).active().for_picker()]
    assert ("facilities", "wifi") not in offered
    assert offered[0] == ("roads", "road_damage")
    assert offered[-1] == ("other", "other")
    assert [group for group, _ in offered] == sorted(
        [group for group, _ in offered],
        key=["roads", "cleanliness", "green", "water", "facilities", "order", "other"].index,
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Vor dem Haus ist ein riesiges SCHLAGLOCH", "road_damage"),
        ("Mehrere Schlaglöcher hintereinander", "road_damage"),
        ("Die Straßenlaterne flackert", "street_light"),
        ("Jemand hat alte Matratzen in den Wald geworfen", "waste_illegal"),
        ("Der Gully in der Poststr. ist verstopft", "drain_manhole"),
        ("Die Schaukel hat einen Riss", "playground"),
        ("Das WLAN am Markt geht nicht", "wifi"),
    ],
)
def test_words_suggest_a_category(matrix, text, code):
    assert match_keywords(text, municipality=matrix.pk)[0].code == code


@pytest.mark.parametrize("text", ["", "   ", "Guten Tag, vielen Dank!", "\U0001f600"])
def test_without_a_known_word_nothing_is_suggested(matrix, text):
    assert match_keywords(text, municipality=matrix.pk) == []


def test_short_words_count_at_the_beginning_of_a_word_only(matrix):
    assert "winter_service" not in [c.code for c in match_keywords("Der Preis ist heiß", municipality=matrix.pk)]


def test_categories_of_another_town_are_never_suggested(matrix, other_town):
    assert match_keywords("Schlagloch", municipality=other_town.pk) == []
