"""Dresses Django's form controls in KERN's classes; used by ``templates/django/forms/field.html``."""

from django import template
from django.forms import BoundField, widgets

register = template.Library()

_KERN = (
    (widgets.CheckboxSelectMultiple, "kern-form-check__checkbox"),
    (widgets.RadioSelect, "kern-form-check__radio"),
    (widgets.CheckboxInput, "kern-form-check__checkbox"),
    (widgets.Select, "kern-form-input__select"),
    (widgets.Widget, "kern-form-input__input"),
)


@register.filter
def dressed(field: BoundField) -> BoundField:
    """Return the field with KERN's class (and its error variant) on its control; classes already there stay."""
    widget = field.field.widget
    dress = next(name for kind, name in _KERN if isinstance(widget, kind))
    parts = getattr(widget, "widgets", None) or [widget]
    for part in parts:
        worn = part.attrs.get("class", "").split()
        wanted = [dress, f"{dress}--error"] if field.errors else [dress]
        if part.attrs.get("placeholder") == str(field.label):
            del part.attrs["placeholder"]  # the label says it already, and stays when one types
        part.attrs["class"] = " ".join([*worn, *(name for name in wanted if name not in worn)])
    return field


@register.filter
def control_kind(field: BoundField) -> str:
    """Return ``check``, ``choices``, ``select`` or ``input``: which frame the field needs."""
    widget = field.field.widget
    if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    return "select" if isinstance(widget, widgets.Select) else "input"
