"""Anna looks for public WLAN; Fatma keeps the list."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.geo.versions import current_version
from apps.hotspots.models import Hotspot
from tests.conftest import at, lonlat

LIST = "/wlan/"


def names(response):
    return [hotspot.name for hotspot in response.context["hotspots"]]


def near(point):
    lon, lat = lonlat(point)
    return {"lon": lon, "lat": lat}


def test_the_list_is_sorted_by_name_without_a_place(client, make_hotspot):
    make_hotspot("Stadtbad")
    make_hotspot("Markt")

    assert names(client.get(LIST)) == ["Markt", "Stadtbad"]


def test_the_nearest_comes_first_with_its_distance(client, make_hotspot):
    make_hotspot("weit", at(5000, 9000))
    make_hotspot("nah", at(5000, 5080))
    response = client.get(LIST, near(at(5000, 5000)))

    assert names(response) == ["nah", "weit"]
    assert "80\xa0m" in response.text and "4,0\xa0km" in response.text
    assert response["Cache-Control"] == "private, no-store"


def test_an_address_will_do(client, town, make_hotspot):
    from apps.places.folding import fold_address
    from apps.places.models import Address

    Address.objects.create(
        municipality=town,
        street="Lange Straße",
        house_number="3",
        postcode="04000",
        district="Weststadt",
        point=at(1000, 1000),
        search=fold_address("Lange Straße", "3", "04000", "Weststadt"),
    )
    make_hotspot("Markt", at(5000, 5000))
    make_hotspot("West", at(1000, 1200))

    response = client.get(LIST, {"ort": "lange str 3"})

    assert names(response) == ["West", "Markt"]
    assert "Entfernung von Lange Straße 3" in response.text


def test_an_unknown_address_keeps_what_was_typed_and_the_list(client, make_hotspot):
    make_hotspot("Markt")
    response = client.get(LIST, {"ort": "Nirgendweg 99"})

    assert response.status_code == 200
    assert "Diesen Ort kennen wir nicht" in response.text and "Nirgendweg 99" in response.text
    assert names(response) == ["Markt"]


@pytest.mark.parametrize(
    "query",
    [
        {"lon": "NaN", "lat": "51"},
        {"lon": "1e309", "lat": "51"},
        {"lon": "51.3", "lat": "12.6"},
        {"lon": "0", "lat": "0"},
        {"lon": "12.6"},
        {"ort": "a\x00b"},
    ],
)
def test_a_place_that_is_none_is_answered_with_a_sentence(client, town, query):
    response = client.get(LIST, query)

    assert response.status_code == 400
    assert 'role="alert"' in response.text


def test_hidden_hotspots_and_those_of_other_towns_are_not_listed(client, make_hotspot, other_town):
    make_hotspot("geheim", is_published=False)
    make_hotspot("drüben", at(12_000, 5000), municipality=other_town)

    assert names(client.get(LIST)) == []
    assert "Noch kein öffentliches WLAN" in client.get(LIST).text


@pytest.mark.parametrize("query", [{}, near(at(0, 0))])
def test_the_list_takes_the_same_few_queries_for_any_length(client, make_hotspot, django_assert_num_queries, query):
    for number in range(20):
        make_hotspot(f"Nr. {number}", at(number * 100, 0))
    with django_assert_num_queries(2):
        client.get(LIST, query)


def test_the_detail_page_leads_to_a_report_about_this_hotspot(client, make_hotspot):
    hotspot = make_hotspot("Markt")
    response = client.get(f"/wlan/{hotspot.public_id}/")

    assert response.status_code == 200
    assert "etwa 50\xa0m im Umkreis" in response.text
    try:
        form = reverse("reports:new")
    except Exception:
        assert "gestört melden" not in response.text
    else:
        assert form in response.context["fault_url"]
        assert f"bezug=hotspots%2F{hotspot.public_id}" in response.context["fault_url"]


def test_a_hidden_hotspot_has_no_page(client, make_hotspot, fatma):
    hotspot = make_hotspot("geheim", is_published=False)
    client.force_login(fatma)

    assert client.get(f"/wlan/{hotspot.public_id}/").status_code == 404


def test_the_api_answers_the_nearest_first(client, make_hotspot):
    make_hotspot("weit", at(5000, 9000))
    make_hotspot("nah", at(5000, 5100), status="online")
    make_hotspot("geheim", at(5000, 5000), is_published=False)
    response = client.get("/api/v1/hotspots/nearest/", {**near(at(5000, 5000)), "limit": 1})

    (hotspot,) = response.json()["hotspots"]
    assert hotspot["name"] == "nah"
    assert hotspot["distance_m"] == pytest.approx(100, abs=0.2)
    assert (hotspot["lon"], hotspot["lat"]) == pytest.approx(lonlat(at(5000, 5100)))
    assert "internal_note" not in json.dumps(response.json())


@pytest.mark.parametrize("query", [{}, {"lon": 12.6}, {"limit": 0}, {"limit": "51"}, {"limit": "x"}, {"q": 1}])
def test_the_api_refuses_with_a_sentence(client, town, query):
    place = {} if "lon" in query or not query else near(at(0, 0))
    response = client.get("/api/v1/hotspots/nearest/", {**place, **query})

    assert response.status_code == 400
    assert response.json()["detail"]


def test_nearest_is_served_by_the_index(make_hotspot, town):
    from django.db import connection

    Hotspot.objects.bulk_create(
        Hotspot(municipality=town, name=str(i), point=at(i % 100 * 100, i // 100 * 100)) for i in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE hotspots_hotspot")
    plan = Hotspot.objects.filter(municipality=town).nearest_to(at(5000, 5000))[:5].explain()

    assert "Index Scan using hotspots_hotspot_point" in plan


def test_fatma_changes_a_hotspot(client, make_hotspot, fatma):
    hotspot = make_hotspot("Markt")
    client.force_login(fatma)
    lon, lat = lonlat(at(5100, 5000))
    page = f"/intern/wlan/{hotspot.public_id}/"
    form = {
        "name": "Marktplatz",
        "ssid": "Raster",
        "operator": "",
        "environment": "outdoor",
        "radius_m": 70,
        "status": "offline",
        "note": "",
        "internal_note": "Netzteil",
        "is_published": "on",
        "version": 1,
        "lon": lon,
        "lat": lat,
    }

    assert client.get(page).status_code == 200
    assert client.post(page, form).status_code == 302
    hotspot.refresh_from_db()
    assert (hotspot.name, hotspot.status, hotspot.version) == ("Marktplatz", "offline", 2)
    assert hotspot.point.distance(at(5100, 5000)) < 0.02
    assert [event.name for event in hotspot.history.order_by("pgh_id")] == ["Markt", "Marktplatz"]
    assert hotspot.history.latest("pgh_id").pgh_context.metadata["actor"] == fatma.pk

    late = client.post(page, {**form, "name": "Zu spät"})
    assert late.status_code == 422
    assert (
        "Jemand anderes" in late.text
        and "Zu spät" in late.text
        and "Inzwischen gespeichert ist: Marktplatz" in late.text
    )
    assert (
        client.post(page, {**form, "name": "Doch", "version": late.context["form"]["version"].value()}).status_code
        == 302
    )


def test_fatma_enters_a_hotspot_by_its_coordinates(client, town, fatma):
    client.force_login(fatma)
    lon, lat = lonlat(at(2000, 2000))
    form = {"name": "Bad", "environment": "indoor", "radius_m": 30, "status": "unknown", "lon": lon, "lat": lat}
    response = client.post("/intern/wlan/neu/", {**form, "version": 1})

    assert response.status_code == 302
    assert Hotspot.objects.get().is_published is False
    assert "nicht veröffentlicht" in client.get("/intern/wlan/").text


@pytest.mark.parametrize("path", ["/intern/wlan/", "/intern/wlan/neu/"])
def test_a_clerk_has_no_business_here(client, bernd, path):
    assert client.get(path).status_code == 302
    client.force_login(bernd)
    assert client.get(path).status_code == 404


def test_staff_of_another_town_do_not_reach_this_one(client, make_user, make_hotspot, other_town):
    hotspot = make_hotspot("Markt")
    client.force_login(make_user("Gerd", "gis", municipality=other_town))

    assert client.get(f"/intern/wlan/{hotspot.public_id}/", HTTP_HOST="neuland.example").status_code == 404


def test_internal_notes_and_hidden_rows_do_not_move_the_public_version(make_hotspot, town):
    hotspot = make_hotspot("Markt")
    before = current_version(Hotspot, town.pk)
    Hotspot.objects.update(internal_note="Schlüssel beim Hausmeister")
    make_hotspot("geheim", is_published=False)

    assert current_version(Hotspot, town.pk) == before
    Hotspot.objects.filter(pk=hotspot.pk).update(status="offline")
    assert current_version(Hotspot, town.pk) == before + 1


def test_the_desk_takes_the_same_few_queries_for_any_length(client, fatma, make_hotspot, django_assert_num_queries):
    client.force_login(fatma)
    make_hotspot("Markt")
    client.get("/intern/wlan/")  # the first request of a session writes down that it is in use
    with CaptureQueriesContext(connection) as short:
        client.get("/intern/wlan/")
    for n in range(30):
        make_hotspot(f"Standort {n}", is_published=bool(n % 2))
    with django_assert_num_queries(len(short)):
        assert client.get("/intern/wlan/").content.decode().count("Standort ") >= 30
    assert len(short) <= 7
