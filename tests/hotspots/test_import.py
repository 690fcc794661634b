"""Importing a list of hotspots: running twice changes nothing, and the summary says what happened."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.hotspots.models import Hotspot
from tests.conftest import at, lonlat


def node(key, point, **fields):
    lon, lat = lonlat(point)
    return {
        "node_id": key,
        "hostname": f"Knoten {key}",
        "is_online": True,
        "location": {"longitude": lon, "latitude": lat},
        **fields,
    }


@pytest.fixture
def run(town, tmp_path):
    """Import a meshviewer file and return what the command prints."""

    def run(*nodes, **options):
        path = tmp_path / "meshviewer.json"
        path.write_text(json.dumps({"nodes": list(nodes), "links": []}))
        out = StringIO()
        call_command("import_hotspots", path, stdout=out, **options)
        return out.getvalue()

    return run


def test_new_hotspots_are_added_to_the_town(run, town):
    said = run(node("a", at(1000, 1000)), ssid="freifunk.net")

    hotspot = Hotspot.objects.get()
    assert "1 neu" in said
    assert (hotspot.municipality, hotspot.source, hotspot.source_key) == (town, "meshviewer", "a")
    assert (hotspot.name, hotspot.ssid, hotspot.status) == ("Knoten a", "freifunk.net", "online")


def test_running_twice_changes_nothing(run):
    nodes = [node("a", at(1000, 1000)), node("b", at(2000, 2000))]
    run(*nodes)
    before = list(Hotspot.objects.order_by("pk").values())

    said = run(*nodes)

    assert "0 neu" in said and "0 geändert" in said and "2 unverändert" in said
    assert list(Hotspot.objects.order_by("pk").values()) == before


def test_what_has_changed_in_the_feed_is_changed_here(run):
    run(node("a", at(1000, 1000)))
    said = run(node("a", at(1000, 1500), is_online=False))

    hotspot = Hotspot.objects.get()
    assert "1 geändert" in said
    assert hotspot.status == "offline"
    assert hotspot.point.distance(at(1000, 1500)) < 0.02


def test_what_the_feed_does_not_say_is_not_overwritten(run):
    run(node("a", at(1000, 1000)))
    Hotspot.objects.update(radius_m=120, note="Hinter der Hecke", ssid="Raster")

    run(node("a", at(1000, 1000), is_online=False))

    hotspot = Hotspot.objects.get()
    assert (hotspot.radius_m, hotspot.note, hotspot.ssid) == (120, "Hinter der Hecke", "Raster")


def test_hotspots_beyond_the_border_belong_to_somebody_else(run, other_town):
    said = run(node("a", at(10_500, 1000)), node("b", at(9_500, 1000)))

    assert Hotspot.objects.get().source_key == "b"
    assert "1 × liegt nicht in der Gemeinde" in said


def test_null_island_is_not_in_germany(run):
    said = run(node("a", at(1, 1), location={"longitude": 0, "latitude": 0}))

    assert "1 × Der Ort liegt nicht in Deutschland." in said


def test_a_dry_run_stores_nothing(run):
    said = run(node("a", at(1000, 1000)), dry_run=True)

    assert "1 neu" in said and "Probelauf" in said
    assert not Hotspot.objects.exists()


def test_online_in_an_old_file_is_not_believed(run):
    run(node("a", at(1000, 1000), lastseen="2020-01-01T00:00:00+0100"))

    assert Hotspot.objects.get().status == "unknown"


def test_hotspots_that_left_the_feed_are_named_and_kept(run):
    run(node("a", at(1000, 1000)), node("b", at(2000, 1000)))
    said = run(node("a", at(1000, 1000)))

    assert "1 stehen noch hier" in said
    assert Hotspot.objects.count() == 2


def test_the_same_key_of_two_sources_is_two_hotspots(run):
    run(node("a", at(1000, 1000)), source="eins")
    run(node("a", at(1000, 1000)), source="zwei")

    assert Hotspot.objects.count() == 2


def test_each_town_has_its_own_import(run, other_town):
    run(node("a", at(1000, 1000)))
    run(node("a", at(11_000, 1000)), town="14000020")

    assert set(Hotspot.objects.values_list("municipality__name", flat=True)) == {"Rasterstadt", "Neuland"}


def test_an_import_takes_few_statements_whatever_its_size(run, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        run(*(node(f"n{i}", at(100 + i, 1000)) for i in range(300)))

    assert Hotspot.objects.count() == 300


def test_an_unknown_town_is_told_with_the_known_ones(run):
    with pytest.raises(CommandError, match="14000010 Rasterstadt"):
        run(town="99999999")


def test_a_silent_hotspot_is_doubted_after_a_day(make_hotspot):
    from apps.hotspots import services

    now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    fed = {"source": "meshviewer", "status": "online"}
    make_hotspot("a", source_key="a", last_seen_at=now - dt.timedelta(hours=25), **fed)
    make_hotspot("b", source_key="b", last_seen_at=now - dt.timedelta(hours=23), **fed)
    make_hotspot("c", source="", status="online", last_seen_at=now - dt.timedelta(days=9))

    assert services.doubt_silent_hotspots(at=now) == 1
    assert services.doubt_silent_hotspots(at=now) == 0
    assert dict(Hotspot.objects.values_list("name", "status")) == {"a": "unknown", "b": "online", "c": "online"}


def test_the_demonstration_loads_twice_without_doubles(town, settings):
    from apps.hotspots import demo

    folder = settings.BASE_DIR / "fixtures" / "brandis"

    assert demo.load(town, folder) == "WLAN-Standorte: 4, davon neu 4"
    assert demo.load(town, folder) == "WLAN-Standorte: 4, davon neu 0"
