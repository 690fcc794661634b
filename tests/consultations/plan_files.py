"""Plan files as offices deliver them, written by the tests themselves: one outline, many kinds and CRS."""

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from pyproj import Transformer

from apps.geofiles import areas

#: 200 m × 100 m at Rasterstadt's south-west, with a hole of 30 m × 40 m / 2.
CORNERS = [(331000, 5681000), (331200, 5681000), (331200, 5681100), (331000, 5681100)]
HOLE = [(331050, 5681020), (331080, 5681020), (331080, 5681060)]
BOW_TIE = [(331000, 5681000), (331100, 5681100), (331100, 5681000), (331000, 5681100)]
AREA_M2 = 19_400
DRIVERS = {"gpkg": "GPKG", "geojson": "GeoJSON", "kml": "KML", "dxf": "DXF", "gml": "GML", "fgb": "FlatGeobuf"}


def moved(corners: list[tuple[float, float]], srid: int) -> list[tuple[float, float]]:
    """Return the corners in another CRS, easting or longitude first."""
    transformer = Transformer.from_crs(25833, srid, always_xy=True)
    return [transformer.transform(*corner) for corner in corners]


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def frame(srid: int = 25833, corners: Any = None) -> Any:
    shape = shapely.Polygon(moved(corners or CORNERS, srid), [] if corners else [moved(HOLE, srid)])
    return geopandas.GeoDataFrame({"name": ["Plan"]}, geometry=[shape], crs=srid)


def gdal_file(ending: str, srid: int = 25833, corners: Any = None) -> bytes:
    """Return the outline as GDAL writes it; ``zip`` is a zipped Shapefile."""
    data = frame(4326 if ending == "kml" else srid, corners)
    if ending == "dxf":
        data = data[["geometry"]]
    with tempfile.TemporaryDirectory() as name:
        if ending != "zip":
            path = Path(name) / f"plan.{ending}"
            data.to_file(path, driver=DRIVERS[ending])
            return path.read_bytes()
        data.to_file(Path(name) / "plan.shp")
        return zipped({part.name: part.read_bytes() for part in Path(name).iterdir()})


_ask = areas._ask


def ask_in_process(worker: Any, order: dict[str, Any], *, source: Any = None, **more: Any) -> Any:
    """Read a GML document in this process, as the child does; everything else in a child."""
    if source is None:
        return _ask(worker, order, **more)
    return worker.read(worker.parse(source.read_bytes(), order), order["max_vertices"])


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def ring(corners: list[tuple[float, float]], *, swapped: bool = False) -> str:
    pairs = [(y, x) if swapped else (x, y) for x, y in [*corners, corners[0]]]
    positions = " ".join(f"{x:.8f} {y:.8f}" for x, y in pairs)
    return f"<gml:LinearRing><gml:posList>{positions}</gml:posList></gml:LinearRing>"


def polygon(srid: int = 25833, *, name: str = "", swapped: bool = False, prefix: int = 0) -> str:
    def place(corners: list[tuple[float, float]]) -> str:
        return ring([(x + prefix * 1_000_000, y) for x, y in moved(corners, srid)], swapped=swapped)

    return (
        f'<gml:Polygon gml:id="g1" srsName="{name or f"EPSG:{srid}"}"><gml:exterior>{place(CORNERS)}</gml:exterior>'
        f"<gml:interior>{place(HOLE)}</gml:interior></gml:Polygon>"
    )


def xplan(*, version: str = "6/0", area: str = "", plan: str = "", part: str = "", name: str = "Kiebitzgrund") -> bytes:
    """Return an XPlanAuszug with one BP_Plan; ``plan`` and ``part`` are further elements of BP_Plan and BP_Bereich."""
    scope = f"<xplan:raeumlicherGeltungsbereich>{area or polygon()}</xplan:raeumlicherGeltungsbereich>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><xplan:XPlanAuszug gml:id="a" '
        f'xmlns:xplan="http://www.xplanung.de/xplangml/{version}" xmlns:gml="http://www.opengis.net/gml/3.2">'
        f'<gml:featureMember><xplan:BP_Plan gml:id="p"><xplan:name>{name}</xplan:name><xplan:nummer>27</xplan:nummer>'
        f"{scope}<xplan:gemeinde><xplan:XP_Gemeinde><xplan:ags>14000010</xplan:ags></xplan:XP_Gemeinde></xplan:gemeinde>"
        f"<xplan:planArt>3000</xplan:planArt>{plan}</xplan:BP_Plan></gml:featureMember>"
        f'<gml:featureMember><xplan:BP_Bereich gml:id="b"><xplan:nummer>0</xplan:nummer>{part}</xplan:BP_Bereich>'
        f"</gml:featureMember></xplan:XPlanAuszug>"
    ).encode()


ROUNDS = (
    "<xplan:rechtsstand>2400</xplan:rechtsstand>"
    "<xplan:auslegungsStartDatum>2026-11-23</xplan:auslegungsStartDatum>"
    "<xplan:auslegungsStartDatum>2027-03-01</xplan:auslegungsStartDatum>"
    "<xplan:auslegungsEndDatum>2026-12-22</xplan:auslegungsEndDatum>"
    "<xplan:auslegungsEndDatum>2027-03-15</xplan:auslegungsEndDatum>"
)
