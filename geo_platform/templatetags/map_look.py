"""``{% swatch colour icon %}``: the sign of a map feature in a list or legend, drawn like its marker."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from geo_platform.templatetags.icons import icon

register = template.Library()


@register.simple_tag
def swatch(colour: str, name: str) -> SafeString:
    """Return a decorative sign; the colour stands in an SVG attribute, because the policy allows no style attribute."""
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        colour = "#5d5d5d"
    return format_html(
        '<span class="swatch" aria-hidden="true"><svg class="swatch__ground" viewBox="0 0 24 24">'
        '<path d="M12 0a12 12 0 1 1 0 24H2.5A2.5 2.5 0 0 1 0 21.5V12A12 12 0 0 1 12 0Z" fill="{}"/></svg>{}</span>',
        colour,
        icon(name),
    )
