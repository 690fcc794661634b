"""Count a published vote again."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.ideas.ballot.published import FORMAT, digest_of, recount


class Command(BaseCommand):
    """Needs the published file and nothing else: no database is asked."""

    help = "Zählt die veröffentlichte Datei einer Abstimmung nach und nennt ihre Prüfsumme."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="auszaehlung-….json von der Seite des Ergebnisses")

    def handle(self, *args: object, file: Path, **options: object) -> None:
        try:
            published = json.loads(file.read_text(encoding="utf-8"))
            if published["format"] != FORMAT:
                raise ValueError(published["format"])
            faults = recount(published)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"Keine Auszählung: {error}") from error
        self.stdout.write(f"{len(published['ballots'])} Stimmzettel, {len(published['items'])} Vorhaben")
        self.stdout.write(f"SHA-256 {digest_of(published)}")
        if faults:
            raise CommandError("Die Zahlen stimmen nicht:\n" + "\n".join(faults))
        self.stdout.write("Nachgezählt: Die Datei stimmt mit ihren Stimmzetteln überein.")
