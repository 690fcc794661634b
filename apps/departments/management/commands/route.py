"""``manage.py route road_damage 51.3339 12.6095``: who is responsible there, and why."""

import datetime as dt
import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.departments.models import Category
from apps.departments.routing import NoTriageDesk, route
from apps.geo.untrusted import GeometryRefused, parse_lonlat
from apps.places.models import Municipality

#: What ``--json`` prints and other programs rely on; the record of a report holds more.
AGREED = ("outside", "neighbour", "executor", "owner", "rule", "reason", "candidates")


class Command(BaseCommand):
    help = "Nennt die zuständige Stelle für eine Kategorie an einem Ort und erklärt, warum."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("category", help="Kürzel der Kategorie, z. B. road_damage")
        parser.add_argument("lat", help="geographische Breite in Grad, z. B. 51.3339")
        parser.add_argument("lon", help="geographische Länge in Grad, z. B. 12.6095")
        parser.add_argument("--json", action="store_true", help="Antwort als JSON-Objekt")
        parser.add_argument("--at", metavar="ISO", help="Zeitpunkt, z. B. 2026-01-31T12:00+01:00 (sonst: jetzt)")
        parser.add_argument("--town", metavar="AGS", help="Gemeindeschlüssel (sonst: die Gemeinde der Installation)")

    def handle(
        self, *args: object, category: str, lat: str, lon: str, at: str | None, town: str | None, **options: object
    ) -> None:
        asked = _category(_town(town), category)
        try:
            point = parse_lonlat(lon, lat)
        except GeometryRefused as error:
            raise CommandError(f"{error} In diesem Befehl steht die Breite vor der Länge: LAT LON.") from error
        try:
            routing = route(asked, point, at=_moment(at))
        except NoTriageDesk as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = routing.as_json()
            self.stdout.write(json.dumps({key: answer[key] for key in AGREED}, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{asked.name} ({asked.code}), {asked.municipality}")
        for sentence in routing.sentences():
            self.stdout.write(sentence)
        for number, candidate in enumerate(routing.as_json()["candidates"], 1):
            self.stdout.write(f"{number}. {candidate['rule']} -> {candidate['executor']}: {candidate['explanation']}")


def _town(key: str | None) -> Municipality:
    towns = Municipality.objects.order_by("pk")
    town = towns.filter(key=key or settings.DEFAULT_MUNICIPALITY).first() or (None if key else towns.first())
    if town is None:
        raise CommandError("Diese Gemeinde gibt es hier nicht." if key else "Es ist noch keine Gemeinde angelegt.")
    return town


def _category(town: Municipality, code: str) -> Category:
    known = {category.code: category for category in Category.objects.of_town(town.pk).select_related("municipality")}
    if code not in known:
        raise CommandError(f"Die Kategorie „{code}“ gibt es nicht. Bekannt sind: {', '.join(sorted(known))}.")
    return known[code]


def _moment(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"„{text}“ ist kein Zeitpunkt nach ISO 8601, z. B. 2026-01-31T12:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
