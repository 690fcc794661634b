"""``manage.py load_texts KEY FOLDER``: a town's imprint, privacy notice and other texts from Markdown files."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.places.models import Municipality
from geo_platform.services import save_text
from geo_platform.texts import missing_texts, placeholders, read_texts


class Command(BaseCommand):
    help = "Stores the texts <slug>.md of a folder for a town; what is the same stays untouched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="official key of the municipality (AGS)")
        parser.add_argument("folder", type=Path)

    def handle(self, *args: object, key: str, folder: Path, **options: object) -> None:
        town = Municipality.objects.filter(key=key).first()
        if town is None:
            raise CommandError(_("Die Gemeinde %(key)s gibt es hier nicht.") % {"key": key})
        try:
            texts = read_texts(folder)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not texts:
            raise CommandError(_("In diesem Ordner liegt kein Text, zum Beispiel imprint.md."))
        for slug, text in texts.items():
            _text, outcome = save_text(municipality=town, slug=slug, title=text.title, body=text.body)
            line = f"{slug}: {outcome}"
            if open_places := placeholders(text.body):
                line += " – " + _("noch auszufüllen: %(n)d Stellen") % {"n": len(open_places)}
            self.stdout.write(line)
        if missing := missing_texts(town):
            self.stdout.write(_("Es fehlen noch: %(texts)s") % {"texts": ", ".join(missing)})
