"""Rules that count only for some answers, some season or some weekdays, and which of them beats which."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from apps.departments.models import Category, CategoryGroup
from tests.conftest import box

BERLIN = ZoneInfo("Europe/Berlin")
QUESTIONS = [
    {
        "key": "where",
        "kind": "choice",
        "label": "Wo ist die Leuchte?",
        "options": [{"value": "street", "label": "an der Straße"}, {"value": "park", "label": "im Park"}],
    },
    {
        "key": "what",
        "kind": "choices",
        "label": "Was ist kaputt?",
        "options": [{"value": "dark", "label": "dunkel"}, {"value": "mast", "label": "Mast schief"}],
    },
]


def noon(year, month, day):
    return dt.datetime(year, month, day, 12, tzinfo=BERLIN)


@pytest.fixture
def asking(bare):
    """The category asks where and what."""
    Category.objects.filter(pk=bare.category.pk).update(questions=QUESTIONS)
    bare.category.refresh_from_db()
    bare.rule(bare.depot)
    return bare


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"where": "park"}, "parks"),
        ({"where": "street"}, "depot"),
        ({}, "depot"),
        (None, "depot"),
        ({"other": "park"}, "depot"),
        ({"where": "park", "what": ["dark"]}, "parks"),
    ],
)
def test_a_rule_with_a_condition_answers_for_the_answers_it_names(asking, answers, expected):
    asking.rule(asking.parks, answers={"where": ["park"]})
    assert asking.route(50, 50, answers=answers).executor.code == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"what": ["dark", "mast"]}, "parks"),
        ({"what": ["mast"]}, "parks"),
        ({"what": ["dark"]}, "depot"),
        ({"what": []}, "depot"),
    ],
)
def test_of_several_answers_one_is_enough(asking, answers, expected):
    asking.rule(asking.parks, answers={"what": ["mast"]})
    assert asking.route(50, 50, answers=answers).executor.code == expected


def test_conditions_on_two_questions_must_both_hold(asking):
    asking.rule(asking.parks, answers={"where": ["park"], "what": ["mast", "dark"]})
    assert asking.route(50, 50, answers={"where": "park"}).executor == asking.depot
    assert asking.route(50, 50, answers={"where": "park", "what": ["dark"]}).executor == asking.parks


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (noon(2026, 10, 31), "depot"),
        (noon(2026, 11, 1), "parks"),
        (noon(2026, 12, 31), "parks"),
        (noon(2027, 1, 1), "parks"),
        (noon(2028, 2, 29), "parks"),
        (noon(2027, 3, 31), "parks"),
        (noon(2027, 4, 1), "depot"),
        # 31 March in UTC, 1 April in Berlin: the local date counts.
        (dt.datetime(2027, 3, 31, 22, 30, tzinfo=dt.UTC), "depot"),
    ],
)
def test_a_season_may_go_over_the_new_year(asking, moment, expected):
    asking.rule(asking.parks, season_from=1101, season_to=331)
    assert asking.route(50, 50, at=moment).executor.code == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (noon(2026, 4, 30), "depot"),
        (noon(2026, 5, 1), "parks"),
        (noon(2026, 9, 30), "parks"),
        (noon(2026, 10, 1), "depot"),
    ],
)
def test_a_season_within_the_year_has_both_its_ends(asking, moment, expected):
    asking.rule(asking.parks, season_from=501, season_to=930)
    assert asking.route(50, 50, at=moment).executor.code == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (noon(2026, 11, 20), "depot"),
        (noon(2026, 11, 21), "parks"),
        (noon(2026, 11, 22), "parks"),
        (noon(2026, 11, 23), "depot"),
    ],
)
def test_a_rule_may_count_at_weekends_only(asking, moment, expected):
    asking.rule(asking.parks, weekdays=[6, 7])
    assert asking.route(50, 50, at=moment).executor.code == expected


def test_a_condition_beats_none_and_the_exact_answer_beats_the_time(asking):
    rules = [
        asking.rule(asking.parks, weekdays=[1, 2, 3, 4, 5, 6, 7]),
        asking.rule(asking.parks, weekdays=[1, 2, 3, 4, 5, 6, 7], season_from=101, season_to=1231),
        asking.rule(asking.parks, answers={"where": ["park"]}),
        asking.rule(asking.parks, answers={"where": ["park"], "what": ["dark"]}),
    ]
    found = asking.route(50, 50, answers={"where": "park", "what": ["dark"]})
    assert [c.rule for c in found.candidates][:4] == rules[::-1]


def test_the_exact_answer_beats_the_smaller_area_but_not_an_area_the_whole_town(asking):
    asking.rule(asking.depot, own_area=box(0, 0, 100, 100))
    large = asking.rule(asking.parks, own_area=box(0, 0, 1000, 1000), answers={"where": ["park"]})
    town = asking.rule(asking.triage, answers={"where": ["park"]})
    found = asking.route(50, 50, answers={"where": "park"})
    assert found.rule == large
    assert found.candidates[-2].rule == town


def test_a_condition_does_not_lift_a_group_above_the_exact_category(asking):
    asking.rule(asking.parks, category=None, group=asking.group, weekdays=[1, 2, 3, 4, 5, 6, 7])
    assert asking.route(50, 50).executor == asking.depot


def test_a_priority_beats_every_condition(asking):
    asking.rule(asking.parks, answers={"where": ["park"]})
    asking.rule(asking.triage, priority=1)
    assert asking.route(50, 50, answers={"where": "park"}).executor == asking.triage


def test_the_trace_says_which_condition_held_and_which_versions_decided(asking):
    rule = asking.rule(asking.parks, answers={"where": ["park"]}, season_from=1101, season_to=331, weekdays=[1])
    found = asking.route(50, 50, answers={"where": "park"}, at=noon(2026, 11, 23))
    assert found.candidates[0].conditions == (
        "„Wo ist die Leuchte“: im Park",
        "vom 1. November bis 31. März",
        "Montag",
    )
    assert "im Park" in " ".join(found.sentences())
    kept = found.as_json()
    assert (kept["rule_id"], kept["rule_version"], kept["category_version"]) == (rule.pk, 1, asking.category.version)
    assert kept["candidates"][0]["conditions"] == list(found.candidates[0].conditions)


def test_it_stays_one_statement(asking, django_assert_num_queries):
    asking.rule(asking.parks, answers={"where": ["park"]}, weekdays=[1])
    with django_assert_num_queries(1):
        asking.route(50, 50, answers={"where": "park"}).as_json()


def test_a_rule_of_another_category_is_not_asked(asking):
    group = CategoryGroup.objects.create(municipality=asking.town, code="g", name="G", icon="dots")
    other = Category.objects.create(municipality=asking.town, code="c", name="C", icon="dots", group=group)
    asking.rule(asking.parks, category=other, answers={"where": ["park"]})
    assert asking.route(50, 50, answers={"where": "park"}).executor == asking.depot
