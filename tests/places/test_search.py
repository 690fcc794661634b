"""Anna types an address as people type; the gazetteer of her own town answers."""

import pytest
from django.contrib.gis.geos import LineString
from django.db import connection

from apps.geo.crs import GEO_SRID
from apps.places.folding import fold, fold_address, split_number
from apps.places.models import Address, Asset, Road
from apps.places.nearest import describe_point
from apps.places.search import find_places
from tests.conftest import ORIGIN, at, lonlat


def address(town, street, number, point, district="Weststadt"):
    return Address.objects.create(
        municipality=town,
        street=street,
        house_number=number,
        postcode="04999",
        district=district,
        point=point,
        search=fold_address(street, number, "04999", district),
    )


@pytest.fixture
def streets(town):
    for number in ("2", "8", "12", "12a", "120"):
        address(town, "Grimmaische Straße", number, at(1000 + 10 * int(number.rstrip("a")), 1000))
    address(town, "Grüner Weg", "12", at(3000, 3000))
    address(town, "Am Markt", "1", at(4000, 4000))
    Asset.objects.create(municipality=town, kind="townhall", key="r", name="Rathaus", shape=at(4010, 4000))
    x, y = ORIGIN
    Road.objects.create(
        municipality=town,
        key="g1",
        road_class="G",
        name="Hohler Weg",
        line=LineString((x + 6000, y + 6000), (x + 7000, y + 6000), srid=GEO_SRID),
    )
    return town


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Grimmaische Straße 12 a", "grimmaische str 12a"),
        ("GRIMMAISCHE STR. 12A", "grimmaische str 12a"),
        ("Hauptstraße", "hauptstr"),
        ("Häuserstrasse", "haeuserstr"),
        ("Ha\u0308user", "haeuser"),
        ("Straßenbahn", "strassenbahn"),
        ("René-Čapek-Platz", "rene capek platz"),
        ("  %_';-- ", ""),
    ],
)
def test_spellings_of_one_name_fold_to_one_text(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("folded", "parts"),
    [
        ("grimmaische str 12a 04821 brandis", ("grimmaische str", "12a")),
        ("markt 1", ("markt", "1")),
        ("str des 17 juni", ("str des 17 juni", "")),
        ("str des 17 juni 5", ("str des 17 juni", "5")),
        ("04821 brandis", ("04821 brandis", "")),
    ],
)
def test_a_house_number_is_told_from_other_numbers(folded, parts):
    assert split_number(folded) == parts


@pytest.mark.parametrize(
    "typed", ["grimaische str 12", "Grimmaische Straße 12", "GRIMMAISCHE STRASSE 12, 04999 Weststadt"]
)
def test_a_misspelt_address_is_found_first(streets, typed):
    found = find_places(streets, typed)
    assert (found[0].kind, found[0].label) == ("address", "Grimmaische Straße 12")
    assert (found[0].lon, found[0].lat) == pytest.approx(lonlat(at(1120, 1000)), abs=1e-6)


def test_the_beginning_of_a_street_brings_the_street_once(streets):
    assert [(p.kind, p.label) for p in find_places(streets, "grimm")] == [("street", "Grimmaische Straße")]


def test_a_landmark_a_district_and_a_street_without_houses_are_found(streets):
    assert find_places(streets, "rathaus")[0].kind == "landmark"
    assert find_places(streets, "weststadt")[0].kind == "district"
    assert [(p.kind, p.label) for p in find_places(streets, "hohler weg")] == [("street", "Hohler Weg")]


def test_nothing_of_another_town_is_found(streets, other_town):
    address(other_town, "Neulandstraße", "1", at(12000, 1000))
    assert find_places(streets, "Neulandstraße 1") == []


@pytest.mark.parametrize("typed", ["", "a", "%%%", "'; DROP TABLE places_address; --", "🦊🦊", "x" * 5000])
def test_nonsense_finds_nothing(streets, typed):
    assert find_places(streets, typed) == []


def test_at_most_eight_places_come_in_one_statement(streets, django_assert_num_queries):
    for number in range(20, 60):
        address(streets, "Grimmaische Straße", str(number), at(2000 + number, 1000))
    with django_assert_num_queries(1):
        assert len(find_places(streets, "grimmaische str 33")) == 8


def test_the_trigram_index_serves_the_nearest_texts(streets):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # whatever the statistics of this moment say
        cursor.execute("EXPLAIN SELECT street FROM places_address ORDER BY search <->> 'grimaische str' LIMIT 200")
        assert "places_address_search" in "\n".join(row[0] for row in cursor)


def test_a_point_is_described_by_address_street_and_district(streets):
    found = describe_point(streets, at(1121, 1010))
    assert (found.address, found.district, found.inside) == ("Grimmaische Straße 12", "Weststadt", True)
    assert str(found) == "Grimmaische Straße 12, Weststadt"


def test_an_address_at_exactly_150_metres_still_counts(streets):
    assert describe_point(streets, at(4000, 4150)).address == "Am Markt 1"
    assert describe_point(streets, at(4000, 4151)).address == ""


def test_a_point_far_from_everything_still_has_words(streets):
    assert str(describe_point(streets, at(6500, 6100))) == "nahe Hohler Weg, Oststadt"
    assert describe_point(streets, at(-5000, 0)).inside is False
    assert str(describe_point(streets, at(-5000, 0))) == "Ort ohne Adresse"


def test_the_search_answers_in_json(streets, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        answer = client.get("/orte/suche.json", {"q": "grimaische str 12"})
    assert answer.json()["places"][0]["label"] == "Grimmaische Straße 12"
    assert "sessionid" not in answer.cookies and "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("query", ["q=", "q=a", "q=%00ab", "q=" + "x" * 200, "", "q=markt&limit=9"])
def test_a_bad_search_is_refused_with_a_sentence(streets, client, query):
    answer = client.get(f"/orte/suche.json?{query}")
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    "query", ["", "lon=1", "lon=nan&lat=51", "lon=51.3&lat=12.6", "lon=12.6&lat=1e309", "lon=12&lat=51&x=1"]
)
def test_a_bad_point_is_refused_with_a_sentence(streets, client, query):
    answer = client.get(f"/orte/naechste.json?{query}")
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


def test_the_nearest_address_answers_in_json(streets, client):
    lon, lat = lonlat(at(4000, 4000))
    answer = client.get("/orte/naechste.json", {"lon": lon, "lat": lat}).json()
    assert (answer["label"], answer["address"], answer["inside"]) == ("Am Markt 1, Weststadt", "Am Markt 1", True)


def test_without_javascript_the_choices_lead_back_to_the_form(streets, client):
    page = client.get("/orte/suche", {"q": "rathaus", "next": "/melden/?kategorie=1"}).content.decode()
    lon, lat = lonlat(at(4010, 4000))
    assert f'href="/melden/?kategorie=1&amp;lon={lon:.6f}&amp;lat={lat:.6f}&amp;ort=Rathaus"' in page


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_choices_never_lead_to_a_foreign_site(streets, client, target):
    page = client.get("/orte/suche", {"q": "rathaus", "next": target}).content.decode()
    assert "evil.example" not in page.replace('name="next" value="', "") and 'href="/karte/?lon=' in page
