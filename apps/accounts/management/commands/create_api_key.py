"""Make a key for another system that writes through the REST API."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.services import create_api_key
from apps.places.models import Municipality


class Command(BaseCommand):
    help = "Print a new API key; it is shown once and cannot be looked up later."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who will use it")
        parser.add_argument("--town", default="", help="AGS of the municipality; may be left out where there is one")

    def handle(self, *args: object, name: str, town: str, **options: object) -> None:
        towns = Municipality.objects.order_by("pk")
        key = town or settings.DEFAULT_MUNICIPALITY
        found = list(towns.filter(key=key) if key else towns[:2])
        if len(found) != 1:
            known = ", ".join(f"{one.key} {one.name}" for one in towns) or "none yet"
            raise CommandError(f"Say which town with --town KEY. Towns here: {known}.")
        _row, secret = create_api_key(municipality=found[0], name=name)
        self.stderr.write(f"API key {name!r} of {found[0]}; keep it, it is shown only now:")
        self.stdout.write(secret)
