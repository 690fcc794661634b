"""``{% things_here geometry layers="ideas,ideas_lines" title=title town=request.municipality %}``."""

from django import template
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Model

from apps.geo.around import Thing, things_at

register = template.Library()


@register.inclusion_tag("geo/here.html")
def things_here(
    geometry: GEOSGeometry | None,
    layers: str,
    title: str,
    town: Model | None,
    heading: str = "hier",
    within_m: float = 0,
    leave_out: str = "",
) -> dict[str, object]:
    """Name what other kinds have at a storage-CRS geometry; nothing at all where there is nothing."""
    names = [name.strip() for name in layers.split(",")]
    things: list[Thing] = []
    if geometry and town:
        things = things_at(geometry, names, municipality=town.pk, within_m=within_m, leave_out=leave_out)
    return {"things": things, "title": title, "heading": heading}
