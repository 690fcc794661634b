"""``manage.py create_town``: from an empty installation to one's own town."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.geo.untrusted import InputRefused, parse_bbox, parse_lonlat, whole_number
from apps.geofiles.reading import read_file
from geo_platform.boundary import boundary_of
from geo_platform.services import TownRefused, appoint_administrator, create_municipality, save_text
from geo_platform.texts import missing_texts, read_texts


class Command(BaseCommand):
    help = "Creates a town with its boundary and its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="Brandis")
        parser.add_argument("key", help="official key of the municipality (AGS), 8 digits")
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--boundary", type=Path, help="GeoPackage, Shapefile (.zip) or GeoJSON with the area")
        parser.add_argument("--layer", default="", help="layer of the GeoPackage, for example vg250_gem")
        parser.add_argument("--srid", type=int, help="EPSG number, where the file does not name one")
        place.add_argument("--bbox", help="west,south,east,north in degrees: a rectangle for a start, drawn later")
        parser.add_argument("--hostname", default="", help="host name that speaks for this town alone")
        parser.add_argument("--admin-email", required=True, help="address of the first administrator")
        parser.add_argument("--admin-name", default="", help="name of the first administrator")
        parser.add_argument(
            "--texts", type=Path, help="folder with imprint.md, privacy.md, accessibility.md, licences.md"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key: str = options["key"]
        if len(key) != 8 or whole_number(key) is None:
            raise CommandError(_("Der Gemeindeschlüssel (AGS) hat acht Ziffern, zum Beispiel 14729070."))
        try:
            validate_email(options["admin_email"])
            boundary = self._boundary(options)
            texts = read_texts(options["texts"]) if options["texts"] else {}
            with transaction.atomic():
                town = create_municipality(
                    key=key,
                    name=options["name"].strip(),
                    boundary=boundary,
                    hostname=options["hostname"].strip().lower(),
                    today=timezone.localdate(),
                )
                for slug, text in texts.items():
                    save_text(municipality=town, slug=slug, title=text.title, body=text.body)
                user, password = appoint_administrator(
                    municipality=town, email=options["admin_email"], name=options["admin_name"]
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (InputRefused, TownRefused, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("%(town)s (%(key)s) ist angelegt.") % {"town": town.name, "key": town.key})
        if password:
            self.stdout.write(
                _("Anmeldung: %(email)s, Passwort: %(password)s") % {"email": user.email, "password": password}
            )
            self.stdout.write(_("Das Passwort steht nur hier. Bitte ändern Sie es nach der ersten Anmeldung."))
        else:
            self.stdout.write(_("%(email)s hat jetzt die Verwaltung dieser Gemeinde.") % {"email": user.email})
        if missing := missing_texts(town):
            self.stdout.write(
                _("Noch nötig, bevor die Produktion startet: %(texts)s (manage.py load_texts).")
                % {"texts": ", ".join(missing)}
            )
        self.stdout.write(_("Weiter geht es nach der Anmeldung auf der Seite /intern/checkliste/."))

    def _boundary(self, options: dict[str, Any]) -> MultiPolygon:
        if options["boundary"]:
            source = read_file(options["boundary"], layer=options["layer"])
            return boundary_of(source, options["key"], srid=options["srid"])
        west, south, east, north = parse_bbox(options["bbox"])
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        points = [parse_lonlat(*corner) for corner in corners]
        return MultiPolygon(Polygon([(p.x, p.y) for p in points]), srid=points[0].srid)
