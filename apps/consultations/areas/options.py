"""The areas that an uploaded file may mean, each in the storage CRS; several are asked, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.utils.translation import gettext as _

from apps.geo.crs import GEO_SRID
from apps.geo.drawn_check import measure
from apps.geo.drawn_text import as_coordinates
from apps.geo.templatetags.measures import hectares
from apps.geo.untrusted import MAX_BYTES, InputRefused
from apps.geofiles.areas import AreaLayer
from apps.geofiles.crs_guess import Reading, readings, to_storage
from apps.places.models import AdministrativeArea, Municipality

MOST_OPTIONS = 6
#: Two ways to read the numbers that put an outline this close are one way.
SAME_PLACE_M = 5.0
#: How far an outline may move so that a drawing can hold it, the least first.
TOLERANCES_M = (0, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)
#: Converted without the Land's grid: a few metres.
GAUSS_KRUEGER = {31466, 31467, 31468, 31469, 5678, 5679}


@dataclass(frozen=True)
class Option:
    """One area: ``shape`` is the text of a drawing, ``crs`` how the numbers were read, ``notes`` what to know of it."""

    name: str
    shape: str
    crs: str
    area_m2: float
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Return the line that a planner chooses by: "Geltung, 2,85 ha, gelesen als EPSG:25833 (…)"."""
        size = hectares(self.area_m2)
        return _("%(name)s, %(size)s, gelesen als %(crs)s") % {"name": self.name, "size": size, "crs": self.crs}


def options_of(town: Municipality, layers: Sequence[AreaLayer]) -> list[Option]:
    """Return one option for each layer and each way to read its numbers that lies at the town, the likeliest first.

    Raises ``InputRefused`` with a sentence where there is none, or more than a person can choose from.
    """
    if not layers:
        raise InputRefused(_("In der Datei ist keine Fläche."))
    extent = AdministrativeArea.objects.box_of(town)
    found = [option for layer in layers for option in _of_layer(layer, extent)]
    if not found:
        raise InputRefused(
            _("In keinem der bekannten Koordinatensysteme liegt eine Fläche der Datei bei der Gemeinde.")
        )
    if len(found) > MOST_OPTIONS:
        raise InputRefused(
            _("Die Datei hat zu viele Ebenen mit Flächen: %(names)s. Bitte speichern Sie nur den Geltungsbereich.")
            % {"names": ", ".join(layer.name for layer in layers[:20])}
        )
    return found


def _of_layer(layer: AreaLayer, extent: tuple[float, float, float, float]) -> list[Option]:
    """Return a layer's options. What the file says of itself counts where it puts the area at the town."""
    possible = readings(list(layer.shapes), extent)
    if not possible:
        return []
    notes = []
    declared = [reading for reading in possible if reading.srid == layer.declared_srid]
    if declared:
        chosen = declared[:1]
    else:
        if layer.declared_srid:
            notes.append(
                _("Die Datei nennt EPSG:%(srid)d; damit läge die Fläche nicht bei der Gemeinde.")
                % {"srid": layer.declared_srid}
            )
        chosen = [one for one in _distinct(possible) if one.share_inside > 0.5 * possible[0].share_inside]
    return [_option(layer, reading, notes) for reading in chosen]


def _distinct(possible: list[Reading]) -> list[Reading]:
    kept: list[Reading] = []
    for reading in possible:
        if not any(
            all(abs(a - b) <= SAME_PLACE_M for a, b in zip(reading.centre, other.centre, strict=True)) for other in kept
        ):
            kept.append(reading)
    return kept


def _option(layer: AreaLayer, reading: Reading, notes: list[str]) -> Option:
    shapes = list(to_storage(layer.shapes, reading))
    notes = list(notes)
    if reading.swapped:
        notes.append(_("Rechts- und Hochwert standen vertauscht in der Datei."))
    if reading.share_inside < 1:
        notes.append(_("Nicht alle Eckpunkte liegen bei der Gemeinde. Bitte prüfen Sie die Fläche auf der Karte."))
    if reading.srid in GAUSS_KRUEGER:
        notes.append(
            _("Aus Gauß-Krüger ohne Gitter umgerechnet: Die Lage kann um wenige Meter abweichen. Bitte prüfen Sie sie.")
        )
    whole = shapes[0] if len(shapes) == 1 else _together(shapes)
    if len(shapes) > 1:
        notes.append(_("%(n)d Flächen der Ebene wurden zu einem Geltungsbereich.") % {"n": len(shapes)})
    area, text, moved_m = _drawable(whole)
    if moved_m:
        notes.append(
            _("Die Fläche hat sehr viele Eckpunkte; ihr Umriss wurde um höchstens %(cm)d cm vereinfacht.")
            % {"cm": round(moved_m * 100)}
        )
    return Option(layer.name[:80], text, str(reading), measure(area).area_m2, tuple(notes))


def _together(shapes: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """Return one area of many; faulty ones stay as they are, so that the fault is explained and not hidden."""
    if all(shapely.is_valid(shapes)):
        return shapely.union_all(shapes)
    return shapely.MultiPolygon([part for shape in shapes for part in shapely.get_parts(shape)])


def _drawable(whole: shapely.Geometry) -> tuple[GEOSGeometry, str, float]:
    """Return an area and its text, simplified as little as a drawing's text can hold; raises ``InputRefused``."""
    for tolerance in TOLERANCES_M:
        simple = shapely.simplify(whole, tolerance, preserve_topology=True) if tolerance else whole
        parts = [part for part in shapely.get_parts(simple) if part.geom_type == "Polygon"]
        area = MultiPolygon([GEOSGeometry(memoryview(shapely.to_wkb(part))) for part in parts], srid=GEO_SRID)
        text = as_coordinates(area)
        if len(text) <= MAX_BYTES:
            return area, text, tolerance
    raise InputRefused(_("Die Fläche hat zu viele Eckpunkte. Bitte vereinfachen Sie ihren Umriss."))
