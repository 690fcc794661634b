"""What categories ask: the schema, the answers, and the desk's pages for both."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from apps.departments import services
from apps.departments.answers import AnswersRefused, clean_answers, stopping_answer, told
from apps.departments.history import questions_at, version_of
from apps.departments.models import Category
from apps.departments.questions import (
    Option,
    Question,
    QuestionsRefused,
    as_json,
    asked_by,
    check_questions,
    questions_of,
)
from apps.departments.services import ChangeRefused
from apps.geo.editing import StaleEdit
from tests.departments.test_conditions import QUESTIONS

ALL_KINDS = (
    Question("mast", "text", "Nummer?"),
    Question("depth", "number", "Wie tief?", unit="cm", is_public=True),
    Question("since", "date", "Seit wann?"),
    Question("where", "choice", "Wo?", is_public=True, options=(Option("park", "im Park"), Option("street", "Straße"))),
    Question("what", "choices", "Was?", options=(Option("dark", "dunkel"), Option("live", "Kabel", advice="112!"))),
)


@pytest.fixture
def hanna(make_user):
    """Administrator of Rasterstadt."""
    return make_user("Hanna", "administrator")


@pytest.fixture
def desk(client, hanna):
    client.force_login(hanna)
    return client


@pytest.fixture
def asking(bare):
    Category.objects.filter(pk=bare.category.pk).update(questions=QUESTIONS)
    bare.category.refresh_from_db()
    return bare.category


def test_the_demonstrations_questions_can_be_asked():
    content = json.loads((Path(settings.BASE_DIR) / "fixtures/brandis/categories.json").read_text(encoding="utf-8"))
    asked = [Category(questions=row["questions"]) for row in content["categories"] if "questions" in row]
    assert len(asked) >= 6
    for category in asked:
        check_questions(questions_of(category))


def test_questions_survive_the_way_through_the_database():
    category = Category(questions=json.loads(json.dumps(as_json(ALL_KINDS))))
    assert questions_of(category) == ALL_KINDS


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"mast": " 117 "}, {"mast": "117"}),
        ({"depth": 12.0}, {"depth": 12}),
        ({"depth": 12.5}, {"depth": 12.5}),
        ({"since": "2026-03-31"}, {"since": "2026-03-31"}),
        ({"where": "park"}, {"where": "park"}),
        ({"what": ["live", "dark", "dark"]}, {"what": ["dark", "live"]}),
        ({"mast": "", "what": [], "where": None}, {}),
    ],
)
def test_answers_are_stored_in_one_form(given, stored):
    assert clean_answers(ALL_KINDS, given) == stored


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"nix": "1"}, "nix"),
        ({"mast": "x" * 501}, "mast"),
        ({"mast": {"a": 1}}, "mast"),
        ({"mast": "\x00"}, "mast"),
        ({"depth": "tief"}, "depth"),
        ({"depth": True}, "depth"),
        ({"depth": float("nan")}, "depth"),
        ({"depth": 1e300}, "depth"),
        ({"since": "gestern"}, "since"),
        ({"since": 3}, "since"),
        ({"where": "wald"}, "where"),
        ({"where": ["park"]}, "where"),
        ({"what": "dark"}, "what"),
        ({"what": ["dark", "wald"]}, "what"),
        ({"what": [["dark"]]}, "what"),
        ([], ""),
        ("park", ""),
    ],
)
def test_answers_that_do_not_fit_get_a_sentence_each(given, key):
    with pytest.raises(AnswersRefused) as refused:
        clean_answers(ALL_KINDS, given)
    assert list(refused.value.errors) == [key] and refused.value.errors[key]


def test_a_required_question_wants_an_answer():
    with pytest.raises(AnswersRefused, match="Bitte beantworten"):
        clean_answers((Question("a", "text", "A?", is_required=True),), {})


def test_a_stop_answer_is_found_among_several():
    assert stopping_answer(ALL_KINDS, {"what": ["dark", "live"]}).advice == "112!"
    assert stopping_answer(ALL_KINDS, {"what": ["dark"], "mast": "live"}) is None


def test_answers_are_told_in_words_and_only_public_ones_to_everybody():
    answers = clean_answers(ALL_KINDS, {"mast": "117", "depth": 12, "where": "park", "since": "2026-03-31"})
    assert told(ALL_KINDS, answers) == [
        ("Nummer?", "117"),
        ("Wie tief?", "12 cm"),
        ("Seit wann?", "31. März 2026"),
        ("Wo?", "im Park"),
    ]
    assert told(ALL_KINDS, answers, public_only=True) == [("Wie tief?", "12 cm"), ("Wo?", "im Park")]


@pytest.mark.parametrize(
    "question",
    [
        Question("A", "text", "A?"),
        Question("a", "colour", "A?"),
        Question("a", "text", ""),
        Question("a", "text", "x" * 161),
        Question("a", "text", "A?", is_public=True),
        Question("a", "text", "A?", options=(Option("x", "X"), Option("y", "Y"))),
        Question("a", "choice", "A?", options=(Option("x", "X"),)),
        Question("a", "choice", "A?", options=(Option("x", "X"), Option("x", "Y"))),
        Question("a", "choice", "A?", options=(Option("x", "X"), Option("y", ""))),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(question):
    with pytest.raises(QuestionsRefused):
        check_questions([question])


def test_a_question_is_added_changed_moved_and_retired_in_the_desk(desk, asking):
    page = reverse("desk_question_new", args=[asking.pk])
    assert desk.get(page).status_code == 200
    desk.post(page, {"version": asking.version, "label": "Größe?", "kind": "number", "unit": "m", "rows": 0})
    asking.refresh_from_db()
    assert asked_by(asking)[-1] == Question("groesse", "number", "Größe?", unit="m")
    act = reverse("desk_category", args=[asking.pk])
    desk.post(act, {"action": "up", "key": "groesse", "version": asking.version})
    asking.refresh_from_db()
    assert [question.key for question in asked_by(asking)] == ["where", "groesse", "what"]
    desk.post(act, {"action": "retire", "key": "groesse", "version": asking.version})
    asking.refresh_from_db()
    assert [question.key for question in asked_by(asking)] == ["where", "what"]
    assert "wird nicht mehr gefragt" in desk.get(act).content.decode()


def test_an_answer_taken_off_the_list_is_retired_and_keeps_its_words(desk, asking):
    page = reverse("desk_question", args=[asking.pk, "where"])
    changed = {"version": asking.version, "label": "Wo genau?", "rows": 5, "answer_0": "", "answer_1": "im Park"}
    desk.post(page, {**changed, "answer_2": "Im Wald", "advice_2": "Bitte rufen Sie den Forst an."})
    asking.refresh_from_db()
    question = asked_by(asking)[0]
    assert [(o.value, o.is_retired) for o in question.options] == [
        ("park", False),
        ("im_wald", False),
        ("street", True),
    ]
    assert question.words("street") == "an der Straße" and question.can_stop


def test_an_answer_that_a_rule_depends_on_cannot_be_taken_away(bare, asking):
    rule = bare.rule(bare.parks, answers={"where": ["park"]})
    with pytest.raises(ChangeRefused, match=rule.code):
        services.retire_question(category=asking, actor=None, key="where")
    question = Question("where", "choice", "Wo?", options=(Option("street", "Straße"), Option("wood", "Wald")))
    with pytest.raises(ChangeRefused, match=rule.code):
        services.save_question(category=asking, actor=None, question=question)
    services.retire_question(category=asking, actor=None, key="what")


def test_two_people_who_edit_the_same_category_do_not_overwrite_each_other(desk, asking):
    page = reverse("desk_category", args=[asking.pk])
    form = {"action": "save", "version": asking.version, "name": "Lampe", "group": asking.group_id, "icon": "lamp"}
    form |= {"order": 100, "keywords": "licht, dunkel", "hint": "Von Hanna."}
    services.save_category(municipality=asking.municipality, actor=None, category=asking, values={"hint": "Von Inge."})
    answer = desk.post(page, form)
    assert answer.status_code == 422
    assert "Von Inge." in answer.content.decode() and "Von Hanna." in answer.content.decode()
    with pytest.raises(StaleEdit):
        services.move_question(category=asking, actor=None, key="what", up=True, version=asking.version)


def test_a_category_is_made_and_not_offered_at_once(desk, bare):
    page = reverse("desk_category_new")
    form = {"version": 1, "code": "bus_stop", "name": "Haltestelle", "group": bare.group.pk, "icon": "bus", "order": 5}
    assert desk.post(page, {**form, "code": "Bus Stop"}).status_code == 422
    assert desk.post(page, {**form, "is_urgent": "on"}).status_code == 422
    assert desk.post(page, form).status_code == 302
    made = Category.objects.get(code="bus_stop")
    assert (made.is_active, made.keywords, made.version) == (False, [], 1)


def test_a_version_of_a_category_holds_its_questions_as_they_were_asked(desk, asking):
    before = asking.version
    services.retire_question(category=asking, actor=None, key="what")
    asking.refresh_from_db()
    assert [q.is_retired for q in questions_at(asking, before)] == [False, False]
    assert [q.is_retired for q in questions_at(asking, asking.version)] == [False, True]
    text = desk.get(reverse("desk_category_version", args=[asking.pk, before])).content.decode()
    assert "Was ist kaputt?" in text and "wird nicht mehr gefragt" in text


def test_every_change_has_its_version_whoever_writes(bare):
    rule = bare.rule(bare.depot)
    type(rule).objects.filter(pk=rule.pk).update(executor=bare.parks)
    type(rule).objects.filter(pk=rule.pk).update(executor=bare.parks)
    type(rule).objects.filter(pk=rule.pk).update(priority=3, version=99)
    entries = apps.get_model("departments", "JurisdictionEvent").objects.filter(pgh_obj=rule.pk).order_by("pgh_id")
    assert [entry.version for entry in entries] == [1, 2, 3]
    assert version_of(rule, 2).row.executor == bare.parks and version_of(rule, 2).row.priority == 0


def test_health_counts_the_broken_rules_of_all_towns(client, bare):
    assert client.get(reverse("healthz")).json() == {"status": "ok", "broken_rules": 0}
    bare.rule(bare.parks, asset_kind="zoo", distance_m=5)
    assert client.get(reverse("healthz")).json() == {"status": "ok", "broken_rules": 1}
