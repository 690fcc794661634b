"""PostGIS functions that Django does not bring, each written once."""

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import Transform
from django.db.models import BooleanField, Func, Value

from apps.geo.crs import GEO_SRID, STORAGE_EXTENT


class MakeEnvelope(Func):
    """``ST_MakeEnvelope(xmin, ymin, xmax, ymax, srid)``: a box as geometry, numbers only."""

    function = "ST_MakeEnvelope"
    output_field = GeometryField()

    def __init__(self, bbox: tuple[float, float, float, float], srid: int) -> None:
        super().__init__(*(Value(float(number)) for number in bbox), Value(int(srid)))


# Everything stored lies inside STORAGE_EXTENT, which lies inside these boxes of each CRS that a request may use.
# Beyond them a UTM projection folds over: a box of the whole world would come out as nonsense.
_USABLE = {
    4326: (2.0, 45.0, 25.0, 58.0),
    3857: (222_638.0, 5_621_521.0, 2_782_988.0, 7_967_318.0),
}
_USABLE_METRIC = (-500_000.0, 4_900_000.0, 1_900_000.0, 6_500_000.0)


def bbox_in_storage_crs(bbox: tuple[float, float, float, float], srid: int) -> Func | None:
    """Return the box (in ``srid`` units) as a storage-CRS geometry, or None when nothing stored can lie in it.

    The edges are cut into pieces first: a straight edge of a degree box is a curve in UTM, and without the extra
    vertices a wide box would lose up to some hundred metres at its long sides.
    """
    usable = _USABLE.get(srid, _USABLE_METRIC)
    west, south = max(bbox[0], usable[0]), max(bbox[1], usable[1])
    east, north = min(bbox[2], usable[2]), min(bbox[3], usable[3])
    if west > east or south > north:
        return None
    envelope = MakeEnvelope((west, south, east, north), srid)
    if srid == GEO_SRID:
        return envelope
    pieces = Value(max(east - west, north - south) / 16 or 1e-6)
    cut = Func(envelope, pieces, function="ST_Segmentize", output_field=GeometryField(srid=srid))
    return Transform(cut, GEO_SRID)


class BoxOverlaps(Func):
    """``a && b``: the bounding boxes meet; served by the GiST index."""

    arity = 2
    template = "(%(expressions)s)"
    arg_joiner = " && "
    output_field = BooleanField()


class ValidInExtent(Func):
    """True for a valid geometry inside the extent of the storage CRS; NaN and infinity fail every comparison."""

    arity = 1
    output_field = BooleanField()
    conditional = True
    template = (
        "(ST_IsValid(%(expressions)s) AND NOT ST_IsEmpty(%(expressions)s)"
        " AND ST_XMin(%(expressions)s) >= {:.0f} AND ST_YMin(%(expressions)s) >= {:.0f}"
        " AND ST_XMax(%(expressions)s) <= {:.0f} AND ST_YMax(%(expressions)s) <= {:.0f})"
    ).format(*STORAGE_EXTENT)
