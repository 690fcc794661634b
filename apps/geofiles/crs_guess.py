"""Which CRS are these numbers in? Every candidate is tested against the town; ambiguity is asked, not guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy
import shapely
from django.utils.translation import gettext as _
from pyproj import Transformer

from apps.geo.crs import GEO_SRID
from apps.geo.untrusted import InputRefused

#: EPSG numbers of what German offices deliver: UTM 33/32 plain and with zone prefix, Gauß-Krüger 2–5, degrees, Web.
CANDIDATES = {
    25833: "ETRS89 / UTM 33N",
    25832: "ETRS89 / UTM 32N",
    5650: "ETRS89 / UTM 33N (zE-N)",
    4647: "ETRS89 / UTM 32N (zE-N)",
    31466: "DHDN / Gauß-Krüger 2",
    31467: "DHDN / Gauß-Krüger 3",
    31468: "DHDN / Gauß-Krüger 4",
    31469: "DHDN / Gauß-Krüger 5",
    5678: "DHDN / Gauß-Krüger 4 (E-N)",
    5679: "DHDN / Gauß-Krüger 5 (E-N)",
    4326: "WGS 84",
    3857: "Web Mercator",
}
SAME_PLACE_M = 250.0
SAMPLE = 2000


@dataclass(frozen=True)
class Reading:
    """One way to read the numbers: an EPSG number, axes as they stand or swapped, and where they then lie."""

    srid: int
    swapped: bool
    share_inside: float
    centre: tuple[float, float]

    def __str__(self) -> str:
        axes = _(", Achsen vertauscht") if self.swapped else ""
        return f"EPSG:{self.srid} ({CANDIDATES.get(self.srid, '')}{axes})"


@cache
def _transformer(srid: int) -> Transformer:
    # always_xy: easting or longitude first, whatever the authority says; swapping is a candidate of its own.
    return Transformer.from_crs(srid, GEO_SRID, always_xy=True)


def readings(
    shapes: Sequence[object], extent: tuple[float, float, float, float], *, margin_m: float = 5000
) -> list[Reading]:
    """Return the ways to read ``shapes`` that put something into ``extent`` (storage CRS), best first."""
    usable = [shape for shape in shapes if shape is not None and not shapely.is_empty(shape)]
    coordinates = shapely.get_coordinates(usable)
    coordinates = coordinates[numpy.isfinite(coordinates).all(axis=1)]
    if not len(coordinates):
        return []
    step = max(1, len(coordinates) // SAMPLE)
    sample = coordinates[::step]
    found = []
    for srid in CANDIDATES:
        for swapped in (False, True):
            x, y = (sample[:, 1], sample[:, 0]) if swapped else (sample[:, 0], sample[:, 1])
            if srid == 4326 and (numpy.abs(x).max() > 180 or numpy.abs(y).max() > 90):
                continue
            east, north = _transformer(srid).transform(x, y)
            inside = (
                (east >= extent[0] - margin_m)
                & (east <= extent[2] + margin_m)
                & (north >= extent[1] - margin_m)
                & (north <= extent[3] + margin_m)
            )
            if inside.any():
                centre = (float(numpy.median(east[inside])), float(numpy.median(north[inside])))
                found.append(Reading(srid, swapped, float(inside.mean()), centre))
    return sorted(found, key=lambda reading: -reading.share_inside)


def decide(
    shapes: Sequence[object],
    extent: tuple[float, float, float, float],
    *,
    declared: int | None = None,
    chosen: int | None = None,
) -> Reading:
    """Return the one way to read ``shapes``; raises ``InputRefused`` when none fits or several do.

    A chosen number goes before the file's own word, and that before a guess; but each must put the data into the town.
    Readings that agree to within 250 m (WGS 84 and ETRS89, GK 4 with either axis order) count as one.
    """
    possible = readings(shapes, extent)
    for wanted in filter(None, (chosen, declared)):
        fitting = [reading for reading in possible if reading.srid == wanted]
        if fitting:
            return fitting[0]
        if wanted == chosen:
            raise InputRefused(
                _("Mit EPSG:%(srid)s liegen die Daten nicht bei der Gemeinde. Möglich: %(possible)s.")
                % {"srid": wanted, "possible": ", ".join(map(str, possible)) or _("nichts")}
            )
    if not possible:
        raise InputRefused(_("In keinem der bekannten Koordinatensysteme liegen die Daten bei der Gemeinde."))
    best = possible[0]
    rivals = [r for r in possible[1:] if not _same_place(r, best) and r.share_inside > 0.5 * best.share_inside]
    if rivals:
        raise InputRefused(
            _("Das Koordinatensystem ist nicht eindeutig. Bitte wählen Sie: %(possible)s.")
            % {"possible": ", ".join(str(r) for r in [best, *rivals])}
        )
    return best


def _same_place(one: Reading, other: Reading) -> bool:
    return all(abs(a - b) <= SAME_PLACE_M for a, b in zip(one.centre, other.centre, strict=True))


def to_storage(shapes: Sequence[object], reading: Reading) -> numpy.ndarray:
    """Return the shapes in the storage CRS (whole array at once)."""
    transformer = _transformer(reading.srid)

    def move(coordinates: numpy.ndarray) -> numpy.ndarray:
        x, y = (coordinates[:, 1], coordinates[:, 0]) if reading.swapped else (coordinates[:, 0], coordinates[:, 1])
        return numpy.column_stack(transformer.transform(x, y))

    return shapely.transform(numpy.asarray(shapes, dtype=object), move)
