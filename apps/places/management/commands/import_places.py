"""``manage.py import_places KIND FILE``: official boundaries, roads, addresses and other places of one town."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.geo.untrusted import InputRefused
from apps.geofiles.reading import read_file
from apps.places import services
from apps.places.importing import COLUMNS
from apps.places.models import Municipality


class Command(BaseCommand):
    help = "Liest amtliche Dateien (VG250, Straßennetz, Adresslisten, Flurstücke …) in die Orte einer Gemeinde ein."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(COLUMNS), help="was die Datei enthält")
        parser.add_argument(
            "file", type=Path, help="GeoPackage, GeoJSON, FlatGeobuf, Shapefile (.zip oder .shp) oder CSV"
        )
        parser.add_argument("--town", default="", help="Gemeindeschlüssel (AGS), wenn es mehrere Gemeinden gibt")
        parser.add_argument("--layer", default="", help="Ebene einer Datei mit mehreren Ebenen")
        parser.add_argument("--crs", type=int, help="EPSG-Nummer, wenn das Koordinatensystem nicht eindeutig ist")
        parser.add_argument(
            "--map", action="append", default=[], metavar="FELD=SPALTE", help="Spalte eines Feldes nennen"
        )
        parser.add_argument("--asset-kind", default="", help="Art der Objekte, etwa playground")
        parser.add_argument("--valid-from", type=dt.date.fromisoformat, help="Gebietsstand (JJJJ-MM-TT), sonst heute")
        parser.add_argument("--remove-missing", action="store_true", help="was nicht mehr in der Datei steht, löschen")
        parser.add_argument("--dry-run", action="store_true", help="nur zeigen, was geschähe")

    def handle(self, *args: Any, **options: Any) -> None:
        town = self._town(options["town"])
        columns = dict(entry.split("=", 1) for entry in options["map"] if "=" in entry)
        try:
            source = read_file(options["file"], layer=options["layer"])
            self.stdout.write(f"{options['file'].name}: Ebene {source.layer}, {len(source.frame)} Objekte")
            summary = services.import_places(
                town=town,
                kind=options["kind"],
                source=source,
                valid_from=options["valid_from"] or timezone.localdate(),
                srid=options["crs"],
                columns=columns,
                asset_kind=options["asset_kind"],
                remove_missing=options["remove_missing"],
                dry_run=options["dry_run"],
                progress=self._progress,
            )
        except InputRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self._report(summary, options["dry_run"])

    def _town(self, key: str) -> Municipality:
        towns = list(
            Municipality.objects.filter(key=key or settings.DEFAULT_MUNICIPALITY) or Municipality.objects.all()
        )
        if len(towns) != 1:
            raise CommandError("Bitte nennen Sie die Gemeinde mit --town und ihrem Schlüssel (AGS).")
        return towns[0]

    def _progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            width = 30 * done // max(total, 1)
            self.stderr.write(
                f"\r[{'#' * width}{'.' * (30 - width)}] {done}/{total}", ending="" if done < total else "\n"
            )

    def _report(self, summary: services.Summary, dry_run: bool) -> None:
        self.stdout.write(f"Koordinatensystem: {summary.reading}, {summary.reading.share_inside:.0%} bei der Gemeinde")
        self.stdout.write("Probelauf, nichts geschrieben:" if dry_run else "Geschrieben:")
        for label, count in (
            ("neu", summary.added),
            ("geändert", summary.changed),
            ("unverändert", summary.unchanged),
            ("gelöscht", summary.removed),
            ("nicht mehr in der Datei (bleibt; --remove-missing löscht)", summary.missing),
        ):
            if count or label in ("neu", "geändert", "unverändert"):
                self.stdout.write(f"  {label}: {count}")
        for heading, reasons in (("ausgelassen", summary.left_out), ("Hinweis", summary.notes)):
            for reason, count in (reasons or {}).items():
                self.stdout.write(f"  {heading}: {count} – {reason}")
