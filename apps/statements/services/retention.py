"""Personal data of senders die, but never before the procedure's file was handed over; statements do not die at all."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.erasures import record_erasure, register_eraser
from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation
from apps.consultations.periods.moments import local_midnight
from apps.consultations.phases import Action, require
from apps.geo.editing import ChangeRefused
from apps.outbox.services import erase_messages
from apps.statements.models import ProcedureFile, SenderData, Statement

#: A year after the hand-over: the periods of § 215 BauGB and § 47 Abs. 2 VwGO (domain reference, 3.4).
SENDERS_LIVE_DAYS = 365
SENDER_ERASURE = "statements.sender"


@transaction.atomic
def acknowledge_handover(
    *, consultation: Consultation, actor: User, on: dt.date, to: str, today: dt.date
) -> ProcedureFile:
    """Record that the file was handed over, and give senders' data their date to die. Raises ``ChangeRefused``."""
    if on > today:
        raise ChangeRefused(_("Die Übergabe liegt in der Zukunft. Bitte tragen Sie sie ein, wenn sie bestätigt ist."))
    require(Action.HAND_OVER, consultation, at=local_midnight(today))
    with history(actor):
        file, _created = ProcedureFile.objects.select_for_update().get_or_create(
            consultation=consultation, municipality_id=consultation.municipality_id
        )
        file.handed_over_on, file.handed_over_to = on, to
        file.save(update_fields=["handed_over_on", "handed_over_to"])
        SenderData.objects.filter(statement__consultation=consultation).update(
            dies_on=on + dt.timedelta(days=SENDERS_LIVE_DAYS)
        )
    return file


def dying_day(consultation: Consultation, at: dt.datetime) -> dt.date | None:
    """Return when the data of somebody who writes at ``at`` die: None while the file is still in the house."""
    is_over = ProcedureFile.objects.filter(consultation=consultation).exclude(handed_over_on=None).exists()
    return timezone.localdate(at) + dt.timedelta(days=SENDERS_LIVE_DAYS) if is_over else None


@transaction.atomic
def erase_due_senders(*, on: dt.date) -> int:
    """Delete senders' data whose date has come and whose file was handed over; return how many."""
    due = SenderData.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        dies_on__lte=on, statement__consultation__procedure_file__handed_over_on__isnull=False
    )
    statements = [row.statement for row in due.select_related("statement__municipality")]
    SenderData.objects.filter(statement__in=statements).delete()
    for statement in statements:
        record_erasure(kind=SENDER_ERASURE, town=statement.municipality.key, key=statement.public_id)
        erase_messages(municipality=statement.municipality, reference=statement.public_id)
    return len(statements)


def erase_sender_again(town: str, public_id: str) -> None:
    """What the ledger of erasures knows as gone goes again after a restore."""
    statement = (
        Statement.objects.filter(municipality__key=town, public_id=public_id).select_related("municipality").first()
    )
    if statement is not None:
        SenderData.objects.filter(statement=statement).delete()
        erase_messages(municipality=statement.municipality, reference=public_id)


register_eraser(SENDER_ERASURE, erase_sender_again)
