"""Edits at the desk that refuse to overwrite somebody else's: a version counts up with every change."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.geo.untrusted import whole_number


class Editable(models.Model):
    """Abstract base of a row that people edit in a form; the form carries the ``version`` that it was made from."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class ChangeRefused(Exception):
    """A change that is not made. Its text is a sentence for the person: why, and what to do first."""


class StaleEdit(ChangeRefused):
    """The form was made from an older version. The text is a sentence for the desk, ``current`` the row as it is."""

    def __init__(self, current: Any) -> None:
        self.current = current
        super().__init__(
            _(
                "Jemand anderes hat diesen Eintrag inzwischen geändert. Ihre Eingaben stehen noch im Formular. "
                "Bitte vergleichen Sie sie mit dem neuen Stand; mit dem nächsten Speichern gelten Ihre Angaben."
            )
        )


def posted_version(request: HttpRequest) -> int:
    """Return the version that the page was made from; 0, which is never current, for anything else."""
    return whole_number(request.POST.get("version")) or 0


Row = TypeVar("Row", bound=Editable)


def lock_for_edit(row: Row, *, version: int | None) -> Row:
    """Return the row as it is now, locked until the transaction ends; ``StaleEdit`` when its version has moved on.

    ``version`` is the one that the form was made from; None takes the row as it is (jobs, imports).
    """
    fresh: Row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if version is not None and fresh.version != version:
        raise StaleEdit(fresh)
    return fresh


def apply_edit(row: Editable, changes: Mapping[str, object]) -> bool:
    """Store the values that differ in a locked row and count its version up; False when nothing differs."""
    differing = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, changes[name])
    if differing:
        row.version += 1
        row.save(update_fields=[*differing, "version", "changed_at"])  # type: ignore[misc]
    return bool(differing)
