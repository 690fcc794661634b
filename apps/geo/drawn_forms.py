"""The drawn geometry in a form: one text field that the drawing component fills, and that works without it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

from apps.geo.drawn_check import Fault, find_fault, report
from apps.geo.drawn_text import as_coordinates, parse_drawn
from apps.geo.templatetags.measures import hectares, metres
from apps.geo.untrusted import InputRefused, clean_text


class DrawnFormMixin(forms.Form):
    """Fields ``shape`` and ``repair``; ``cleaned_data["geometry"]`` is a valid storage-CRS geometry or None.

    Subclasses set ``drawn_types`` (GeoJSON types) and ``shape_is_required``. After a refusal ``fault`` says what is
    wrong and the template offers the repair; what was typed stays.
    """

    drawn_types: Sequence[str] = ("MultiPolygon",)
    shape_is_required = False
    fault: Fault | None = None

    shape = forms.CharField(
        label=_("Koordinaten"),
        required=False,
        strip=False,
        help_text=_(
            "GeoJSON, oder ein Eckpunkt je Zeile: Ost und Nord in Metern, oder Länge und Breite in Grad. "
            "Eine Leerzeile beginnt ein Loch oder einen weiteren Teil."
        ),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "drawing__text"}),
    )
    repair = forms.BooleanField(required=False)

    def __init__(self, *args: Any, geometry: GEOSGeometry | None = None, **kwargs: Any) -> None:
        if geometry is not None:
            kwargs["initial"] = {
                "shape": as_coordinates(geometry, closed="LineString" in self.drawn_types),
                **(kwargs.get("initial") or {}),
            }
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["geometry"] = None
        text = data.get("shape") or ""
        if not text.strip():
            if self.shape_is_required:
                self.add_error("shape", _("Bitte zeichnen Sie auf der Karte, oder geben Sie Koordinaten ein."))
            return data
        try:
            geometry = parse_drawn(clean_text(text), allowed=self.drawn_types)
        except InputRefused as refusal:
            self.add_error("shape", str(refusal))
            return data
        self.fault = find_fault(geometry)
        if self.fault and data.get("repair") and self.fault.repaired is not None:
            geometry, self.fault = self.fault.repaired, None
        if self.fault:
            self.add_error("shape", self.fault.sentence)
        else:
            data["geometry"] = geometry
        return data

    def look(self) -> None:
        """Set ``fault`` for the geometry that an unbound form shows: it was taken over, and not saved yet."""
        try:
            text = clean_text(str(self["shape"].value() or ""))
            self.fault = find_fault(parse_drawn(text, allowed=self.drawn_types)) if text.strip() else None
        except InputRefused:
            self.fault = None


def answer_drawn(request: HttpRequest, *, allowed: Sequence[str]) -> JsonResponse:
    """Answer a POST of ``shape`` with ``drawn_check.report``, ``words`` and ``ok``, or 400 with ``error``."""
    try:
        geometry = parse_drawn(clean_text(request.POST.get("shape", "")), allowed=allowed)
        told = report(geometry, closed="LineString" in allowed)
    except InputRefused as refusal:
        return JsonResponse({"ok": False, "error": str(refusal)}, status=400)
    is_area = geometry.geom_type.endswith("Polygon")
    words = hectares(told["area_m2"]) if is_area else metres(told["length_m"]) if told["length_m"] else ""
    return JsonResponse({"ok": not told["fault"], "words": words, **told})
