"""OGC API Features over the declared layers, read as a client of the standard reads it."""

import datetime as dt

import pytest

from tests.conftest import at, lonlat

CRS = "http://www.opengis.net/def/crs/"
ITEMS = "/ogc/collections/trees/items"


def ids(response):
    return [feature["id"] for feature in response.json()["features"]]


def test_the_landing_page_leads_to_every_part(client, town):
    links = {link["rel"]: link["href"] for link in client.get("/ogc/").json()["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= set(links)
    for rel in ("service-desc", "conformance", "data"):
        assert client.get(links[rel].removeprefix("http://testserver")).status_code == 200


def test_a_collection_names_its_crs_and_its_extent(client, town):
    collection = client.get("/ogc/collections/trees").json()
    assert collection["storageCrs"] == CRS + "EPSG/0/25833"
    assert collection["crs"][0] == CRS + "OGC/1.3/CRS84"
    west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
    lon, lat = lonlat(at(5000, 5000))
    assert west < lon < east and south < lat < north


def test_features_come_in_longitude_and_latitude(client, plant):
    tree = plant(2000, 3000)
    response = client.get(ITEMS)
    assert response["Content-Type"] == "application/geo+json"
    assert response["Content-Crs"] == f"<{CRS}OGC/1.3/CRS84>"
    feature = response.json()["features"][0]
    assert feature["id"] == tree.public_id
    assert feature["geometry"]["coordinates"] == pytest.approx(lonlat(tree.point), abs=1e-7)
    assert feature["properties"] == {"species": "Linde", "condition": "sound", "planted_on": None, "height_m": None}


@pytest.mark.parametrize(
    ("crs", "coordinates"),
    [("EPSG/0/25833", [332000, 5683000]), ("EPSG/0/4326", "lat first"), ("EPSG/0/25832", None), ("EPSG/0/3857", None)],
)
def test_every_offered_crs_is_served_in_its_axis_order(client, plant, crs, coordinates):
    tree = plant(2000, 3000)
    response = client.get(ITEMS, {"crs": CRS + crs})
    assert response["Content-Crs"] == f"<{CRS}{crs}>"
    got = response.json()["features"][0]["geometry"]["coordinates"]
    if coordinates is None:
        coordinates = list(tree.point.transform(int(crs.rpartition("/")[2]), clone=True).coords)
    elif coordinates == "lat first":
        coordinates = list(reversed(lonlat(tree.point)))
    assert got == pytest.approx(coordinates, abs=1e-3)


def test_a_bbox_keeps_what_lies_in_it_borders_included(client, plant):
    inside, on_border, _outside = plant(1000, 1000), plant(2000, 2000), plant(2001, 2001)
    query = {"bbox": "331000,5681000,332000,5682000", "bbox-crs": CRS + "EPSG/0/25833"}
    assert sorted(ids(client.get(ITEMS, query))) == sorted([inside.public_id, on_border.public_id])


def test_a_bbox_in_epsg_4326_has_latitude_first(client, plant):
    tree = plant(1000, 1000)
    lon, lat = lonlat(tree.point)
    box = f"{lat - 0.001},{lon - 0.001},{lat + 0.001},{lon + 0.001}"
    assert ids(client.get(ITEMS, {"bbox": box, "bbox-crs": CRS + "EPSG/0/4326"})) == [tree.public_id]
    assert client.get(ITEMS, {"bbox": box}).json()["numberMatched"] == 0


def test_a_bbox_of_the_whole_world_is_answered(client, plant):
    plant(1000, 1000)
    assert client.get(ITEMS, {"bbox": "-180,-90,180,90"}).json()["numberReturned"] == 1


def test_properties_filter_by_value_and_by_several(client, plant):
    plant(1, 1)
    sick, felled = plant(2, 2, condition="sick"), plant(3, 3, condition="felled")
    assert ids(client.get(ITEMS, {"condition": "sick"})) == [sick.public_id]
    assert sorted(ids(client.get(ITEMS, {"condition": "sick,felled"}))) == sorted([sick.public_id, felled.public_id])


def test_datetime_keeps_what_changed_in_the_period(client, plant):
    plant(1, 1)
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert client.get(ITEMS, {"datetime": f"../{tomorrow}"}).json()["numberMatched"] == 1
    assert client.get(ITEMS, {"datetime": f"{tomorrow}/.."}).json()["numberMatched"] == 0


def test_pages_follow_their_next_link_to_the_end(client, plant):
    planted = {plant(n * 10, 0).public_id for n in range(7)}
    seen, url, pages = [], f"{ITEMS}?limit=3", 0
    while url:
        body = client.get(url).json()
        seen += [feature["id"] for feature in body["features"]]
        url = next((link["href"] for link in body["links"] if link["rel"] == "next"), "").removeprefix(
            "http://testserver"
        )
        pages += 1
    assert (set(seen), len(seen), pages) == (planted, 7, 3)


@pytest.mark.parametrize(
    "query",
    [
        {"unknown": "1"},
        {"note": "x"},
        {"species__startswith": "L"},
        {"municipality": "1"},
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "1e3"},
        {"bbox": "1,2,3"},
        {"bbox": "nan,0,1,1"},
        {"bbox": "-181,0,1,1"},
        {"crs": "EPSG:25833"},
        {"crs": "http://127.0.0.1:9/x"},
        {"bbox-crs": "/etc/passwd"},
        {"datetime": "yesterday"},
        {"datetime": "../.."},
        {"datetime": "2026-02-30"},
        {"datetime": "0001-01-01T00:00:00+14:00/.."},
        {"height_m": "tall"},
        {"planted_on": "2026-13-01"},
        {"species": "a\x00b"},
        {"after": "' OR 1=1"},
        {"f": "exe"},
        {"condition": ["sick", "felled"]},
    ],
)
def test_an_unknown_or_invalid_parameter_is_a_400_with_a_sentence(client, town, query):
    response = client.get(ITEMS, query)
    assert response.status_code == 400
    assert response.json()["description"]


def test_one_feature_has_its_own_address(client, plant):
    tree = plant(1000, 1000)
    response = client.get(f"{ITEMS}/{tree.public_id}", {"crs": CRS + "EPSG/0/25833"})
    assert response.json()["geometry"]["coordinates"] == [331000, 5681000]


def test_hidden_and_unknown_features_give_the_same_404(client, plant):
    hidden = plant(1, 1, is_released=False)
    answers = [client.get(f"{ITEMS}/{public_id}") for public_id in (hidden.public_id, "0" * 12)]
    assert [a.status_code for a in answers] == [404, 404]


def test_a_page_of_features_takes_a_fixed_number_of_queries(client, plant, django_assert_num_queries):
    for n in range(20):
        plant(n, n)
    with django_assert_num_queries(3):  # town, version, page with its count
        client.get(ITEMS)


def test_an_unchanged_answer_is_304_without_reading_rows(client, plant, django_assert_num_queries):
    plant(1, 1)
    etag = client.get(ITEMS)["ETag"]
    with django_assert_num_queries(2):
        assert client.get(ITEMS, headers={"If-None-Match": etag}).status_code == 304


def test_only_what_the_public_sees_moves_the_validator(client, plant):
    from tests.fifth_kind.models import Tree

    tree = plant(1, 1)
    before = client.get(ITEMS)
    plant(2, 2, is_released=False)
    Tree.objects.filter(pk=tree.pk).update(note="nur für uns")
    after = client.get(ITEMS)
    assert (after["ETag"], after.content) == (before["ETag"], before.content)
    Tree.objects.filter(pk=tree.pk).update(species="Eiche")
    assert client.get(ITEMS)["ETag"] != before["ETag"]


def test_a_hidden_feature_leaves_at_once(client, plant):
    from tests.fifth_kind.models import Tree

    tree = plant(1, 1)
    etag = client.get(ITEMS)["ETag"]
    Tree.objects.filter(pk=tree.pk).update(is_released=False)
    response = client.get(ITEMS, headers={"If-None-Match": etag})
    assert (response.status_code, response.json()["numberMatched"]) == (200, 0)


def test_staff_see_more_rows_and_fields_only_below_intern(client, plant, fatma):
    plant(1, 1, is_released=False, note="Pilzbefall")
    client.force_login(fatma)
    public, internal = client.get(ITEMS), client.get("/intern" + ITEMS)
    assert public.json()["numberMatched"] == 0
    assert internal.json()["features"][0]["properties"]["note"] == "Pilzbefall"
    assert internal["Cache-Control"] == "private, no-store"
    assert "ETag" not in internal


def test_internal_addresses_ask_for_a_login(client, town):
    assert client.get("/intern" + ITEMS).status_code == 401


def test_another_towns_features_are_not_in_this_towns_collection(client, plant, other_town):
    plant(1, 1)
    assert client.get(ITEMS, headers={"host": "neuland.example"}).json()["numberMatched"] == 0


def test_public_answers_set_no_cookie(client, plant):
    plant(1, 1)
    for path in ("/ogc/", "/ogc/collections", ITEMS, "/tiles/trees/14/8700/5400.mvt"):
        assert not client.get(path).cookies


@pytest.mark.parametrize(
    "path", ["/ogc/", "/ogc/api", "/ogc/conformance", "/ogc/collections", "/ogc/collections/trees", ITEMS]
)
def test_every_document_is_also_a_page(client, plant, path):
    plant(1, 1)
    response = client.get(path, {"f": "html"})
    assert response["Content-Type"].startswith("text/html")


def test_the_definition_describes_what_is_served(client, town):
    body = client.get("/ogc/api").json()
    assert body["openapi"].startswith("3.0")
    names = [p["name"] for p in body["paths"]["/collections/trees/items"]["get"]["parameters"]]
    assert {"limit", "bbox", "datetime", "crs", "bbox-crs", "condition"} <= set(names) and "note" not in names


def test_the_first_page_counts_what_matches_and_the_last_one_has_no_next(client, plant):
    for n in range(5):
        plant(n, n)
    for limit, rels in [(4, ["self", "alternate", "next"]), (5, ["self", "alternate"]), (6, ["self", "alternate"])]:
        page = client.get(f"{ITEMS}?limit={limit}").json()
        assert (page["numberMatched"], page["numberReturned"]) == (5, min(limit, 5))
        assert [link["rel"] for link in page["links"]] == rels
