"""What the browser's map asks for and gets, shown with the throw-away kind of trees."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from apps.geoservices import map_data
from tests.conftest import at, lonlat
from tests.fifth_kind.models import Tree

URL = "/karte/daten/trees.json"


def plant(town, point, **fields):
    return Tree.objects.create(municipality=town, point=point, **{"species": "Linde", **fields})


def box_around(*points, margin=0.0005):
    lons, lats = zip(*(lonlat(point) for point in points), strict=True)
    return f"{min(lons) - margin},{min(lats) - margin},{max(lons) + margin},{max(lats) + margin}"


def test_a_tree_in_the_box_comes_with_all_that_its_popup_says(town, client):
    tree = plant(town, at(1000, 1000), species="Winterlinde", condition="sick", note="Pilz")
    plant(town, at(8000, 8000))
    data = client.get(URL, {"bbox": box_around(at(1000, 1000)), "zoom": 16}).json()
    assert (data["type"], data["mode"], data["total"]) == ("FeatureCollection", "features", 1)
    (feature,) = data["features"]
    assert feature["id"] == tree.public_id
    assert feature["geometry"]["coordinates"] == pytest.approx(lonlat(at(1000, 1000)), abs=1e-7)
    changed = feature["properties"].pop("changed")
    assert timezone.now() - dt.datetime.fromisoformat(changed) < dt.timedelta(minutes=5)
    assert feature["properties"] == {
        "label": "Winterlinde",
        "status": "sick",
        "status_label": "krank",
        "colour": "#b35900",
        "icon": "tree",
        "url": "",
        "condition": "sick",
    }


def test_hidden_trees_notes_and_other_towns_stay_away(town, other_town, client):
    plant(town, at(1000, 1000), is_released=False, note="GEHEIM")
    plant(town, at(1100, 1000), note="GEHEIM")
    plant(other_town, at(11000, 1000))
    answer = client.get(URL)
    assert answer.json()["total"] == 1 and "GEHEIM" not in answer.content.decode()


def test_staff_get_the_same_public_answer(town, client, fatma):
    plant(town, at(1000, 1000), is_released=False)
    client.force_login(fatma)
    answer = client.get(URL)
    assert answer.json()["total"] == 0 and "Cookie" not in answer.headers.get("Vary", "")


def test_three_hundred_trees_are_shown_one_more_is_counted_in_cells(town, client, monkeypatch):
    monkeypatch.setattr(map_data, "MAX_FEATURES", 3)
    for east in (1000, 1010, 6000):
        plant(town, at(east, 1000))
    assert client.get(URL, {"zoom": 12}).json()["mode"] == "features"
    plant(town, at(1020, 1000))
    data = client.get(URL, {"zoom": 12}).json()
    assert (data["mode"], data["total"]) == ("cells", 4)
    assert sorted(cell["properties"]["count"] for cell in data["features"]) == [1, 3]
    three = next(cell for cell in data["features"] if cell["properties"]["count"] == 3)
    assert three["geometry"]["coordinates"] == pytest.approx(lonlat(at(1010, 1000)), abs=1e-5)


def test_a_cell_counts_the_same_wherever_the_view_ends(town, client, monkeypatch):
    monkeypatch.setattr(map_data, "MAX_FEATURES", 1)
    for east in (1000, 1040):
        plant(town, at(east, 1000))
    whole = client.get(URL, {"zoom": 12, "bbox": box_around(at(1000, 1000), at(1040, 1000))}).json()
    assert whole["features"][0]["properties"]["count"] == 2


def test_filters_and_days_narrow_the_answer(town, client):
    plant(town, at(1000, 1000), condition="sick")
    plant(town, at(1010, 1000), condition="sound")
    today = timezone.localdate()
    assert client.get(URL, {"condition": "sick"}).json()["total"] == 1
    assert client.get(URL, {"condition": ["sick", "sound"]}).json()["total"] == 2
    assert client.get(URL, {"since": today.isoformat()}).json()["total"] == 2
    assert client.get(URL, {"until": (today - dt.timedelta(days=1)).isoformat()}).json()["total"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=nan,51,13,52",
        "bbox=12,52,13,51",
        "bbox=330000,5680000,340000,5690000",
        "zoom=1.5",
        "zoom=99",
        "zoom=-1",
        "since=gestern",
        "since=2026-02-30",
        "since=2026-02-02&until=2026-02-01",
        "note=GEHEIM",
        "species=Linde",
        "unbekannt=1",
        "zoom=1&zoom=2",
        "condition=%00",
        "_connector=OR",
    ],
)
def test_a_bad_question_gets_a_400_with_a_sentence(town, client, query):
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 400 and answer.json()["error"].rstrip().endswith(".")


def test_an_unknown_layer_is_not_found_and_writing_is_not_allowed(town, client):
    assert client.get("/karte/daten/secrets.json").status_code == 404
    assert client.post(URL).status_code == 405


def test_an_empty_filter_value_and_a_far_box_are_empty_answers(town, client):
    plant(town, at(1000, 1000))
    assert client.get(URL, {"condition": "nie-gesehen"}).json()["features"] == []
    assert client.get(URL, {"bbox": "-180,-90,-170,-80"}).json()["total"] == 0


def test_town_version_and_data_are_three_statements_and_a_held_answer_two(town, client, django_assert_num_queries):
    for east in range(20):
        plant(town, at(1000 + east, 1000))
    with django_assert_num_queries(3):
        answer = client.get(URL)
    with django_assert_num_queries(2):
        assert client.get(URL, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304


def test_only_public_changes_move_the_validator(town, client):
    tree = plant(town, at(1000, 1000))
    first = client.get(URL)["ETag"]
    Tree.objects.filter(pk=tree.pk).update(note="interne Notiz")
    plant(town, at(1000, 1010), is_released=False)
    assert client.get(URL)["ETag"] == first
    Tree.objects.filter(pk=tree.pk).update(condition="felled")
    assert client.get(URL)["ETag"] != first


def test_the_answer_may_be_cached_shortly_by_everybody(town, client):
    answer = client.get(URL)
    assert answer["Cache-Control"] == "public, max-age=20, must-revalidate"
    assert not answer.cookies and "Vary" not in answer.headers


def test_the_configuration_tells_layers_legend_facets_base_map_and_place(town, client):
    config = client.get("/karte/konfiguration.json").json()
    trees = next(layer for layer in config["layers"] if layer["name"] == "trees")
    assert trees["data"] == URL and trees["geometry_type"] == "Point"
    assert trees["facets"] == [
        {
            "name": "condition",
            "title": "Zustand",
            "choices": [
                {"value": "sound", "title": "gesund"},
                {"value": "sick", "title": "krank"},
                {"value": "felled", "title": "gefällt"},
            ],
        }
    ]
    assert [entry["title"] for entry in trees["legend"]] == ["gesund", "krank", "gefällt"]
    assert config["centre"] == pytest.approx(lonlat(at(5000, 5000)), abs=1e-5)
    west, south, east, north = config["bounds"]
    assert west < config["centre"][0] < east and south < config["centre"][1] < north
    assert config["basemap"]["url"] == "/basemap/{z}/{x}/{y}" and "places" in config["basemap"]["sources"]


def test_only_values_that_somebody_can_see_are_offered(town, client):
    plant(town, at(1000, 1000), condition="sick")
    plant(town, at(1000, 1010), condition="felled", is_released=False)
    config = client.get("/karte/konfiguration.json").json()
    trees = next(layer for layer in config["layers"] if layer["name"] == "trees")
    assert [choice["title"] for choice in trees["facets"][0]["choices"]] == ["krank"]
    assert [entry["title"] for entry in trees["legend"]] == ["krank"]


def test_a_list_beside_the_map_names_its_features(town, client):
    one, _other = plant(town, at(1000, 1000)), plant(town, at(1000, 1010))
    assert [f["id"] for f in client.get(URL, {"ids": one.public_id}).json()["features"]] == [one.public_id]
    assert client.get(URL, {"ids": ""}).json()["total"] == 0
    for bad in ("x", "1,2", ",".join([one.public_id] * 101)):
        assert client.get(URL, {"ids": bad}).status_code == 400


def test_staff_see_hidden_trees_below_intern_and_nobody_keeps_them(town, client, fatma):
    plant(town, at(1000, 1000), is_released=False)
    address = "/intern" + URL
    assert client.get(address).status_code == 401
    client.force_login(fatma)
    answer = client.get(address)
    assert answer.json()["total"] == 1 and answer["Cache-Control"] == "private, no-store" and "ETag" not in answer


def test_an_installation_without_a_town_still_has_a_map(db, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert json.loads(client.get("/karte/konfiguration.json").content)["bounds"]
    assert client.get(URL).json()["total"] == 0
