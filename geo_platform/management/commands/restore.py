"""``manage.py restore FILE``: the way back from a backup."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from apps.places.models import Municipality
from geo_platform.backups import BackupError, restore_backup


class Command(BaseCommand):
    help = "Replaces database and media by those of a backup; web and worker must be stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--erasures", type=Path, help="a newer ledger of erasures (erasures.log) than the one here")
        parser.add_argument("--replace", action="store_true", help="really replace the towns that are here now")

    def handle(self, *args: object, file: Path, replace: bool, erasures: Path | None, **options: object) -> None:
        if not replace and (towns := _towns()):
            raise CommandError(
                _("Hier liegen schon Daten (%(towns)s). Sie gehen verloren; wenn das so sein soll: --replace")
                % {"towns": ", ".join(towns)}
            )
        try:
            restored = restore_backup(file=file, ledger=erasures)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("Stand vom %(made_at)s wiederhergestellt, %(media)s Dateien. Alle müssen sich neu anmelden.")
            % {"made_at": restored.made_at, "media": restored.media}
        )
        if restored.erased:
            self.stdout.write(_("%(n)s Löschungen wiederholt.") % {"n": restored.erased})
        if restored.held:
            self.stdout.write(
                _("%(n)s Nachrichten warteten damals noch; sie werden nicht von selbst verschickt (Postausgang).")
                % {"n": restored.held}
            )


def _towns() -> list[str]:
    try:
        return list(Municipality.objects.order_by("name").values_list("name", flat=True)[:5])
    except DatabaseError:
        return []  # no tables yet: a new machine
