"""``manage.py backup``: database and media in one file."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from geo_platform.backups import BackupError, delete_old_backups, make_backup


class Command(BaseCommand):
    help = "Writes database and media into one file; web and worker may go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, nargs="?", default=settings.VAR_DIR / "backups")
        parser.add_argument("--keep-days", type=int, help="delete backups in the directory that are older")

    def handle(self, *args: object, directory: Path, keep_days: int | None, **options: object) -> None:
        now = timezone.now()
        try:
            path = make_backup(directory=directory, now=now)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
        if keep_days is not None:
            for old in delete_old_backups(directory=directory, days=keep_days, now=now):
                self.stdout.write(_("gelöscht: %(path)s") % {"path": old})
