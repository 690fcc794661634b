"""Vector tiles, decoded as a map client decodes them."""

import mapbox_vector_tile
import pytest

from apps.geoservices.tiles import HALF_WORLD_M, tile_bbox
from tests.conftest import at, lonlat


def tile_at(point, z):
    """Return x and y of the tile that holds a storage-CRS point."""
    moved = point.transform(3857, clone=True)
    side = 2 * HALF_WORLD_M / 2**z
    return int((moved.x + HALF_WORLD_M) / side), int((HALF_WORLD_M - moved.y) / side)


def tile_of(client, z, x, y):
    content = client.get(f"/tiles/trees/{z}/{x}/{y}.mvt").content
    return mapbox_vector_tile.decode(content).get("trees", {"features": []})["features"] if content else []


def test_a_tile_holds_the_declared_fields_and_a_feature_id(client, plant):
    tree = plant(5000, 5000, height_m=12.5)
    (feature,) = tile_of(client, 14, *tile_at(tree.point, 14))
    assert feature["id"] > 0
    assert feature["properties"] == {"fid": tree.public_id, "species": "Linde", "condition": "sound", "height_m": 12.5}


def test_a_tree_beside_the_edge_is_in_both_tiles(client, plant):
    from django.contrib.gis.geos import Point

    x, y = tile_at(at(5000, 5000), 16)
    _west, south, east, north = tile_bbox(16, x, y)
    edge = Point(east - 1, (south + north) / 2, srid=3857).transform(25833, clone=True)
    from tests.fifth_kind.models import Tree

    tree = plant(1, 1)
    Tree.objects.filter(pk=tree.pk).update(point=edge)
    assert len(tile_of(client, 16, x, y)) == len(tile_of(client, 16, x + 1, y)) == 1


def test_low_zooms_count_per_cell(client, plant):
    for n in range(5):
        plant(5000 + n, 5000)
    features = tile_of(client, 8, *tile_at(at(5000, 5000), 8))
    assert [f["properties"] for f in features] == [{"count": 5}]


def test_a_hidden_tree_is_in_no_tile(client, plant):
    tree = plant(5000, 5000, is_released=False)
    assert [tile_of(client, z, *tile_at(tree.point, z)) for z in (8, 14, 18)] == [[], [], []]


def test_an_unchanged_tile_is_304(client, plant):
    tree = plant(5000, 5000)
    path = "/tiles/trees/14/{}/{}.mvt".format(*tile_at(tree.point, 14))
    assert client.get(path, headers={"If-None-Match": client.get(path)["ETag"]}).status_code == 304


@pytest.mark.parametrize("tile", ["21/0/0", "2/4/0", "2/0/4", "-1/0/0", "1.5/0/0", "1/0/0;drop", "99999999/0/0"])
def test_a_tile_that_does_not_exist_is_404(client, town, tile):
    assert client.get(f"/tiles/trees/{tile}.mvt").status_code == 404


def test_the_tilejson_leads_to_the_tiles(client, plant):
    tree = plant(5000, 5000)
    (template,) = client.get("/tiles/trees.json").json()["tiles"]
    x, y = tile_at(tree.point, 14)
    url = template.removeprefix("http://testserver").format(z=14, x=x, y=y)
    assert client.get(url)["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert lonlat(tree.point)
