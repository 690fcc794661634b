"""Words of reports in templates."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def breakable(name: str) -> SafeString:
    """Let a long name break after its slash: "Straßenschaden/Schlagloch" is wider than a telephone."""
    return format_html_join(SafeString("/<wbr>"), "{}", ((part,) for part in name.split("/")))
