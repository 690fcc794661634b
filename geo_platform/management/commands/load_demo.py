"""``manage.py load_demo``: the demonstration town Brandis with everything that the apps have for it."""

import importlib
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from apps.geo.config import PlatformApp
from apps.geo.untrusted import parse_lonlat
from apps.places.models import Municipality

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "brandis"
KEY, NAME = "14729070", "Brandis"
MARKET_LON_LAT = (12.609467, 51.333915)


def loaders() -> list[tuple[str, Callable[[Municipality, Path], str]]]:
    """Return name and ``load`` of every app that has a ``demo`` module, in the order of the installed apps."""
    found = []
    for config in apps.get_app_configs():
        if isinstance(config, PlatformApp) and _has_demo(config):
            found.append((config.label, importlib.import_module(f"{config.name}.demo").load))
    return found


def _has_demo(config: AppConfig) -> bool:
    return config.module is not None and module_has_submodule(config.module, "demo")


class Command(BaseCommand):
    help = "Creates the demonstration town and loads its data. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, help="where the demonstration data lies")

    def handle(self, *args: object, folder: Path, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError(
                _("Die Demonstration gibt es nur in der Entwicklung (DEMO=1, nie mit GEO_ENV=production).")
            )
        centre: Point = parse_lonlat(*MARKET_LON_LAT)
        town, created = Municipality.objects.get_or_create(
            key=KEY, defaults={"name": NAME, "centre": centre, "is_demo": True}
        )
        if not town.is_demo:
            raise CommandError(_("Die Gemeinde %(key)s gibt es hier als echte Gemeinde.") % {"key": KEY})
        self.stdout.write(f"{town.name}: {_('angelegt') if created else _('ist schon da')}")
        for label, load in loaders():
            started = time.monotonic()
            summary = load(town, folder)
            self.stdout.write(f"  {label}: {summary} ({time.monotonic() - started:.1f} s)")
