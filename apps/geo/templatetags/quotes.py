"""Titles that carry quotation marks of their own, inside a sentence that quotes them."""

from django import template

register = template.Library()

#: Quotation marks inside quotation marks are half ones (Amtliches Regelwerk der deutschen Rechtschreibung, § 95).
_HALVES = str.maketrans({"„": "‚", "“": "‘"})


@register.filter
def within_quotes(title: object) -> str:
    """Return a title for a place between „ and “: „Bebauungsplan ‚Apfelwiesen‘“."""
    return str(title).translate(_HALVES)
