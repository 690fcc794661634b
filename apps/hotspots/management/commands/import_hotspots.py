"""``manage.py import_hotspots FILE``: public WLAN from GeoJSON, CSV, meshviewer.json or nodelist.json."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.geo.untrusted import InputRefused, clean_text
from apps.hotspots.feeds.formats import MAX_BYTES, read_feed
from apps.hotspots.importing import import_hotspots
from apps.places.models import Municipality


class Command(BaseCommand):
    help = "Liest WLAN-Standorte aus GeoJSON, CSV, meshviewer.json oder nodelist.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="DATEI")
        parser.add_argument("--town", default="", metavar="AGS", help="Gemeindeschlüssel; sonst die voreingestellte")
        parser.add_argument("--source", default="", help="Name der Quelle, jedes Mal derselbe; sonst das Format")
        parser.add_argument("--ssid", default="", help="SSID für neue Standorte, deren Datei keine nennt")
        parser.add_argument("--operator", default="", help="Betreiber für neue Standorte, deren Datei keinen nennt")
        parser.add_argument("--dry-run", action="store_true", help="nur zeigen, was geschähe")

    def handle(self, *args: object, **options: Any) -> None:
        town = _town(options["town"])
        path: Path = options["file"]
        try:
            if path.stat().st_size > MAX_BYTES:
                raise CommandError(f"{path} ist zu groß: höchstens {MAX_BYTES // 1_000_000} MB.")
            now = timezone.now()
            feed = read_feed(path.read_bytes(), now=now)
            summary = import_hotspots(
                municipality=town,
                feed=feed,
                source=clean_text(options["source"])[:60] or feed.format,
                at=now,
                defaults={"ssid": options["ssid"][:32], "operator": options["operator"][:120]},
                dry_run=options["dry_run"],
            )
        except OSError as error:
            raise CommandError(f"{path} lässt sich nicht lesen: {error.strerror}") from error
        except InputRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{town}: {path.name} ({feed.format})")
        for line in summary.lines():
            self.stdout.write(f"  {line}")
        if options["dry_run"]:
            self.stdout.write("Probelauf: Es wurde nichts gespeichert.")


def _town(key: str) -> Municipality:
    """Return the town with that key, the default one, or the only one there is."""
    key = key or settings.DEFAULT_MUNICIPALITY
    towns = list(Municipality.objects.filter(key=key) if key else Municipality.objects.order_by("key")[:2])
    if len(towns) != 1:
        known = ", ".join(f"{town.key} {town}" for town in Municipality.objects.order_by("key"))
        raise CommandError(f"Welche Gemeinde? Bitte --town angeben. Bekannt sind: {known or 'keine'}.")
    return towns[0]
