"""Headless QGIS, Debian's own: every layer opens as it would on Fatma's desk."""

import json
import math
import shutil
import subprocess
from pathlib import Path

import pytest

from apps.geo.audience import ANONYMOUS
from apps.geo.layers import get_layer

pytestmark = [pytest.mark.clients, pytest.mark.slow(reason="starts QGIS")]
PYTHON = "/usr/bin/python3"


def has_qgis():
    return (
        shutil.which(PYTHON) and not subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode
    )


@pytest.fixture
def seen_in_qgis(served, tmp_path):
    """What QGIS sees of the trees."""
    if not has_qgis():
        pytest.skip("QGIS is not installed (bin/test --qgis installs it on Debian)")
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("qgis_probe.py"), served, "trees"],
        capture_output=True,
        text=True,
        timeout=300,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen"},
    )
    assert "JSON" in done.stdout, done.stderr[-2000:]
    return json.loads(done.stdout.partition("JSON")[2])["trees"]


def test_qgis_opens_the_layer_with_every_feature_in_its_place(seen_in_qgis):
    rows = {row["fid"]: row for row in get_layer("trees").rows(ANONYMOUS)}
    seen = seen_in_qgis
    assert (seen["valid"], seen["count"]) == (True, len(rows))
    assert seen["crs"] in {"EPSG:4326", "OGC:CRS84", "EPSG:25833"}
    for source in ("features", "package_features"):
        by_species = sorted((values["species"], values["condition"]) for values, _, _ in seen[source].values())
        assert by_species == sorted((row["f_species"], row["f_condition"]) for row in rows.values())
        places = sorted((x, y) for _, x, y in seen[source].values())
        expected = sorted(row["shape"].coords for row in rows.values())
        assert all(math.dist(a, b) < 0.001 for a, b in zip(places, expected, strict=True))
    if seen["crs"] != "EPSG:25833":
        assert seen["in_box"] == get_layer("trees").rows(ANONYMOUS, bbox=(12.57, 51.26, 12.61, 51.28)).count()
    assert seen["tiles"] is True
    assert (seen["package"], seen["package_crs"], seen["renderer"]) == (len(rows), "EPSG:25833", "categorizedSymbol")
