"""Four formats of hotspot lists, read leniently and without what is nobody's business."""

import datetime as dt
import json

import pytest

from apps.geo.untrusted import InputRefused
from apps.hotspots.feeds import formats
from apps.hotspots.feeds.formats import read_feed
from apps.hotspots.feeds.records import parse_moment

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def feed(data):
    return read_feed(json.dumps(data).encode() if not isinstance(data, bytes) else data, now=NOW)


def meshviewer(**node):
    place = {"location": {"longitude": 12.6, "latitude": 51.33}}
    return {"timestamp": "2026-11-22T11:59:00+0100", "nodes": [{"node_id": "a1", **place, **node}], "links": []}


def test_geojson_points_become_hotspots():
    properties = {"id": 7, "name": "Markt", "ssid": "Brandis-WLAN", "status": "online", "radius_m": "60"}
    read = feed(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": {"type": "Point", "coordinates": [12.6, 51.33]},
                }
            ],
        }
    )

    assert read.format == "geojson"
    (markt,) = read.found
    assert (markt.key, markt.lon, markt.lat) == ("7", 12.6, 51.33)
    assert markt.values == {"name": "Markt", "ssid": "Brandis-WLAN", "status": "online", "radius_m": 60}


def test_owner_and_network_of_a_meshviewer_node_are_dropped():
    read = feed(
        meshviewer(
            hostname="Markt",
            is_online=True,
            lastseen="2026-11-22T11:58:00+0100",
            owner="anna@example.org",
            network={"mac": "aa:bb:cc", "addresses": ["fe80::1"]},
            clients=12,
        )
    )

    assert read.found[0].values == {
        "name": "Markt",
        "status": "online",
        "last_seen_at": dt.datetime(2026, 11, 22, 10, 58, tzinfo=dt.UTC),
    }
    assert "anna" not in repr(read) and "aa:bb" not in repr(read)


def test_a_node_without_location_is_counted_and_skipped():
    read = feed(meshviewer(location=None))

    assert not read.found
    assert read.skipped == {"ohne Standort": 1}


def test_nodelist_speaks_of_long():
    node = {
        "id": "r1",
        "name": " Markt ",
        "status": {"online": False, "lastcontact": " 2026-11-22 T 09:59:00 Z "},
        "position": {"lat": 51.3339, "long": 12.6095},
    }
    read = feed({"version": "1.0.1", "community": {"name": "Brandis"}, "nodes": [node]})

    assert read.format == "nodelist"
    assert read.found[0].lon == 12.6095
    assert read.found[0].values["name"] == "Markt"
    assert read.found[0].values["status"] == "offline"
    assert read.found[0].values["last_seen_at"] == dt.datetime(2026, 11, 22, 9, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_with_semicolons_and_decimal_commas(encoding):
    text = "Kennung;Bezeichnung;Länge;Breite;Umgebung\r\n1;Grüne Straße;12,6095;51,3339;innen\r\n"
    read = feed(text.encode(encoding))

    assert read.format == "csv"
    assert read.found[0].key == "1"
    assert read.found[0].lon == "12,6095"
    assert read.found[0].values == {"name": "Grüne Straße", "environment": "indoor"}


def test_a_key_twice_in_a_file_counts_once():
    read = feed(b"id,lon,lat\n1,12.6,51.33\n1,12.7,51.34\n")

    assert len(read.found) == 1
    assert read.skipped == {"doppelt in der Datei": 1}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-22T10:00:00+0100", dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)),
        ("2026-11-22T10:00:00+01:00", dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)),
        ("2026-11-22T10:00:00.123Z", dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)),
        ("2026-11-22 10:00", dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)),
        (1795341600, dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)),
        ("0001-01-01T00:00:00+0000", None),
        ("2027-01-01T00:00:00Z", None),
        ("2026-13-40T99:00:00Z", None),
        ("gestern", None),
        (None, None),
        (True, None),
        (10**30, None),
        ({"a": 1}, None),
    ],
)
def test_times_as_feeds_write_them(said, meant):
    assert parse_moment(said, now=NOW) == meant


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b'{"type": "FeatureCollection"}',
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"name;ort\nMarkt;Brandis\n",
        b'{"nodes": ' + b"[" * 100_000,
        b'{"type":"FeatureCollection","features":[NaN]}',
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(raw):
    with pytest.raises(InputRefused):
        read_feed(raw, now=NOW)


@pytest.mark.parametrize(
    "node",
    [1, None, "x", [], {"node_id": {"a": 1}}, {"node_id": "a\x00", "location": {"longitude": 12, "latitude": 51}}],
)
def test_a_broken_row_is_left_out_and_the_others_are_read(node):
    data = meshviewer(hostname="Markt")
    data["nodes"].append(node)
    read = feed(data)

    assert len(read.found) == 1
    assert read.skipped.total() == 1


def test_a_feed_is_bounded_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr(formats, "MAX_BYTES", 10)

    with pytest.raises(InputRefused, match="zu groß"):
        read_feed(b'{"nodes": []}  ', now=NOW)
