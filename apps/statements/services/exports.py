"""Files of the weighing: ordered at the desk, written by a worker with a lease, gone after a day."""

import datetime as dt
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.consultations.models import Consultation
from apps.statements.export.formats import writer_of
from apps.statements.models import Export, Mailing

KEEP = dt.timedelta(days=1)
LEASE = dt.timedelta(minutes=15)
ATTEMPTS = 3


def folder() -> Path:
    """Return the directory of finished files, made when missing."""
    path = Path(settings.VAR_DIR) / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def order_export(
    *,
    consultation: Consultation,
    actor: User,
    ending: str,
    order: str = Export.Order.STATEMENT,
    with_names: bool = False,
    content: str = Export.Content.WEIGHING,
    mailing: Mailing | None = None,
) -> Export:
    """Order a file; one of the same kind that this person waits for already is the answer to a second order."""
    wanted = {
        "consultation": consultation,
        "municipality_id": consultation.municipality_id,
        "ending": ending,
        "order": order,
        "content": content,
        "mailing": mailing,
        "with_names": with_names,
        "ordered_by": actor,
    }
    waiting = Export.objects.filter(**wanted, state=Export.State.WANTED).first()
    return waiting or Export.objects.create(**wanted, total=consultation.statements.count())


def write_due_exports(*, at: dt.datetime | None = None) -> int:
    """Write every ordered file that nobody is writing; return how many. Safe beside other workers."""
    written = 0
    while (export := _lease_next(at or timezone.now())) is not None:
        _write(export)
        written += 1
    return written


def _lease_next(at: dt.datetime) -> Export | None:
    with transaction.atomic():
        due = Export.objects.filter(state=Export.State.WANTED).filter(Q(lease_until=None) | Q(lease_until__lt=at))
        worn_out = due.filter(attempts__gte=ATTEMPTS)
        worn_out.update(state=Export.State.FAILED)
        export = (
            due.select_related("consultation__municipality", "mailing__consultation__municipality")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("pk")
            .first()
        )
        if export is not None:
            Export.objects.filter(pk=export.pk).update(lease_until=at + LEASE, attempts=F("attempts") + 1, done=0)
    return export


def _write(export: Export) -> None:
    mine = Export.objects.filter(pk=export.pk)
    target = folder() / export.file_name
    with tempfile.TemporaryDirectory(dir=folder()) as parts:
        path = Path(parts) / export.file_name

        def tick(done: int) -> None:
            mine.update(done=done)

        writer_of(export)(export, path, tick)
        path.replace(target)  # whole or not at all
    mine.update(state=Export.State.READY, done=F("total"), ready_at=timezone.now())


def remove_old_exports(*, at: dt.datetime) -> int:
    """Delete what was ordered more than a day before ``at``, rows and files; return how many."""
    old = Export.objects.filter(ordered_at__lt=at - KEEP)
    for export in old:
        (folder() / export.file_name).unlink(missing_ok=True)
    return old.delete()[0]
