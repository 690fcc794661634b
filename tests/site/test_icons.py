"""Our own drawings: each name that code, templates or the demonstration use has one."""

import json
import re
from pathlib import Path

from django.conf import settings

from apps.geo.layers import all_layers
from geo_platform.context import declared
from geo_platform.templatetags.icons import icon

ROOT = Path(settings.BASE_DIR)
DRAWN = {path.stem for path in (ROOT / "static" / "icons").glob("*.svg")}


def _named_in(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["icon"]} if isinstance(value.get("icon"), str) else set()
        return own.union(*(_named_in(item) for item in value.values()))
    return set().union(*(_named_in(item) for item in value)) if isinstance(value, list) else set()


def test_every_entrance_and_layer_names_a_drawing():
    named = {entrance.icon for kind in ("entrances", "desk_entrances") for entrance in declared(kind)}
    for layer in all_layers():
        named |= {layer.style.icon, *(cls.icon for cls in layer.style.classes)}
    assert named - DRAWN - {""} == set()


def test_every_template_names_a_drawing():
    named = set()
    for folder in ("apps", "geo_platform"):
        for path in (ROOT / folder).rglob("*.html"):
            named |= set(re.findall(r"""\{% icon ["']([a-z0-9-]+)["']""", path.read_text()))
    assert named - DRAWN == set()


def test_the_demonstration_names_drawings():
    named = set()
    for path in (ROOT / "fixtures").rglob("*.json"):
        named |= _named_in(json.loads(path.read_text()))
    assert named - DRAWN == set()


def test_an_icon_that_does_not_exist_is_a_dot_and_not_a_fault():
    assert "<circle" in icon("../../secret")
    assert 'aria-hidden="true"' in icon("lamp")
    assert 'aria-label="Lampe &lt;b&gt;"' in icon("lamp", title="Lampe <b>")


def test_drawings_carry_neither_code_nor_colours_of_their_own():
    for name in DRAWN:
        text = (ROOT / "static" / "icons" / f"{name}.svg").read_text()
        assert 'viewBox="0 0 24 24"' in text and "currentColor" in text, name
        assert not any(word in text for word in ("<script", "style=", "href", " on")), name
