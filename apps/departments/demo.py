"""The demonstration town's bodies, departments, categories and rules, from ``fixtures/`` (codes: docs/glossary.md).

A row is known by its code; loading twice changes nothing, so that the history of rules stays quiet too.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db import models, transaction

from apps.departments.models import Category, CategoryGroup, Department, Jurisdiction, Organisation, RoutingExample
from apps.geo.untrusted import parse_lonlat
from apps.places.models import Municipality

#: Day from which the demonstration's rules count: early enough for every date of the demonstration.
VALID_FROM = dt.date(2020, 1, 1)
#: What a second load leaves as it is; the database counts versions itself.
_KEPT = {"id", "municipality", "code", "created_at", "changed_at", "version"}


@transaction.atomic
def load(town: Municipality, folder: Path) -> str:
    """Load or update everything that decides who is responsible, and say in a line how much that was."""
    organisations = _write(Organisation, town, _rows(folder, "organisations"))
    departments = _write(Department, town, _linked(_rows(folder, "departments"), organisation=organisations))
    groups, categories = load_categories(town, folder)
    rules = [{"valid_from": VALID_FROM, **row} for row in _rows(folder, "rules")]
    linked = _linked(
        rules, category=categories, group=groups, executor=departments, owner=departments, copy_to=departments
    )
    _write(Jurisdiction, town, linked)
    examples = _write_examples(town, _linked(_rows(folder, "examples"), category=categories, department=departments))
    return (
        f"{len(departments)} Fachbereiche, {len(categories)} Kategorien, {len(rules)} Zuständigkeiten, "
        f"{examples} Beispiele"
    )


def load_categories(town: Municipality, folder: Path) -> tuple[dict[str, models.Model], dict[str, models.Model]]:
    """Load or update groups and categories; return both by code."""
    content = _rows(folder, "categories")
    groups = _write(CategoryGroup, town, content["groups"])
    return groups, _write(Category, town, _linked(content["categories"], group=groups))


def _rows(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def _linked(rows: list[dict[str, Any]], **targets: dict[str, Any]) -> list[dict[str, object]]:
    """Replace codes by the rows they name; ``KeyError`` for a code that does not exist."""
    return [{key: targets[key][value] if key in targets else value for key, value in row.items()} for row in rows]


def _write(model: type[models.Model], town: Municipality, rows: list[dict[str, Any]]) -> dict[str, models.Model]:
    """Insert new rows and update changed ones by code; return all of them by code."""
    fields = [f.name for f in model._meta.concrete_fields if f.name not in _KEPT]
    model._default_manager.bulk_create(
        [model(municipality=town, **row) for row in rows],
        update_conflicts=True,
        unique_fields=["municipality", "code"],
        update_fields=fields,
    )
    kept = model._default_manager.filter(municipality=town, code__in=[row["code"] for row in rows])
    return {vars(row)["code"]: row for row in kept}


def _write_examples(town: Municipality, rows: list[dict[str, Any]]) -> int:
    """Insert or update examples by their pin; return how many the file has."""
    RoutingExample.objects.bulk_create(
        [
            RoutingExample(
                municipality=town,
                category=row["category"],
                point=parse_lonlat(row["lon"], row["lat"]),
                department=row["department"],
                note=row["note"],
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["municipality", "category", "point", "answers"],
        update_fields=["department", "note"],
    )
    return len(rows)
