"""OWSLib, the Python client of the OGC standards."""

import pytest
from owslib.ogcapi.features import Features

from apps.geo.audience import ANONYMOUS
from apps.geo.layers import get_layer

pytestmark = [pytest.mark.clients]


def test_owslib_finds_and_reads_the_collections(served):
    service = Features(f"{served}/ogc/")
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    assert "trees" in service.feature_collections()
    items = service.collection_items("trees", limit=10)
    assert items["numberMatched"] == get_layer("trees").rows(ANONYMOUS).count()
    assert items["numberReturned"] == 10
    assert service.collection_item("trees", items["features"][0]["id"])["id"] == items["features"][0]["id"]
