"""How templates are written (docs/adr/0032-components-and-formatters.md)."""

import re

import pytest

from tests.house.test_rules import ROOT, tracked

LONGEST_LINE = 240
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


def test_a_line_of_a_template_can_be_read():
    """djangofmt wraps what may be wrapped; the rest is shortened by hand (`blocktranslate trimmed`, a variable)."""
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]
    assert not long, f"Longer than {LONGEST_LINE} characters: {long}"


#: Elements whose style keeps line breaks (`white-space`): a line break in front of their words is seen.
KEEPS_BREAKS = {
    "*": "as-typed",
    "statements/export/letters.html": 'class="(?:to|text)"',
    "statements/export/table.html": r"<t[dh]\b",
}


def test_where_line_breaks_are_seen_nothing_stands_before_the_words():
    """An address that begins with an empty line slips out of the window of its envelope."""
    found, looked_at = [], set()
    for path in TEMPLATES:
        name = path.as_posix().partition("/templates/")[2]
        for where in {"*", name} & KEEPS_BREAKS.keys():
            for blank in re.findall(rf"{KEEPS_BREAKS[where]}[^<>]*>(\s*)", path.read_text()):
                looked_at.add(where)
                if blank:
                    found.append(name)
    assert looked_at == KEEPS_BREAKS.keys() and not found, (
        f"Begin with the words, after {{# djangofmt: ignore[format] #}}: {found}"
    )


def test_no_blank_slips_in_before_a_comma():
    """djangofmt takes the start of an inline `{% if %}` for a place to break, though its text begins with a comma."""
    blank = re.compile(r"\s\{% (?:el)?if [^%]*%\}[,.;:!?)]")
    found = [str(path.relative_to(ROOT)) for path in TEMPLATES if blank.search(path.read_text())]
    assert not found, f"Write the element by hand, after {{# djangofmt: ignore[format] #}}: {found}"
