"""The desk's pages of examples and of what the rules leave open."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.departments import services
from apps.departments.models import Category, Jurisdiction, RoutingExample
from tests.conftest import at, box, lonlat

PAGES = ["desk_examples", "desk_coverage"]


@pytest.fixture
def desk(client, make_user):
    client.force_login(make_user("Hanna", "administrator"))
    return client


@pytest.fixture
def example(bare, fatma):
    """A lamp at (50, 50) that is the depot's."""
    return services.save_example(category=bare.category, point=at(50, 50), department=bare.depot, actor=fatma)


@pytest.mark.parametrize("page", PAGES)
def test_clerks_find_nothing_there(client, bare, bernd, page):
    client.force_login(bernd)
    assert client.get(reverse(page)).status_code == 404


def test_a_contradiction_is_shown_with_who_answers_instead(desk, bare, example):
    bare.rule(bare.parks)
    text = desk.get(reverse("desk_examples")).content.decode()
    assert "Einem Beispiel widersprechen die Regeln von heute." in text
    assert "Die Regeln nennen: Grünamt" in text


def test_a_pin_is_kept_as_an_example(desk, bare):
    lon, lat = lonlat(at(500, 500))
    form = {"category": "lamp", "department": "depot", "note": "Am Teich", "lon": lon, "lat": lat}
    prefilled = desk.get(reverse("desk_examples"), form)
    assert 'value="Am Teich"' in prefilled.content.decode()
    assert desk.post(reverse("desk_examples"), form).status_code == 302
    kept = RoutingExample.objects.get()
    assert (kept.department, kept.note) == (bare.depot, "Am Teich")
    assert kept.point.distance(at(500, 500)) < 0.1


@pytest.mark.parametrize(
    "wrong", [{"lon": "1", "lat": "1"}, {"category": "nix"}, {"department": "nix"}, {"lon": "nan"}]
)
def test_an_example_that_makes_no_sense_is_refused_and_what_was_typed_stays(desk, bare, wrong):
    lon, lat = lonlat(at(500, 500))
    form = {"category": "lamp", "department": "depot", "note": "Am Teich", "lon": lon, "lat": lat}
    answer = desk.post(reverse("desk_examples"), {**form, **wrong})
    assert answer.status_code == 422 and b"Am Teich" in answer.content
    assert not RoutingExample.objects.exists()


ASKING = [
    {"key": "where", "kind": "choice", "label": "Wo steht sie?", "is_required": True,
     "options": [{"value": "park", "label": "im Park"}, {"value": "street", "label": "Straße"},
                 {"value": "burns", "label": "brennt", "advice": "Rufen Sie die 112."}]},
    {"key": "mast", "kind": "text", "label": "Nummer?"},
]  # fmt: skip


@pytest.fixture
def asking(bare):
    """The lamps ask where they stand; those in a park are the parks' desk's, the others the depot's."""
    Category.objects.filter(pk=bare.category.pk).update(questions=ASKING)
    bare.rule(bare.depot)
    bare.rule(bare.parks, answers={"where": ["park"]})
    lon, lat = lonlat(at(500, 500))
    return {"category": "lamp", "department": "parks", "note": "Am Teich", "lon": lon, "lat": lat}


def test_a_category_with_questions_asks_hanna_before_the_example_is_kept(desk, asking):
    shown = desk.post(reverse("desk_examples"), asking)
    text = shown.content.decode()
    assert shown.status_code == 200 and not RoutingExample.objects.exists()
    assert "Wo steht sie?" in text and 'value="park"' in text and 'value="Am Teich"' in text
    # What cannot decide is not asked: free text, and answers that end a report.
    assert "Nummer?" not in text and 'value="burns"' not in text
    assert desk.post(reverse("desk_examples"), {**asking, "asked": "lamp", "frage_where": "park"}).status_code == 302
    assert RoutingExample.objects.get().answers == {"where": "park"}
    page = desk.get(reverse("desk_examples")).content.decode()
    assert "<strong>im Park</strong>" in page and "widerspricht" not in page


def test_an_answer_may_stay_open_and_makes_an_example_of_its_own(desk, asking, bare):
    for answer in ({}, {"frage_where": "park"}):
        desk.post(reverse("desk_examples"), {**asking, "department": "depot", "asked": "lamp", **answer})
    assert sorted(str(example.answers) for example in RoutingExample.objects.all()) == ["{'where': 'park'}", "{}"]
    assert "Die Regeln nennen: Grünamt" in desk.get(reverse("desk_examples")).content.decode()


def test_an_answer_that_is_not_offered_is_refused(desk, asking):
    answer = desk.post(reverse("desk_examples"), {**asking, "asked": "lamp", "frage_where": "burns"})
    assert answer.status_code == 422 and not RoutingExample.objects.exists()


@pytest.mark.parametrize("category", ["nix", "", "lamp\0"])
def test_the_script_is_given_no_questions_of_a_category_that_is_not_there(desk, asking, category):
    answer = desk.get(reverse("desk_examples"), {"fragen": "1", "category": category})
    assert answer.status_code == 200 and b"fieldset" not in answer.content


def test_an_example_is_deleted_and_another_towns_is_not_found(desk, bare, example, other_town):
    assert desk.get(reverse("desk_example_delete", args=[example.pk])).status_code == 405
    Jurisdiction.objects.all().delete()
    assert desk.post(reverse("desk_example_delete", args=[example.pk + 1])).status_code == 404
    assert desk.post(reverse("desk_example_delete", args=[example.pk])).status_code == 302
    assert not RoutingExample.objects.exists()


def test_a_gap_is_listed_with_its_hectares(desk, bare):
    bare.rule(bare.depot, own_area=box(0, 0, 10000, 4000))
    text = desk.get(reverse("desk_coverage")).content.decode()
    assert "6.000,00 ha" in text
    assert "6.000,00 ha" in desk.get(reverse("desk_coverage"), {"kategorie": "lamp"}).content.decode()


def test_nothing_open_is_said_so(desk, bare):
    bare.rule(bare.depot)
    assert "Nichts offen" in desk.get(reverse("desk_coverage")).content.decode()


def rule_form(bare, **fields):
    return {"category": bare.category.pk, "executor": bare.parks.pk, "priority": "0", "valid_from": "2020-01-01",
            "reason": "Neu.", "version": "1", **fields}  # fmt: skip


def test_ending_a_rule_that_an_example_needs_takes_a_second_step(desk, bare, example):
    rule = bare.rule(bare.depot)
    page = reverse("desk_rule", args=[rule.pk])
    answer = desk.post(page, {"action": "end", "version": "1"})
    assert answer.status_code == 422 and "widerspricht Beispielen" in answer.content.decode()
    assert Jurisdiction.objects.get().valid_to is None
    desk.post(page, {"action": "end", "version": "1", "confirmed": "1"})
    assert Jurisdiction.objects.get().valid_to == timezone.localdate()


@pytest.mark.parametrize(("action", "start"), [("csv", "\ufeffreference,"), ("geojson", '{"type": "Feature')])
def test_what_a_rule_would_move_can_be_downloaded_and_nothing_is_stored(desk, bare, action, start):
    rule = bare.rule(bare.depot)
    answer = desk.post(reverse("desk_rule", args=[rule.pk]), rule_form(bare, action=action))
    assert answer.status_code == 200, answer.content.decode()[:2000]
    assert answer.content.decode().startswith(start)
    assert Jurisdiction.objects.get().executor == bare.depot
