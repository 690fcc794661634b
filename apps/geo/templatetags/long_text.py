"""``{{ consultation.description|long_text:3 }}``: Markdown as safe HTML whose highest heading is of that level."""

from django import template
from django.utils.safestring import SafeString

from apps.geo.markdown import render_markdown

register = template.Library()


@register.filter
def long_text(text: str, top_level: int = 3) -> SafeString:
    """Return the text as cleaned HTML."""
    return render_markdown(text or "", top_level=int(top_level))
