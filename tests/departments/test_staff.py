"""The desk's pages about rules, departments and categories."""

import pytest
from django.urls import reverse

from apps.departments.models import Category, Department, Membership, Organisation
from tests.conftest import at, lonlat

PAGES = ["desk_rules", "desk_departments", "desk_department_new", "desk_organisation_new", "desk_categories"]


@pytest.fixture
def hanna(make_user):
    """Administrator of Rasterstadt."""
    return make_user("Hanna", "administrator")


@pytest.fixture
def desk(client, hanna):
    client.force_login(hanna)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_administrators_open_every_page(desk, matrix, page):
    assert desk.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_clerks_find_nothing_there(client, matrix, bernd, page):
    client.force_login(bernd)
    assert client.get(reverse(page)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_nobody_else_gets_in(client, matrix, page):
    assert client.get(reverse(page)).status_code == 302


def test_the_rules_are_listed_with_their_place_in_words_and_marks(desk, matrix, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        text = desk.get(reverse("desk_rules")).content.decode()
    assert "Gemeindestraße (nur Straße) bis 20 m" in text
    assert "Bundesstraße, Staatsstraße, Kreisstraße bis 20 m, innerhalb der Ortslage" in text
    assert "von der Stadt zu bestätigen" in text


def test_only_the_rules_to_confirm_can_be_shown(desk, matrix):
    text = desk.get(reverse("desk_rules"), {"offen": "1"}).content.decode()
    assert "Wer wofür" not in text
    assert "Versorgungsverband Eilenburg-Wurzen (VEW)</td>" not in text


def test_a_test_pin_is_answered_in_words(desk, matrix):
    lon, lat = lonlat(at(2003, 2000))
    answer = desk.get(reverse("desk_rules"), {"category": "road_damage", "lon": lon, "lat": lat})
    assert answer.status_code == 200
    assert "Zuständig ist Landkreis Leipzig, Straßenmeisterei Wurzen." in answer.content.decode()
    assert "An zweiter Stelle steht Bauhof" in answer.content.decode()


def test_a_test_pin_outside_names_no_department(desk, matrix):
    lon, lat = lonlat(at(-50, 2000))
    answer = desk.get(reverse("desk_rules"), {"category": "road_damage", "lon": lon, "lat": lat})
    assert "Außerhalb des Gemeindegebiets" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"category": "road_damage"},
        {"category": "nix", "lon": "12.6", "lat": "51.2"},
        {"category": "road_damage", "lon": "51.2", "lat": "12.6"},
        {"category": "road_damage", "lon": "1e309", "lat": "nan"},
        {"category": "road_damage", "address": "\x00"},
        {"category": "\x00", "lon": "12.6", "lat": "51.2"},
    ],
)
def test_a_test_pin_that_makes_no_sense_gets_a_sentence(desk, matrix, query):
    answer = desk.get(reverse("desk_rules"), query)
    assert answer.status_code == 422
    assert "Bitte prüfen Sie Ihre Angaben" in answer.content.decode()


def test_a_town_without_triage_desk_is_told_what_is_missing(desk, town):
    from apps.departments.models import CategoryGroup

    group = CategoryGroup.objects.create(municipality=town, code="g", name="G", icon="dots")
    Category.objects.create(municipality=town, code="c", name="C", icon="dots", group=group)
    lon, lat = lonlat(at(50, 50))
    answer = desk.get(reverse("desk_rules"), {"category": "c", "lon": lon, "lat": lat})
    assert "noch keine Eingangsstelle" in answer.content.decode()


def test_a_department_is_created(desk, bare):
    organisation = Organisation.objects.get(municipality=bare.town)
    answer = desk.post(
        reverse("desk_department_new"),
        {"name": "Kämmerei", "code": "kaemmerei", "organisation": organisation.pk, "email": "k@rasterstadt.invalid"},
    )
    made = Department.objects.get(code="kaemmerei")
    assert answer.url == reverse("desk_department", args=[made.pk])
    assert (made.municipality, made.is_triage) == (bare.town, False)


def test_a_code_that_is_taken_is_refused_and_what_was_typed_stays(desk, bare):
    organisation = Organisation.objects.get(municipality=bare.town)
    answer = desk.post(
        reverse("desk_department_new"), {"name": "Zweiter Hof", "code": "depot", "organisation": organisation.pk}
    )
    assert answer.status_code == 422
    assert "schon vergeben" in answer.content.decode()
    assert "Zweiter Hof" in answer.content.decode()


def test_an_organisation_is_created(desk, bare):
    desk.post(
        reverse("desk_organisation_new"),
        {"name": "Wasserverband", "code": "wasser", "kind": "association", "is_external": "on"},
    )
    assert Organisation.objects.get(code="wasser").municipality == bare.town


def test_a_department_is_changed_and_its_people_are_set(desk, bare, bernd):
    page = reverse("desk_department", args=[bare.depot.pk])
    desk.post(
        page,
        {
            "action": "save",
            "name": "Betriebshof",
            "organisation": bare.depot.organisation_id,
            "email": "",
            "phone": "",
            "is_active": "on",
        },
    )
    desk.post(page, {"action": "members", "users": [bernd.pk]})
    assert Department.objects.get(pk=bare.depot.pk).name == "Betriebshof"
    assert Membership.objects.get(department=bare.depot).user == bernd


def test_closing_the_triage_desk_is_refused_with_a_sentence(desk, bare):
    page = reverse("desk_department", args=[bare.triage.pk])
    answer = desk.post(
        page,
        {"action": "save", "name": "Eingangsstelle", "organisation": bare.triage.organisation_id},
        follow=True,
    )
    assert "Die Eingangsstelle kann nicht geschlossen werden" in answer.content.decode()
    assert Department.objects.get(pk=bare.triage.pk).is_active


def test_the_triage_desk_is_moved(desk, bare):
    desk.post(reverse("desk_department", args=[bare.depot.pk]), {"action": "triage"})
    assert Department.objects.get(is_triage=True) == bare.depot


def test_a_department_of_another_town_does_not_exist_here(desk, bare, other_town):
    organisation = Organisation.objects.create(municipality=other_town, code="town", name="N", kind="town")
    theirs = Department.objects.create(
        municipality=other_town, organisation=organisation, code="d", name="D", is_triage=True
    )
    assert desk.get(reverse("desk_department", args=[theirs.pk])).status_code == 404
    assert desk.post(reverse("desk_department", args=[theirs.pk]), {"action": "triage"}).status_code == 404


def test_a_category_is_switched_off_and_on(desk, bare):
    page = reverse("desk_category_switch", args=[bare.category.pk])
    desk.post(page, {"is_active": "0"})
    assert not Category.objects.get(pk=bare.category.pk).is_active
    desk.post(page, {"is_active": "1"})
    assert Category.objects.get(pk=bare.category.pk).is_active
