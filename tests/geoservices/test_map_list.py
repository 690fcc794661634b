"""The list beside the map shows what the map shows, in pages, newest or nearest first."""

import datetime as dt
import re

import pgtrigger
import pytest
from django.utils import timezone

from apps.geo.audience import ANONYMOUS
from apps.geo.layers import get_layer
from apps.geo.untrusted import InputRefused
from apps.geoservices.map_list import list_page, read_cursor
from apps.geoservices.map_query import MapQuery
from tests.conftest import at
from tests.fifth_kind.models import Tree


@pytest.fixture
def trees(town):
    """Twelve trees from west to east; the eastern ones changed last, the first four at the same moment."""
    Tree.objects.bulk_create(
        Tree(municipality=town, species=f"Linde {n}", point=at(1000 + 100 * n, 1000)) for n in range(12)
    )
    start = timezone.now() - dt.timedelta(days=30)
    with pgtrigger.ignore("fifth_kind.Tree:public_version"):
        for n in range(12):
            moment = start + dt.timedelta(hours=max(n, 3))
            Tree.objects.filter(species=f"Linde {n}").update(public_changed_at=moment)
    return get_layer("trees")


def pages(layer, town, **how):
    after, found = "", []
    while True:
        page = list_page([(layer, MapQuery())], town.pk, after=after, size=5, **how)
        found.append([entry.label for entry in page.entries])
        after = page.after
        if not after:
            return found


def test_newest_first_in_pages_that_neither_skip_nor_repeat(trees, town):
    found = pages(trees, town)
    labels = [label for page in found for label in page]
    assert labels[:3] == ["Linde 11", "Linde 10", "Linde 9"]
    assert sorted(labels) == sorted(f"Linde {n}" for n in range(12)) and [len(p) for p in found] == [5, 5, 2]


def test_nearest_first_with_distances(trees, town):
    labels = [label for page in pages(trees, town, near=at(1000, 1000)) for label in page]
    assert labels == [f"Linde {n}" for n in range(12)]
    page = list_page([(trees, MapQuery())], town.pk, near=at(1000, 1000))
    assert page.entries[3].distance_m == pytest.approx(300, abs=0.01)


def test_two_statements_make_a_page_however_many_rows(trees, town, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = list_page([(trees, MapQuery())], town.pk)
    assert (page.total, len(page.entries)) == (12, 12)


@pytest.mark.parametrize("text", ["x", "=", "WzEsMl0", "a" * 400, "W10", "bnVsbA", "WyJuYW4iLCJ0cmVlcyIsIjAiXQ"])
def test_a_page_that_we_did_not_offer_is_refused(text):
    with pytest.raises(InputRefused):
        read_cursor(text, by_distance=False)
    with pytest.raises(InputRefused):
        read_cursor(text, by_distance=True)


def test_map_and_list_show_the_same_things(trees, town, client):
    Tree.objects.filter(species="Linde 3").update(is_released=False)
    box = "bbox=12,50,14,52"
    on_map = {f["id"] for f in client.get(f"/karte/daten/trees.json?{box}").json()["features"]}
    page = client.get(f"/karte/liste?{box}&layer=trees")
    in_list = {entry.public_id for entry in page.context["page"].entries}
    assert len(on_map) == 11 and in_list == on_map
    assert in_list == set(trees.rows(ANONYMOUS, municipality=town.pk).values_list("fid", flat=True))


def test_the_page_works_without_javascript(trees, town, client):
    page = client.get("/karte/?layer=trees&trees.condition=sound&days=365&sort=nah")
    html = page.content.decode()
    assert page.status_code == 200 and "Linde 11" in html and "12 Einträge" in html
    assert re.search(r'<option\s+value="sound"\s+selected\s*>', html) and "Zur Liste springen" in html
    assert not page.cookies and "Cookie" not in page.headers.get("Vary", "")


def test_filters_that_leave_nothing_say_what_to_do(trees, town, client):
    html = client.get("/karte/?layer=trees&trees.condition=felled").content.decode()
    assert "0 Einträge" in html and "Alle Filter zurücknehmen" in html


@pytest.mark.parametrize(
    "query", ["after=x", "days=-1", "bbox=1,2", "lon=abc&lat=1", "until=morgen", "ort=%00", "trees.condition=%00"]
)
def test_a_bad_address_gets_a_page_with_a_sentence(trees, town, client, query):
    for path in ("/karte/", "/karte/liste"):
        page = client.get(f"{path}?{query}")
        assert page.status_code == 400 and "Linde 11" in page.content.decode()


def test_an_unknown_parameter_and_a_huge_number_of_days_do_no_harm(trees, town, client):
    assert client.get("/karte/?utm_source=x&layer=nirgends").status_code == 200
    assert client.get("/karte/?days=9999").status_code == 200


def test_an_address_found_without_javascript_sorts_by_nearness(trees, town, client):
    from tests.conftest import lonlat

    lon, lat = lonlat(at(2100, 1000))
    page = client.get("/karte/", {"lon": lon, "lat": lat, "ort": "Lindenplatz"})
    assert page.context["page"].entries[0].label == "Linde 11" and "nahe Lindenplatz" in page.content.decode()


def test_next_page_keeps_filters_and_view(trees, town, client, monkeypatch):
    from geo_platform import map_views

    monkeypatch.setattr(map_views, "list_page", lambda *a, **k: list_page(*a, **{**k, "size": 5}))
    page = client.get("/karte/liste?layer=trees&bbox=12,50,14,52")
    assert page.context["next_url"].startswith("?layer=trees&bbox=12%2C50%2C14%2C52&after=")
    again = client.get("/karte/liste" + page.context["next_url"])
    assert not {e.key for e in page.context["page"].entries} & {e.key for e in again.context["page"].entries}
