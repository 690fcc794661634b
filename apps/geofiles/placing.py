"""Where does a drawing lie? From its own word, a world file or control points to a transformation, tested by the town.

Pixels count from the upper left corner of the drawing, to the right and down; 0, 0 is the corner itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from apps.geo.crs import GEO_SRID, WEB_MERCATOR
from apps.geo.untrusted import GeometryRefused, InputRefused, parse_number
from apps.geofiles.crs_guess import CANDIDATES, readings, to_storage
from apps.geofiles.rasters import Affine, Level

Extent = tuple[float, float, float, float]
Points = Sequence[tuple[float, float, float, float]]
#: Metres of a pixel: finer is no drawing of a town, coarser shows nothing.
FINEST_M, COARSEST_M = 0.002, 50.0
#: A drawing stretches by that much at most before it is taken for a mistake in the points.
MOST_STRETCH = 1.5
TILE, HALF_WORLD_M = 256, math.pi * 6_378_137
LAST_ZOOM, LEVELS = 21, 7
#: Tiles of the finest level; with the coarser ones a third more.
MOST_TILES = 1000


@dataclass(frozen=True)
class Place:
    """Where a drawing lies: ``affine`` from pixels to the CRS ``srid``, ``outline`` (shapely) in the storage CRS.

    ``residual_m`` is the mean deviation of the control points, None where nothing was left to compare.
    """

    affine: Affine
    srid: int
    outline: shapely.Polygon
    residual_m: float | None = None


def read_world_file(data: bytes) -> Affine:
    """Return the transformation of a world file: six numbers, one a line. Raises ``InputRefused``.

    The file counts from the middle of the first pixel (Esri, "World files for raster datasets").
    """
    lines = data.decode("ascii", "replace").split() if len(data) <= 1000 else []
    if len(lines) != 6:
        raise InputRefused(_("Eine Weltdatei besteht aus sechs Zeilen mit je einer Zahl."))
    try:
        a, d, b, e, x, y = (parse_number(line, _("Eine Zeile der Weltdatei")) for line in lines)
    except GeometryRefused as refusal:
        raise InputRefused(str(refusal)) from refusal
    return a, b, x - (a + b) / 2, d, e, y - (d + e) / 2


def fit(points: Points) -> tuple[Affine, float | None]:
    """Return the transformation of control points (column, row, east, north in metres) and what it misses on average.

    Two or three points: turned, moved and scaled (Helmert), so that a third one is a check; from four on each axis has
    its own scale, because paper stretches. Raises ``InputRefused``.
    """
    given = numpy.array(points, dtype=float)
    if len(given) < 2:
        raise InputRefused(_("Bitte geben Sie mindestens zwei Passpunkte an, besser drei oder vier."))
    pixels, ground = given[:, :2], given[:, 2:]
    spread = numpy.ptp(pixels, axis=0).max(), numpy.ptp(ground, axis=0).max()
    if min(spread) <= 0 or len(numpy.unique(pixels, axis=0)) < len(given):
        raise InputRefused(_("Zwei Passpunkte liegen auf derselben Stelle. Bitte wählen Sie weit auseinanderliegende."))
    middle, centre = pixels.mean(axis=0), ground.mean(axis=0)
    columns, rows = (pixels - middle).T
    if len(given) < 4:
        # east = p·column + q·row, north = q·column − p·row: rows run down, north runs up.
        left = numpy.concatenate([numpy.column_stack([columns, rows]), numpy.column_stack([-rows, columns])])
        right = (ground - centre).T.reshape(-1)
        (p, q), *_rest = numpy.linalg.lstsq(left, right, rcond=None)
        matrix = numpy.array([[p, q], [q, -p]])
    else:
        solved, _res, rank, _sv = numpy.linalg.lstsq(pixels - middle, ground - centre, rcond=None)
        if rank < 2:
            raise InputRefused(_("Die Passpunkte liegen auf einer Geraden. Bitte wählen Sie auch einen abseits davon."))
        matrix = solved.T
    corner = centre - matrix @ middle
    missed = numpy.hypot(*((pixels @ matrix.T + corner) - ground).T)
    (a, b), (d, e) = matrix.tolist()
    spare = 2 * len(given) > (4 if len(given) < 4 else 6)
    return (a, b, float(corner[0]), d, e, float(corner[1])), float(missed.mean()) if spare else None


def from_degrees(points: Points, srid: int) -> Points:
    """Return points (column, row, longitude, latitude in the datum of the CRS ``srid``) in the storage CRS.

    A geospatial PDF gives them so whatever its CRS is (ISO 32000-2, table 269). Raises ``InputRefused``.
    """
    try:
        datum = CRS.from_epsg(srid).geodetic_crs
    except CRSError:
        datum = None
    if datum is None:
        raise InputRefused(_("Das Koordinatensystem der Datei ist nicht bekannt."))
    into = Transformer.from_crs(datum, GEO_SRID, always_xy=True)
    return [(column, row, *into.transform(lon, lat)) for column, row, lon, lat in points]


def place(
    affine: Affine,
    size: tuple[int, int],
    extent: Extent,
    *,
    srid: int | None = None,
    residual_m: float | None = None,
) -> Place:
    """Return where a drawing of ``size`` pixels lies; raises ``InputRefused`` unless all of it lies at the town.

    ``extent`` is the town's in the storage CRS. A named CRS must fit; without one, each known CRS is tested, and it is
    asked when several would fit.
    """
    width, height = size
    a, b, c, d, e, f = affine
    if a * e - b * d >= 0:
        raise InputRefused(
            _("So läge die Zeichnung spiegelverkehrt. Bitte prüfen Sie, ob Ost- und Nordwert vertauscht sind.")
        )
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    ring = [(a * x + b * y + c, d * x + e * y + f) for x, y in corners]
    if not numpy.isfinite(ring).all():
        raise InputRefused(_("Die Lage enthält Zahlen, die keine Orte sind."))
    outline = shapely.Polygon(ring)
    fitting = [one for one in readings([outline], extent) if one.share_inside == 1 and not one.swapped]
    if srid is not None:
        if srid not in CANDIDATES:
            raise InputRefused(
                _("Das Koordinatensystem der Datei ist nicht bekannt. Bitte speichern Sie sie in EPSG:%(srid)s.")
                % {"srid": GEO_SRID}
            )
        fitting, others = [one for one in fitting if one.srid == srid], fitting
        if not fitting and not others:
            raise InputRefused(
                _(
                    "Weder in EPSG:%(srid)s noch in einem anderen bekannten Koordinatensystem liegt die Zeichnung bei "
                    "der Gemeinde."
                )
                % {"srid": srid}
            )
        if not fitting:
            raise InputRefused(
                _("In EPSG:%(srid)s liegt die Zeichnung nicht bei der Gemeinde. Möglich: %(possible)s.")
                % {"srid": srid, "possible": ", ".join(map(str, others))}
            )
    if not fitting:
        raise InputRefused(
            _("Die Zeichnung liegt mit diesen Angaben nicht bei der Gemeinde. Bitte prüfen Sie die Koordinaten.")
        )
    best = fitting[0]
    if any(math.dist(one.centre, best.centre) > 250 for one in fitting[1:]):
        raise InputRefused(
            _("Das Koordinatensystem ist nicht eindeutig. Bitte wählen Sie: %(possible)s.")
            % {"possible": ", ".join(map(str, fitting))}
        )
    shown = to_storage([outline], best)[0]
    _check_shape(shown, width, height)
    return Place(affine, best.srid, shown, residual_m)


def _check_shape(outline: shapely.Polygon, width: int, height: int) -> None:
    corners = shapely.get_coordinates(outline)
    across = math.dist(corners[0], corners[1]) / width
    down = math.dist(corners[0], corners[3]) / height
    if not (FINEST_M <= across <= COARSEST_M and FINEST_M <= down <= COARSEST_M):
        raise InputRefused(
            _("Ein Bildpunkt wäre so %(m)s m groß. Bitte prüfen Sie die Koordinaten.") % {"m": f"{across:.4g}"}
        )
    turned = outline.area / (math.dist(corners[0], corners[1]) * math.dist(corners[0], corners[3]))
    if max(across, down) > MOST_STRETCH * min(across, down) or turned < 0.8:
        raise InputRefused(
            _("So würde die Zeichnung stark verzerrt. Bitte prüfen Sie, ob jeder Punkt zum richtigen Ort gehört.")
        )


def levels_of(found: Place, size: tuple[int, int]) -> tuple[Level, ...]:
    """Return the tiles to cut, finest level first: as fine as the drawing is, and no more than ``MOST_TILES``."""
    transformer = Transformer.from_crs(GEO_SRID, WEB_MERCATOR, always_xy=True)
    edge = shapely.segmentize(found.outline, max(found.outline.length / 64, 1)).exterior
    x, y = transformer.transform(*shapely.get_coordinates(edge).T)
    box = float(x.min()), float(y.min()), float(x.max()), float(y.max())
    pixel = min((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1])
    # Half a level finer than the drawing at most: what lies between two levels is kept sharp.
    finest = min(LAST_ZOOM, max(0, round(math.log2(2 * HALF_WORLD_M / TILE / pixel) + 0.25)))
    while (level := _level(finest, box)) and (level[3] - level[1] + 1) * (level[4] - level[2] + 1) > MOST_TILES:
        finest -= 1
    return tuple(_level(zoom, box) for zoom in range(finest, max(finest - LEVELS, -1), -1))


def _level(zoom: int, box: Extent) -> Level:
    side = 2 * HALF_WORLD_M / 2**zoom
    last = 2**zoom - 1
    left, right = (min(last, max(0, math.floor((x + HALF_WORLD_M) / side))) for x in (box[0], box[2]))
    top, bottom = (min(last, max(0, math.floor((HALF_WORLD_M - y) / side))) for y in (box[3], box[1]))
    return zoom, left, top, right, bottom
