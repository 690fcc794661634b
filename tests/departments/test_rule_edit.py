"""Hanna edits rules in the desk."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.departments import services
from apps.departments.models import Category, Jurisdiction
from apps.departments.soundness import broken_rules
from apps.geo.drawn_text import as_coordinates
from tests.conftest import box, lonlat
from tests.departments.test_conditions import QUESTIONS


@pytest.fixture
def hanna(make_user):
    """Administrator of Rasterstadt."""
    return make_user("Hanna", "administrator")


@pytest.fixture
def desk(client, hanna):
    client.force_login(hanna)
    return client


@pytest.fixture
def rule(bare):
    return bare.rule(bare.depot, valid_from=dt.date(2020, 1, 1))


def filled(rule, **changes):
    """Return the form of a rule as the browser would send it."""
    return {
        "action": "save",
        "version": rule.version,
        "category": rule.category_id or "",
        "group": rule.group_id or "",
        "asked_of": rule.category.code if rule.category else "",
        "reason": rule.reason,
        "executor": rule.executor_id,
        "valid_from": rule.valid_from,
        "priority": rule.priority,
        "shape": as_coordinates(rule.own_area) if rule.own_area else "",
        **changes,
    }


def page(rule):
    return reverse("desk_rule", args=[rule.pk])


def test_a_changed_rule_is_saved_with_who_did_it(desk, hanna, bare, rule):
    answer = desk.post(page(rule), filled(rule, executor=bare.parks.pk))
    assert answer.status_code == 302
    rule.refresh_from_db()
    assert (rule.executor, rule.version) == (bare.parks, 2)
    told = desk.get(page(rule)).content.decode()
    assert "Stand 2" in told and "Hanna" in told


def test_saving_without_a_change_makes_no_version(desk, bare):
    rule = bare.rule(bare.depot, own_area=box(0, 0, 33.3333333, 77.7777777), valid_from=dt.date(2020, 1, 1))
    desk.post(page(rule), filled(rule))
    rule.refresh_from_db()
    assert rule.version == 1


def test_a_stale_form_is_refused_with_both_versions_side_by_side(desk, bare, rule):
    old = filled(rule, reason="Von Hanna.")
    services.save_rule(
        municipality=bare.town, actor=None, rule=rule, values={"executor": bare.parks, "reason": "Von Inge."}, version=1
    )
    answer = desk.post(page(rule), old)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Von Inge." in text and "Von Hanna." in text and "Grünamt" in text
    rule.refresh_from_db()
    assert rule.reason == "Von Inge."
    desk.post(page(rule), {**old, "version": 2})
    rule.refresh_from_db()
    assert rule.reason == "Von Hanna."


def test_a_rule_is_made_copied_and_given_a_code(desk, bare, rule):
    new = reverse("desk_rule_new")
    assert rule.reason in desk.get(f"{new}?vorlage={rule.pk}").content.decode()
    desk.post(new, filled(rule, version=1))
    made = Jurisdiction.objects.exclude(pk=rule.pk).get()
    assert (made.code, made.municipality, made.to_confirm) == ("lamp-1", bare.town, False)


def test_an_inferred_rule_is_confirmed_by_the_town(desk, bare):
    rule = bare.rule(bare.depot, to_confirm=True)
    desk.post(page(rule), {"action": "confirm", "version": 1})
    rule.refresh_from_db()
    assert not rule.to_confirm


def test_an_ended_rule_no_longer_counts_and_stays(desk, bare, rule):
    desk.post(page(rule), {"action": "end", "version": 1})
    rule.refresh_from_db()
    assert rule.valid_to == timezone.localdate()
    assert bare.route(50, 50).executor == bare.triage
    assert "gilt seit dem" in desk.get(page(rule)).content.decode()


def test_a_rule_that_has_not_begun_never_will_once_it_is_ended(bare):
    day = timezone.localdate() + dt.timedelta(days=30)
    rule = services.end_rule(rule=bare.rule(bare.depot, valid_from=day), actor=None)
    assert rule.valid_to == rule.valid_from == day


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"road_classes": ["K"]}, "wie weit das Objekt oder die Straße"),
        ({"distance_m": 5}, "nur zu einem Objekt oder zu einer Straße"),
        ({"road_classes": ["K"], "distance_m": 500}, "Höchstens 100 m"),
        ({"season_from": "1.11."}, "Anfang und Ende"),
        ({"season_from": "31.2.", "season_to": "1.3."}, "Tag und Monat"),
        ({"valid_to": "2019-01-01"}, "Ende liegt vor dem Anfang"),
        ({"reason": ""}, "Begründung"),
        ({"shape": "330000 5680000\n330100 5680100\n330100 5680000\n330000 5680100"}, "kreuzt"),
        ({"executor": "999999"}, "Diese Auswahl gibt es nicht"),
    ],
)
def test_a_rule_that_says_nothing_or_two_things_gets_a_sentence(desk, rule, changes, sentence):
    answer = desk.post(page(rule), filled(rule, **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    rule.refresh_from_db()
    assert rule.version == 1


def test_a_category_and_a_group_at_once_are_refused(desk, bare, rule):
    answer = desk.post(page(rule), filled(rule, group=bare.group.pk))
    assert "nicht für beides" in answer.content.decode()


def test_conditions_are_edited_with_the_questions_of_the_category(desk, bare, rule):
    Category.objects.filter(pk=bare.category.pk).update(questions=QUESTIONS)
    desk.post(
        page(rule),
        filled(rule, antwort_where=["park"], season_from="1.11.", season_to="31.3.", weekdays=["6", "7"]),
    )
    rule.refresh_from_db()
    assert rule.answers == {"where": ["park"]}
    assert (rule.season_from, rule.season_to, rule.weekdays) == (1101, 331, [6, 7])
    assert "im Park" in desk.get(reverse("desk_rules")).content.decode()


def test_conditions_do_not_follow_to_another_category_in_silence(desk, bare, rule):
    Category.objects.filter(pk=bare.category.pk).update(questions=QUESTIONS)
    Jurisdiction.objects.filter(pk=rule.pk).update(answers={"where": ["park"]})
    rule.refresh_from_db()
    other = Category.objects.create(municipality=bare.town, code="c", name="Bank", group=bare.group, icon="dots")
    answer = desk.post(page(rule), filled(rule, category=other.pk, antwort_where=["park"]))
    assert "anderen Kategorie" in answer.content.decode()
    rule.refresh_from_db()
    assert rule.category == bare.category


def test_an_area_beyond_the_boundary_is_shown_in_square_metres_before_it_is_saved(desk, rule):
    drawn = filled(rule, shape=as_coordinates(box(-50, 0, 50, 100)))
    answer = desk.post(page(rule), drawn)
    text = answer.content.decode()
    assert answer.status_code == 422 and "5.000 m² liegen außerhalb der Gemeinde" in text
    seen = answer.context["form"].seen_mark
    assert desk.post(page(rule), {**drawn, "seen": seen}).status_code == 302
    rule.refresh_from_db()
    assert rule.own_area.area == pytest.approx(10_000)


def test_an_overlap_with_another_rule_is_told_while_drawing(desk, bare, rule):
    bare.rule(bare.parks, own_area=box(0, 0, 100, 100), category=None)
    told = desk.post(reverse("desk_rule_check_area"), {"shape": as_coordinates(box(50, 0, 150, 100))}).json()
    assert told["ok"] and "5.000 m²" in told["words"] and "rule-1" in told["words"]


def test_an_area_is_copied_from_the_districts(desk, bare, rule):
    from apps.places.models import AdministrativeArea

    west = AdministrativeArea.objects.get(municipality=bare.town, key="west")
    answer = desk.post(page(rule), filled(rule, action="take", area_source=f"area-{west.pk}"))
    assert "noch nicht gespeichert" in answer.content.decode()
    assert "335000.000" in answer.content.decode()
    rule.refresh_from_db()
    assert rule.own_area is None


def test_an_area_is_read_from_a_file(desk, rule):
    corners = [list(lonlat(point)) for point in _ring()]
    file = SimpleUploadedFile(
        "flaeche.geojson",
        json.dumps(
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [corners]}}
        ).encode(),
    )
    answer = desk.post(page(rule), filled(rule, action="upload", area_file=file))
    assert "noch nicht gespeichert" in answer.content.decode()


def _ring():
    from tests.conftest import at

    return [at(0, 0), at(100, 0), at(100, 100), at(0, 100), at(0, 0)]


@pytest.mark.parametrize("name", ["boese.gpkg", "x.exe", "leer.geojson"])
def test_a_file_that_is_none_gets_a_sentence(desk, rule, name):
    answer = desk.post(page(rule), filled(rule, action="upload", area_file=SimpleUploadedFile(name, b"\x00nix")))
    assert answer.status_code == 422


def test_a_dry_run_saves_nothing(desk, bare, rule):
    answer = desk.post(page(rule), filled(rule, action="dry_run", executor=bare.parks.pk))
    assert "Probelauf: Was sich ändern würde" in answer.content.decode()
    rule.refresh_from_db()
    assert (rule.executor, rule.version) == (bare.depot, 1)


def test_a_former_version_shows_what_was_in_force(desk, bare, rule):
    services.save_rule(municipality=bare.town, actor=None, rule=rule, values={"executor": bare.parks})
    text = desk.get(reverse("desk_rule_version", args=[rule.pk, 1])).content.decode()
    assert "Bauhof" in text and "Grünamt" in text
    assert desk.get(reverse("desk_rule_version", args=[rule.pk, 9])).status_code == 404


def test_a_rule_of_another_town_does_not_exist_here(desk, bare, rule, other_town):
    Jurisdiction.objects.filter(pk=rule.pk).delete()
    from apps.departments.models import Department, Organisation

    organisation = Organisation.objects.create(municipality=other_town, code="t", name="N", kind="town")
    theirs = Department.objects.create(
        municipality=other_town, organisation=organisation, code="d", name="D", is_triage=True
    )
    foreign = Jurisdiction.objects.create(
        municipality=other_town, code="x", executor=theirs, valid_from="2020-01-01", reason="R."
    )
    for name, *more in (("desk_rule",), ("desk_rule_version", 1)):
        assert desk.get(reverse(name, args=[foreign.pk, *more])).status_code == 404


BROKEN = {
    "a closed desk": (lambda bare: bare.rule(bare.parks), lambda bare: _close(bare.parks), "ist geschlossen"),
    "an unknown question": (lambda bare: bare.rule(bare.parks, answers={"nix": ["x"]}), None, "gibt es nicht"),
    "a kind without objects": (lambda bare: bare.rule(bare.parks, asset_kind="zoo", distance_m=5), None, "kein Objekt"),
    "an area outside": (lambda bare: bare.rule(bare.parks, own_area=box(-500, 0, -400, 9)), None, "außerhalb"),
}


def _close(department):
    type(department).objects.filter(pk=department.pk).update(is_active=False)


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_visible_at_once_with_what_to_do(desk, bare, case):
    make, then, sentence = BROKEN[case]
    rule = make(bare)
    assert desk.get(reverse("desk_rules")).status_code == 200
    if then:
        assert broken_rules(bare.town.pk) == {}
        then(bare)
    assert sentence in " ".join(broken_rules(bare.town.pk)[rule.pk])
    text = desk.get(reverse("desk_rules")).content.decode()
    assert "Eine Regel kann nicht wirken wie gedacht" in text and sentence in text
    assert sentence in desk.get(page(rule)).content.decode()


def test_a_retired_question_a_lost_answer_and_a_gone_area_break_a_rule(bare):
    from apps.places.models import AdministrativeArea

    west = AdministrativeArea.objects.get(municipality=bare.town, key="west")
    retired = [
        {**QUESTIONS[0], "is_retired": True},
        {**QUESTIONS[1], "options": [{"value": "dark", "label": "dunkel"}]},
    ]
    Category.objects.filter(pk=bare.category.pk).update(questions=retired)
    rules = [
        bare.rule(bare.parks, answers={"where": ["park"]}),
        bare.rule(bare.parks, answers={"what": ["mast"]}),
        bare.rule(bare.parks, area=west),
    ]
    AdministrativeArea.objects.filter(pk=west.pk).update(valid_to=timezone.localdate())
    assert set(broken_rules(bare.town.pk)) == {rule.pk for rule in rules}
    assert set(broken_rules()) == {rule.pk for rule in rules}


def test_an_ended_rule_is_not_broken_any_more(bare):
    bare.rule(bare.parks, asset_kind="zoo", distance_m=5, valid_to=timezone.localdate())
    assert broken_rules(bare.town.pk) == {}
