"""Long texts in Markdown as safe HTML."""

import re

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

# Raw HTML is shown as text; what Markdown itself makes passes nh3 once more (defence in depth).
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "mailto", "tel"}


def render_markdown(text: str, *, top_level: int = 2) -> SafeString:
    """Return the text as HTML without scripts, pictures and styles; its highest heading is ``<h{top_level}>``."""
    html = _MARKDOWN.render(text)
    lift = top_level - min(map(int, re.findall(r"<h([1-6])>", html)), default=top_level)
    moved = re.sub(r"<(/?)h([1-6])>", lambda tag: f"<{tag[1]}h{min(6, int(tag[2]) + lift)}>", html)
    safe = nh3.clean(moved, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener")
    # A wide table scrolls by itself, reachable by keyboard, instead of widening the page on a telephone.
    framed = safe.replace("<table>", '<div class="table-frame" tabindex="0"><table class="kern-table">')
    # SafeString: nh3 has just cleaned it; only the tags and attributes above are left.
    return SafeString(framed.replace("</table>", "</table></div>"))
