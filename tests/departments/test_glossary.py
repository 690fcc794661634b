"""The glossary has every code that the outside may meet."""

import json
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def _codes(name):
    content = json.loads((ROOT / "fixtures" / "brandis" / f"{name}.json").read_text(encoding="utf-8"))
    rows = content if isinstance(content, list) else [*content["groups"], *content["categories"]]
    return {row["code"] for row in rows}


@pytest.mark.parametrize("name", ["organisations", "departments", "categories", "rules"])
def test_every_code_stands_in_the_glossary(name):
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert {code for code in _codes(name) if f"`{code}`" not in glossary} == set()


def test_every_category_and_group_has_its_own_drawing():
    content = json.loads((ROOT / "fixtures" / "brandis" / "categories.json").read_text(encoding="utf-8"))
    icons = [row["icon"] for row in content["categories"]]
    assert len(set(icons)) == len(icons)
    for row in [*content["groups"], *content["categories"]]:
        assert (ROOT / "static" / "icons" / f"{row['icon']}.svg").exists(), row["code"]
