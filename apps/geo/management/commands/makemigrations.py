"""Django's ``makemigrations``, with the storage CRS written as a name instead of today's number."""

import re
from pathlib import Path
from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations import Migration
from django.db.migrations.writer import MigrationWriter

from apps.geo.crs import GEO_SRID

IMPORT = "from apps.geo.crs import GEO_SRID\n"


class Command(makemigrations.Command):
    """A migration that holds the literal SRID could not be replayed by a town with another ``GEO_SRID``."""

    def write_migration_files(self, changes: dict[str, list[Migration]], *args: Any, **kwargs: Any) -> None:
        super().write_migration_files(changes, *args, **kwargs)
        if self.dry_run:
            return
        for migrations in changes.values():
            for migration in migrations:
                name_the_crs(Path(MigrationWriter(migration).path))


def name_the_crs(path: Path) -> None:
    """Replace ``srid=<number>`` of the storage CRS in one migration file by the constant and import it."""
    text = path.read_text()
    named = re.sub(rf"\bsrid={GEO_SRID}\b", "srid=GEO_SRID", text)
    if named != text:
        path.write_text(
            named if IMPORT in named else re.sub(r"(from django\.db import [^\n]*\n)", rf"\1{IMPORT}", named, count=1)
        )
