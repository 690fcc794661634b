"""An area in an address: drawn on a map, kept in a link, bounded before anything parses it."""

from typing import Any

from django import forms
from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, MultiPolygon, Polygon
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.geo.untrusted import GeometryRefused, parse_geojson_geometry, parse_number

MAX_CORNERS = 100
MAX_LENGTH = 3000


def parse_area(text: str) -> GEOSGeometry:
    """Return the storage-CRS area of ``"lon,lat lon,lat …"`` (WGS 84, three to a hundred corners, not closed).

    A line that crosses itself encloses what lies on either side of the crossing. Raises ``GeometryRefused``.
    """
    corners = text.split() if len(text) <= MAX_LENGTH else []
    if not 3 <= len(corners) <= MAX_CORNERS:
        raise GeometryRefused(_("Eine Fläche braucht 3 bis %(n)d Ecken.") % {"n": MAX_CORNERS})
    ring = [[parse_number(part, _("Eine Koordinate der Fläche")) for part in corner.split(",")] for corner in corners]
    drawn = parse_geojson_geometry({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, allowed=("Polygon",))
    parts = [part for part in _polygons(drawn if drawn.valid else drawn.make_valid()) if part.area > 0]
    if not parts:
        raise GeometryRefused(_("Die gezeichnete Fläche ist leer. Bitte zeichnen Sie sie noch einmal."))
    return MultiPolygon(parts, srid=drawn.srid)


def _polygons(shape: GEOSGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [shape]
    return [part for piece in shape for part in _polygons(piece)] if isinstance(shape, GeometryCollection) else []


class AreaField(forms.CharField):
    """A hidden field that a map fills; ``cleaned_data`` holds the area, ``None`` without one."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": MAX_LENGTH, **kwargs})

    def clean(self, value: str | None) -> GEOSGeometry | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_area(text)
        except GeometryRefused as refusal:
            raise ValidationError(str(refusal)) from refusal
