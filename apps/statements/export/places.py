"""Where the statements are about, as a GeoPackage: points, lines and areas, each with its statement and its words."""

from pathlib import Path

import geopandas
import pyogrio
import shapely
from django.db import connection

from apps.consultations.models import Consultation
from apps.geo.crs import GEO_SRID

# The places of concerns, and of statements that have none with a place. The database hands out geometry as WKB.
_PLACES = """
SELECT s.number || '.' || row_number() OVER (PARTITION BY s.id ORDER BY g.position, g.id), g.text,
       array_to_string(g.tags, ', '), g.decision, s.is_late, ST_AsBinary(g.place)
FROM statements_segment AS g JOIN statements_statement AS s ON s.id = g.statement_id
WHERE s.consultation_id = %(consultation)s AND s.withdrawn_at IS NULL AND g.place IS NOT NULL
UNION ALL
SELECT s.number::text, s.anonymised_text, '', 'open', s.is_late, ST_AsBinary(p.shape)
FROM statements_place AS p JOIN statements_statement AS s ON s.id = p.statement_id
WHERE s.consultation_id = %(consultation)s AND s.withdrawn_at IS NULL
      AND NOT EXISTS (SELECT FROM statements_segment AS g WHERE g.statement_id = s.id AND g.place IS NOT NULL)
ORDER BY 1
"""
LAYERS = {"punkte": ("Point",), "linien": ("LineString",), "flaechen": ("Polygon", "MultiPolygon")}
COLUMNS = ("nummer", "belang", "schlagwoerter", "beschluss", "verspaetet")


def write_places(consultation: Consultation, path: Path) -> None:
    """Write a GeoPackage (OGC 12-128r14) in the storage CRS without names of people; layers that are empty stay out.

    Where there is no place at all the layer ``punkte`` is there without rows, so that the file opens.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"consultation": consultation.pk})
        rows = cursor.fetchall()
    shapes = shapely.from_wkb([bytes(row[-1]) for row in rows])
    for layer, kinds in LAYERS.items():
        chosen = [n for n, shape in enumerate(shapes) if shape.geom_type in kinds]
        if not chosen and not (layer == "punkte" and not rows):
            continue
        columns: dict[str, object] = {name: [rows[n][at] for n in chosen] for at, name in enumerate(COLUMNS)}
        frame = geopandas.GeoDataFrame(columns, geometry=[shapes[n] for n in chosen], crs=f"EPSG:{GEO_SRID}")
        kind = {"punkte": "Point", "linien": "LineString"}.get(layer, "MultiPolygon")
        pyogrio.write_dataframe(
            frame,
            path,
            layer=layer,
            driver="GPKG",
            geometry_type=kind,
            promote_to_multi=layer == "flaechen",
            append=path.exists(),
            dataset_options={} if path.exists() else {"VERSION": "1.2"},
        )
