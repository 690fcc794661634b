"""Runs inside QGIS' own Python: opens layers as a GIS clerk would and prints what it sees as JSON.

Arguments: the site's address and the layer names.
"""

import json
import os
import sys
import tempfile
import urllib.request
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)


def features_of(layer):
    """Return id → attributes and the first vertex of each feature in EPSG:25833, read to the end.

    QGIS before 3.32 knows no other CRS than CRS84 in OGC API Features: then it transforms, as on the clerk's desk.
    """
    names = [field.name() for field in layer.fields()]
    transform = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem("EPSG:25833"), QgsProject.instance())
    found = {}
    for feature in layer.getFeatures():
        geometry = feature.geometry()
        geometry.transform(transform)
        vertex = geometry.vertexAt(0)
        values = {name: str(value) for name, value in zip(names, feature.attributes())}  # noqa: B905  (Python 3.9)
        found[values["id"] if "id" in values else feature.id()] = [values, vertex.x(), vertex.y()]
    return found


def main():
    site, names = sys.argv[1], sys.argv[2:]
    application = QgsApplication([], False)
    application.initQgis()
    seen = {}
    for name in names:
        uri = f"url='{site}/ogc/' typename='{name}' srsname='EPSG:25833'"
        layer = QgsVectorLayer(uri, name, "OAPIF")
        tiles = QgsVectorTileLayer(f"type=xyz&url={site}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=20", name)
        path = str(Path(tempfile.mkdtemp()) / f"{name}.gpkg")
        urllib.request.urlretrieve(f"{site}/downloads/{name}.gpkg", path)
        package = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        package.loadDefaultStyle()
        seen[name] = {
            "valid": layer.isValid(),
            "crs": layer.crs().authid(),
            "count": layer.featureCount(),
            "features": features_of(layer),
            "tiles": tiles.isValid(),
            "package": package.isValid() and package.featureCount(),
            "package_crs": package.crs().authid(),
            "renderer": package.renderer().type() if package.isValid() and package.renderer() else None,
            "package_features": features_of(package) if package.isValid() else {},
        }
        box = QgsRectangle(12.57, 51.26, 12.61, 51.28)
        seen[name]["in_box"] = sum(1 for feature in layer.getFeatures(box))
    print("JSON" + json.dumps(seen))
    application.exitQgis()


main()
