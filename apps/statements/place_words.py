"""Places in words, and on a picture that needs no script."""

from collections.abc import Iterable

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from apps.geo.stills import Still, draw_still
from apps.geo.templatetags.measures import hectares, metres

PLAN_COLOUR, PLACE_COLOUR = "#7a1fa2", "#b3261e"


def name_place(shape: GEOSGeometry) -> str:
    """Return what a storage-CRS geometry is, with its size: "Linie, 120 m"."""
    if shape.geom_type == "Point":
        return _("Punkt")
    if shape.geom_type == "LineString":
        return _("Linie, %(length)s") % {"length": metres(shape.length)}
    return _("Fläche, %(size)s") % {"size": hectares(shape.area)}


def picture_of(area: GEOSGeometry | None, shapes: Iterable[GEOSGeometry]) -> Still | None:
    """Return a still map of the plan's area with the places above it; None without either."""
    drawn = [(area, PLAN_COLOUR)] if area else []
    return draw_still([*drawn, *((shape, PLACE_COLOUR) for shape in shapes)])
