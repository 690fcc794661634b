"""A town's boundary from an official file."""

from typing import TYPE_CHECKING

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.utils.translation import gettext as _

from apps.geo.crs import GEO_SRID, STORAGE_EXTENT
from apps.geo.untrusted import GeometryRefused
from apps.geofiles.crs_guess import decide, to_storage
from apps.geofiles.reading import Source

if TYPE_CHECKING:
    import geopandas

# Names under which official German data carry the key of a municipality (VG250: AGS; the Länder vary).
KEY_COLUMNS = ("AGS", "AGS_0", "ags", "key", "gemeindeschluessel", "GEMEINDESCHLUESSEL", "SCHGEM")


def boundary_of(source: Source, key: str, *, srid: int | None = None) -> MultiPolygon:
    """Return the area of the municipality ``key`` (AGS) from a GIS file that was read, in the storage CRS.

    Parts with the same key become one area (VG250 lists land and water apart). ``srid`` is needed where the file does
    not say its CRS. Raises ``InputRefused``, also for an area that crosses itself: a boundary decides who is
    responsible, so it is not repaired silently.
    """
    shapes = list(_areas(source.frame, key).geometry)
    if invalid := next((shape for shape in shapes if not shapely.is_valid(shape)), None):
        raise GeometryRefused(_("Die Fläche ist ungültig: %(reason)s.") % {"reason": shapely.is_valid_reason(invalid)})
    reading = decide(shapes, STORAGE_EXTENT, declared=source.declared_srid, chosen=srid)
    area = shapely.union_all(to_storage(shapes, reading))
    xmin, ymin, xmax, ymax = shapely.bounds(area)
    if not (
        STORAGE_EXTENT[0] < xmin and STORAGE_EXTENT[1] < ymin and xmax < STORAGE_EXTENT[2] and ymax < STORAGE_EXTENT[3]
    ):
        raise GeometryRefused(_("Die Fläche liegt nicht in Deutschland."))
    parts = [area] if area.geom_type == "Polygon" else list(area.geoms)
    return GEOSGeometry(memoryview(shapely.to_wkb(shapely.MultiPolygon(parts))), srid=GEO_SRID)  # type: ignore[return-value]


def _areas(frame: "geopandas.GeoDataFrame", key: str) -> "geopandas.GeoDataFrame":
    areas = frame[frame.geometry.notna() & frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    if len(areas) == 1:
        return areas
    for column in KEY_COLUMNS:
        if column in areas.columns:
            named = areas[areas[column].astype(str).str.strip() == key]
            if len(named):
                return named
    raise GeometryRefused(
        _("Die Datei enthält %(n)d Flächen, und keine trägt den Gemeindeschlüssel %(key)s.")
        % {"n": len(areas), "key": key}
    )
