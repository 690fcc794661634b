"""``manage.py verify_proof FILE``: is an exported Veröffentlichungsnachweis sound? Needs no database and no network."""

import argparse
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.consultations.publication.verifying import problems_of
from apps.geo.untrusted import whole_number

_LARGEST = 500_000_000


class Command(BaseCommand):
    help = "Verify an exported proof of publication (JSON), with heads from the daily mails as NUMBER:HASH."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--head", action="append", default=[], help="a mailed head, NUMBER:HASH; may be repeated")

    def handle(self, *args: object, file: Path, head: list[str], **options: object) -> None:
        """Print what was found; the exit code is 1 unless everything holds."""
        try:
            if file.stat().st_size > _LARGEST:
                raise CommandError("Die Datei ist zu groß.")
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"Die Datei lässt sich nicht lesen: {error}") from error
        if problems := problems_of(document, [_head(text) for text in head]):
            raise CommandError("\n".join(["Der Nachweis ist NICHT in Ordnung:", *problems]))
        last = document["head"] or {"number": 0, "hash": "–"}
        self.stdout.write(f"In Ordnung: {last['number']} Einträge, letzter Stand {last['number']}:{last['hash']}")
        if not head:
            self.stdout.write(
                "Ohne einen gemailten Stand (--head) ist nicht ausgeschlossen, dass alles neu geschrieben oder das "
                "Ende abgeschnitten wurde."
            )


def _head(text: str) -> tuple[int, str]:
    written, _colon, value = text.partition(":")
    number = whole_number(written)
    if number is None or len(value) != 64:
        raise CommandError("--head erwartet NUMMER:PRÜFSUMME aus der Nachricht.")
    return number, value.lower()
