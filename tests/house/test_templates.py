"""How templates are written (docs/adr/0034-components-and-formatters.md)."""

import re

import pytest

from tests.house.test_rules import ROOT, tracked

TEMPLATES = [path for path in tracked("*.html") if "templates" in path.parts]
#: KERN's markup and the component that stands for it; allauth's elements have attributes of their own kind.
WRITTEN_ONCE = {
    "kern-btn": {"cotton/button.html", "allauth/elements/button.html"},
    "kern-alert": {"cotton/alert.html"},
    "kern-form-check": {"cotton/check.html", "django/forms/field.html", "allauth/elements/field.html"},
}


@pytest.mark.parametrize("part", WRITTEN_ONCE)
def test_a_part_that_is_a_component_is_not_written_out(part):
    found = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if re.search(rf"class=[\"'][^\"']*\b{part}[\s\"']", path.read_text())
        and path.as_posix().partition("/templates/")[2] not in WRITTEN_ONCE[part]
    ]
    assert not found, f"Use the component (frontend/README.md): {found}"


def test_what_a_component_is_handed_is_escaped():
    found = [
        (str(path.relative_to(ROOT)), tag)
        for path in TEMPLATES
        for tag in re.findall(r"<c-[\w.-]+(?:[^>{]|\{[{%].*?[%}]\})*?\s(:[\w-]+=)", path.read_text())
    ]
    assert TEMPLATES and not found, f"django-cotton escapes no value of :name, only quoted ones: {found}"
