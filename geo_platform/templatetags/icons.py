"""``{% icon "lamp" %}``: our own drawing from ``static/icons`` inside the page, so that it takes the text colour."""

import functools
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

from django import template
from django.contrib.staticfiles import finders
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@functools.lru_cache(maxsize=256)
def _drawing(name: str) -> tuple[str, str]:
    """Return view box and inner markup of an icon; an icon that does not exist is a plain dot."""
    path = finders.find(f"icons/{name}.svg") if NAME.fullmatch(name) else None
    if not path:
        return "0 0 24 24", '<circle cx="12" cy="12" r="5" fill="currentColor"/>'
    text = Path(path).read_text(encoding="utf-8")
    root = Xml.fromstring(text)  # noqa: S314  (a file of this repository, never an upload)
    inner = re.search(r"<svg\b[^>]*>(.*)</svg>", text, re.DOTALL)
    kept = " ".join(f'{key}="{value}"' for key, value in root.attrib.items() if key.startswith(("stroke", "fill")))
    return root.get("viewBox", "0 0 24 24"), f"<g {kept}>{inner.group(1).strip() if inner else ''}</g>"


@register.simple_tag
def icon(name: str, title: str = "", extra: str = "") -> SafeString:
    """Return the icon inline. Without ``title`` it is decoration; with one it is an image with that name."""
    box, inner = _drawing(name or "")
    drawing = mark_safe(inner)  # noqa: S308  (our own file)
    classes = f"icon {extra}".strip()
    frame = '<svg class="{}" width="24" height="24" viewBox="{}" {}>{}</svg>'
    role = (
        format_html('role="img" aria-label="{}"', title) if title else mark_safe('aria-hidden="true" focusable="false"')
    )
    return format_html(frame, classes, box, role, drawing)
