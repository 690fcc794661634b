"""Tiles of the base map: drawn from places, passed on from a server that is well, never grey."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree

import httpx
import pytest
from django.contrib.gis.geos import LineString
from django.core.cache import caches

from apps.geo.crs import GEO_SRID
from apps.geoservices import basemap, tile_proxy, tile_store, tile_upstreams
from apps.geoservices.basemap import tile_bbox_degrees
from apps.places.models import Asset, Road
from tests.conftest import ORIGIN, at, box, lonlat
from tests.patience import PATIENCE_S

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
SVG = "image/svg+xml"


def tile_of(point, zoom):
    lon, lat = lonlat(point)
    side = 2**zoom
    column = int((lon + 180) / 360 * side)
    row = next(r for r in range(side) if tile_bbox_degrees(zoom, column, r)[1] <= lat)
    return zoom, column, row


def road(town, key, *, start, end, **fields):
    (x0, y0), (x1, y1) = ((ORIGIN[0] + e, ORIGIN[1] + n) for e, n in (start, end))
    return Road.objects.create(municipality=town, key=key, line=LineString((x0, y0), (x1, y1), srid=GEO_SRID), **fields)


@pytest.fixture(autouse=True)
def own_cache(settings, tmp_path):
    caches["local"].clear()
    settings.VAR_DIR = tmp_path
    settings.BASEMAP_UPSTREAMS = []


@pytest.fixture
def drawn_town(town):
    road(town, "s1", start=(0, 5000), end=(10_000, 5010), road_class="S", number="S 45", name="Lange Straße")
    road(town, "g1", start=(3000, 4000), end=(5000, 4100), road_class="G", name="Gartenweg & Co")
    Asset.objects.create(municipality=town, kind="water", key="w", name="See", shape=box(4000, 4200, 4600, 4700)[0])
    Asset.objects.create(municipality=town, kind="building", key="b", shape=box(4100, 4110, 4120, 4130)[0])
    return town


def get(client, point, zoom, **headers):
    return client.get("/basemap/{}/{}/{}".format(*tile_of(point, zoom)), **headers)


def test_a_tile_is_drawn_from_places_in_two_statements(drawn_town, client, django_assert_num_queries):
    z, x, y = tile_of(at(4050, 4120), 15)
    with django_assert_num_queries(2):
        basemap.draw_tile(z, x, y)
    answer = client.get(f"/basemap/{z}/{x}/{y}")
    assert (answer.status_code, answer["Content-Type"], answer["X-Basemap-Source"]) == (200, SVG, "places")
    document = ElementTree.fromstring(answer.content)
    assert document.get("width") == "256" and "Gartenweg & Co" in "".join(document.itertext())


def test_a_drawn_tile_cannot_run_anything(drawn_town, client):
    answer = get(client, at(4050, 4120), 15)
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert not re.search(rb"<script|<style|\sstyle=|\son\w+=|javascript:|https?://(?!www\.w3\.org)", answer.content)


def test_a_hostile_name_is_only_text(town, client):
    road(town, "g1", start=(3000, 4000), end=(5000, 4000), road_class="G", name="<script>x</script>")
    document = ElementTree.fromstring(get(client, at(4000, 4000), 15).content)
    assert not [element for element in document.iter() if element.tag.endswith("script")]


def test_a_label_across_an_edge_is_the_same_in_both_tiles(drawn_town):
    """The text of every label that both tiles show stands at the same place of the world in both."""
    pairs = 0
    for zoom in (15, 16, 17):
        z, x, y = tile_of(at(4000, 4050), zoom)
        for left in range(x - 3, x + 3):
            here = {(p.text, round(p.boxes[0][0]), round(p.boxes[0][1])) for p in labels_of_tile(z, left, y)}
            there = {(p.text, round(p.boxes[0][0]), round(p.boxes[0][1])) for p in labels_of_tile(z, left + 1, y)}
            pairs += len(here & there)
            edge = (left % 8 + 1) * 256
            for label in labels_of_tile(z, left, y):
                reaches = any(b[0] < edge - 8 and b[2] > edge + 8 for b in label.boxes)
                if reaches:
                    assert (label.text, round(label.boxes[0][0]), round(label.boxes[0][1])) in there
    assert pairs > 0


def labels_of_tile(zoom, column, row):
    from apps.geoservices.basemap_labels import labels_in

    return labels_in(zoom, column, row)


def test_no_two_labels_of_a_block_touch(drawn_town):
    from apps.geoservices.basemap_labels import _block

    z, x, y = tile_of(at(4000, 4050), 16)
    boxes = [(label.text, b) for label in _block(z, x // 8, y // 8) for b in label.boxes]
    for index, (text, a) in enumerate(boxes):
        for other, b in boxes[index + 1 :]:
            if text != other:
                assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


@pytest.mark.parametrize("zoom", [0, 5, 9, 12, 19])
def test_every_zoom_answers_even_where_nothing_is(town, client, zoom):
    assert get(client, at(5000, 5000), zoom).status_code == 200
    assert client.get(f"/basemap/{zoom}/0/0").status_code == 200


@pytest.mark.parametrize(
    "path", ["a/1/1", "1.5/1/1", "1/-1/1", "14/1e3/2", "14/1;drop/2", "14/99999999999/2", "14/²/1"]
)
def test_what_is_no_number_is_refused(town, client, path):
    assert client.get(f"/basemap/{path}").status_code == 400


@pytest.mark.parametrize("path", ["20/1/1", "3/8/1", "3/1/8", "0/1/0", "14/16384/1"])
def test_a_tile_outside_of_the_grid_is_not_found(town, client, path):
    assert client.get(f"/basemap/{path}").status_code == 404


def test_a_held_tile_is_not_sent_again(drawn_town, client):
    answer = get(client, at(4050, 4120), 15)
    assert get(client, at(4050, 4120), 15, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304


class TileServer:
    """A tile server on this machine whose next answer a test decides."""

    def __init__(self):
        self.status, self.content_type, self.body, self.headers, self.asked = 200, "image/png", PNG, {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                self.send_response(outer.status)
                self.send_header("Content-Type", outer.content_type)
                self.send_header("Content-Length", str(len(outer.body)))
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(monkeypatch, settings):
    server = TileServer()
    url = f"http://127.0.0.1:{server.http.server_port}/{{z}}/{{y}}/{{x}}.png"
    upstream = tile_upstreams.Upstream("near", url, "© Nachbar", 18)
    monkeypatch.setitem(tile_upstreams.UPSTREAMS, "near", upstream)
    settings.BASEMAP_UPSTREAMS = ["near"]
    # These tests are about what it says, and a loaded machine may take its time to say it.
    monkeypatch.setattr(tile_proxy, "PATIENCE_S", PATIENCE_S)
    monkeypatch.setattr(tile_upstreams, "TIMEOUT", httpx.Timeout(PATIENCE_S))
    monkeypatch.setattr(tile_upstreams, "DEADLINE_S", PATIENCE_S)
    yield server
    server.http.shutdown()
    server.http.server_close()


def test_a_tile_of_a_server_is_passed_on_and_kept(town, client, server):
    z, x, y = tile_of(at(5000, 5000), 14)
    for _ in range(2):
        answer = client.get(f"/basemap/{z}/{x}/{y}", HTTP_COOKIE="geheim=1", HTTP_AUTHORIZATION="Bearer geheim")
        assert (answer.content, answer["Content-Type"], answer["X-Basemap-Source"]) == (PNG, "image/png", "near")
        assert answer["Server-Timing"] == 'basemap;desc="near"'
    ((path, headers),) = server.asked
    assert path == f"/{z}/{y}/{x}.png" and "geheim" not in str(headers)


@pytest.mark.parametrize(
    ("status", "content_type", "body", "headers"),
    [
        (500, "image/png", PNG, {}),
        (200, "text/html", b"<script>alert(1)</script>", {}),
        (200, "image/png", b"<svg onload=alert(1)>", {}),
        (200, "image/svg+xml", b"<svg/>", {}),
        (200, "image/png", PNG + b"\0" * 1_100_000, {}),
        (302, "image/png", b"", {"Location": "http://169.254.169.254/"}),
    ],
)
def test_anything_but_a_small_picture_is_replaced_and_the_server_rests(
    town, client, server, status, content_type, body, headers
):
    server.status, server.content_type, server.body, server.headers = status, content_type, body, headers
    for zoom in (13, 14):
        answer = get(client, at(5000, 5000), zoom)
        assert (answer.status_code, answer["Content-Type"], answer["X-Basemap-Source"]) == (200, SVG, "places")
        assert answer["Cache-Control"] == "public, max-age=60"
    assert len(server.asked) == 1


def test_a_missing_tile_is_drawn_and_the_server_stays_awake(town, client, server):
    server.status = 404
    assert get(client, at(5000, 5000), 14)["X-Basemap-Source"] == "places"
    server.status = 200
    assert get(client, at(5000, 5000), 15)["X-Basemap-Source"] == "near"
    assert get(client, at(5000, 5000), 14)["X-Basemap-Source"] == "places"
    assert len(server.asked) == 2


def test_after_a_minute_one_tile_asks_again_and_nobody_waits(town, client, server, monkeypatch):
    server.status = 500
    get(client, at(5000, 5000), 14)
    server.status = 200
    monkeypatch.setattr(tile_store, "REST_S", 0)
    probes = []
    monkeypatch.setattr(tile_proxy._pool, "submit", lambda work, *args: probes.append((work, args)))
    assert get(client, at(5000, 5000), 14)["X-Basemap-Source"] == "places"
    ((work, args),) = probes
    work(*args)
    assert get(client, at(5000, 5000), 14)["X-Basemap-Source"] == "near"


def test_an_old_tile_is_better_than_none(town, client, server, monkeypatch):
    get(client, at(5000, 5000), 14)
    monkeypatch.setattr(tile_store, "FRESH_S", -1)
    server.status = 500
    answer = get(client, at(5000, 5000), 14)
    assert (answer["X-Basemap-Source"], answer["Cache-Control"]) == ("near", "public, max-age=60")


def test_a_server_that_nobody_can_reach_costs_one_wait_and_no_grey_tile(town, client, monkeypatch, settings):
    dead = tile_upstreams.Upstream("dead", "http://127.0.0.1:9/{z}/{x}/{y}", "", 18)
    monkeypatch.setitem(tile_upstreams.UPSTREAMS, "dead", dead)
    settings.BASEMAP_UPSTREAMS = ["dead"]
    for zoom in range(10, 19):
        assert get(client, at(5000, 5000), zoom)["X-Basemap-Source"] == "places"


def test_nobody_uses_us_to_read_the_rest_of_the_world(town, client, server):
    assert client.get("/basemap/14/8190/5448")["X-Basemap-Source"] == "places"
    assert server.asked == []


def test_the_oldest_tiles_go_when_the_room_is_used_up(settings, tmp_path):
    import os

    store = tile_store.TileStore("near")
    for row in range(10):
        store.write(14, 1, row, PNG, "image/png")
        os.utime(tmp_path / f"tiles/near/14/1/{row}.png", (1000 + row, 1000 + row))
    tile_store.prune(tmp_path / "tiles", limit=5 * len(PNG))
    assert sorted(int(path.stem) for path in (tmp_path / "tiles").rglob("*.png")) == [6, 7, 8, 9]


def test_an_unknown_name_in_the_settings_asks_nobody(town, client, settings):
    settings.BASEMAP_UPSTREAMS = ["http://evil.example/{z}"]
    assert get(client, at(5000, 5000), 14)["X-Basemap-Source"] == "places"
