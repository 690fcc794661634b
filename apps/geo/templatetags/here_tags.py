"""``{% things_here geometry layers="ideas,ideas_lines" title=title town=request.municipality %}``."""

from typing import Any

from django import template

from apps.geo.around import things_at

register = template.Library()


@register.inclusion_tag("geo/here.html")
def things_here(
    geometry: Any, layers: str, title: str, town: Any, heading: str = "hier", within_m: float = 0, leave_out: str = ""
) -> dict[str, Any]:
    """Name what other kinds have at a storage-CRS geometry; nothing at all where there is nothing."""
    names = [name.strip() for name in layers.split(",")]
    things: list[Any] = []
    if geometry and town:
        things = things_at(geometry, names, municipality=town.pk, within_m=within_m, leave_out=leave_out)
    return {"things": things, "title": title, "heading": heading}
