"""Rules and categories as they stood: each version is one entry of the history, kept by triggers.

``(row, version)`` names exactly one entry, because the database counts (``models/versioned.py``).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from apps.accounts.models import User
from apps.departments.models import Category, Jurisdiction
from apps.departments.questions import Question, questions_of

Row = Category | Jurisdiction


@dataclass(frozen=True)
class Version:
    """One version: when, by whom ("" for imports), what was done, and the row as it stood then (never saved)."""

    number: int
    at: dt.datetime
    who: str
    action: str
    row: Any


def _entries(model: type[models.Model]) -> "models.QuerySet[Any]":
    return apps.get_model(model._meta.app_label, f"{model.__name__}Event")._default_manager.select_related(
        "pgh_context"
    )


def versions_of(row: Row, *, most: int = 50) -> list[Version]:
    """Return the versions of a rule or category, the newest first (two statements)."""
    entries = list(_entries(type(row)).filter(pgh_obj=row.pk).order_by("-pgh_id")[:most])
    return _versions(type(row), entries)


def version_of(row: Row, number: int) -> Version | None:
    """Return one version of a rule or category, or None where the history does not know it."""
    entries = _entries(type(row)).filter(pgh_obj=row.pk, version=number).order_by("-pgh_id")[:1]
    return next(iter(_versions(type(row), list(entries))), None)


def _versions(model: type[models.Model], entries: Sequence[Any]) -> list[Version]:
    contexts = {entry.pk: dict(entry.pgh_context.metadata) if entry.pgh_context else {} for entry in entries}
    people = User.objects.in_bulk({context["actor"] for context in contexts.values() if context.get("actor")})
    fields = [field.attname for field in model._meta.concrete_fields]
    return [
        Version(
            number=entry.version,
            at=entry.pgh_created_at,
            who=str(people.get(contexts[entry.pk].get("actor"), "")),
            action=str(contexts[entry.pk].get("action", "")),
            row=model(**{name: getattr(entry, name) for name in fields if hasattr(entry, name)}),
        )
        for entry in entries
    ]


def questions_at(category: Category, version: int) -> tuple[Question, ...]:
    """Return the questions of a category as they were asked in a version; today's where the history ends."""
    if version == category.version:
        return questions_of(category)
    found = version_of(category, version)
    return questions_of(found.row if found else category)
