"""Lengths and areas in the words of a German reader. Measures come from SQL; these filters only speak."""

from django import template
from django.contrib.gis.measure import Distance
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.geo import crs

register = template.Library()


@register.simple_tag
def storage_crs() -> crs.Crs:
    """Return the CRS that coordinates are stored and given out in (``GEO_SRID``): its ``srid`` and ``title``."""
    return crs.STORAGE_CRS


@register.filter
def metres(value: float | Distance) -> str:
    """Return a length in metres (a number, or a ``Distance``) as "80 m" or "1,3 km"."""
    length = float(value.m if isinstance(value, Distance) else value)
    if length < 995:
        return _("%(n)d\u00a0m") % {"n": round(length, -1) if length > 100 else round(length)}
    return _("%(n)s\u00a0km") % {"n": number_format(length / 1000, 1)}


@register.filter
def hectares(value: float) -> str:
    """Return an area in square metres as "850 m²", "1,27 ha" or "34,9 ha"."""
    area = float(value)
    if area < 1000:
        return _("%(n)s\u00a0m²") % {"n": number_format(round(area), 0)}
    return _("%(n)s\u00a0ha") % {"n": number_format(area / 10_000, 2 if area < 100_000 else 1)}
