"""A fifth kind costs its own app, one line in the installed apps and its name in the import contract.

The trees of ``tests/fifth_kind`` are that kind: no file of the house knows them, and every output shows them.
"""

import re
from pathlib import Path

import pytest

from tests.conftest import at, lonlat
from tests.geoservices.test_tiles import tile_at

ROOT = Path(__file__).resolve().parents[2]


def addresses(tree):
    lon, lat = lonlat(tree.point)
    around = f"{lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    x, y = tile_at(tree.point, 15)
    return {
        "map configuration": "/karte/konfiguration.json",
        "map data": f"/karte/daten/trees.json?bbox={around}&zoom=17",
        "map page and list": "/karte/",
        "collection": "/ogc/collections",
        "features": "/ogc/collections/trees/items",
        "features as a page": "/ogc/collections/trees/items?f=html",
        "feature": f"/ogc/collections/trees/items/{tree.public_id}",
        "definition": "/ogc/api",
        "tilejson": "/tiles/trees.json",
        "tile": f"/tiles/trees/15/{x}/{y}.mvt",
        "GeoPackage": "/downloads/trees.gpkg",
        "GeoJSON": "/downloads/trees.geojson",
        "CSV": "/downloads/trees.csv",
        "Shapefile": "/downloads/trees.shp.zip",
        "page for QGIS": "/downloads/",
    }


@pytest.mark.parametrize("output", sorted(addresses(type("T", (), {"point": at(0, 0), "public_id": "0" * 12}))))
def test_the_fifth_kind_appears_in_every_output(client, plant, output):
    tree = plant(5000, 5000, species="Ginkgo")
    response = client.get(addresses(tree)[output])
    assert response.status_code == 200
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert b"Ginkgo" in content or b"trees" in content or b"Baumkataster" in content


def test_the_house_does_not_know_the_fifth_kind():
    word = re.compile(r"\btrees?\b.*Baum|fifth_kind|Baumkataster", re.IGNORECASE)
    files = [p for folder in ("apps", "geo_platform", "frontend") for p in (ROOT / folder).rglob("*") if p.is_file()]
    assert not [p for p in files if p.suffix in {".py", ".js", ".html"} and word.search(p.read_text())]
