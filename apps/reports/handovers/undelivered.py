"""What does not get through: messages about a report that failed, and bodies that cannot be reached at all."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.geo.editing import ChangeRefused
from apps.outbox.models import Message
from apps.outbox.services import MessageRefused, dismiss_message, retry_message
from apps.places.models import Municipality
from apps.reports import changes
from apps.reports.handovers.telling import begin_waiting, record
from apps.reports.handovers.ways import MAIL
from apps.reports.models import Event, Handover, Report
from apps.reports.querysets import ReportQuerySet

#: More than these are no list to work through but an outage.
MOST = 500
_TO_A_DESK = re.compile(r"report-[0-9a-z]{12}-(department|handover)-")


@dataclass(frozen=True)
class Undelivered:
    """One message that does not get through, as the desk reads it. ``to`` never shows a citizen's address in full."""

    message: Message
    to: str
    is_final: bool
    may_be_readdressed: bool


def undelivered_of(report: Report) -> list[Undelivered]:
    """Return the messages about a report that do not get through, newest first (one query)."""
    troubled = Message.objects.in_town(report.municipality_id).troubled().filter(reference=report.public_id)
    return [_told(message) for message in troubled.order_by("-created_at", "-pk")]


def _told(message: Message) -> Undelivered:
    is_desk = bool(_TO_A_DESK.match(message.dedupe_key))
    to = (
        message.recipient
        if is_desk
        else _("meldende oder mitlesende Person (%(to)s)") % {"to": message.masked_recipient}
    )
    is_final = message.state in (Message.State.FAILED, Message.State.DEAD)
    return Undelivered(message, to, is_final, is_desk and is_final and message.channel == "mail")


def with_undelivered(reports: ReportQuerySet, town: Municipality) -> ReportQuerySet:
    """Keep the open reports about which something does not get through, or whose body cannot be reached."""
    messages = Message.objects.in_town(town.pk).troubled().exclude(reference="")
    lost = Handover.objects.filter(municipality=town, way="", state__in=Handover.OPEN).order_by()
    named = messages.order_by().values_list("reference", flat=True)
    both = named.union(lost.values_list("report__public_id", flat=True))
    return reports.open().filter(public_id__in=list(both[: 2 * MOST]))


@transaction.atomic
def send_again(*, report: Report, message: Message, actor: User, recipient: str = "") -> None:
    """Queue a failed message again, to another address if one is named. Raises ``ChangeRefused``."""
    if recipient and not _told(message).may_be_readdressed:
        raise ChangeRefused(_("An diese Person geht die Nachricht nur unter der Adresse, die sie angegeben hat."))
    try:
        queued = retry_message(message=message, recipient=recipient)
    except MessageRefused:
        raise ChangeRefused(_("Das ist keine vollständige E-Mail-Adresse. Beispiel: stelle@beispiel.de")) from None
    if not queued:
        raise ChangeRefused(_("Diese Nachricht ist schon unterwegs oder gelöscht."))
    message.recipient = recipient or message.recipient
    data = {"step": "resent", "name": _told(message).to}
    changes.record(report, Event.Kind.HANDOVER, actor=actor, at=timezone.now(), data=data)


def dismiss(*, message: Message) -> None:
    """Take a failed message off the desk's list. Raises ``ChangeRefused``."""
    if not dismiss_message(message=message):
        raise ChangeRefused(_("Diese Nachricht ist nicht gescheitert."))


@transaction.atomic
def tell_by_mail(*, report: Report, actor: User) -> Handover:
    """Tell a body by mail that could not be reached, or by another way in vain. Raises ``ChangeRefused``."""
    report = changes.lock(report)
    handover = report.handovers.filter(state__in=Handover.OPEN).exclude(way=MAIL.name).first()
    if handover is None:
        raise ChangeRefused(_("Diese Meldung ist schon per E-Mail weitergegeben."))
    handover.report = report
    if not handover.department.email:
        raise ChangeRefused(_("Für diese Stelle ist noch keine E-Mail-Adresse hinterlegt."))
    if handover.message:
        dismiss_message(message=handover.message)
    at = timezone.now()
    handover.way, handover.told_at = MAIL.name, at
    begin_waiting(handover, at=at)
    handover.message = MAIL.tell(handover, "")
    handover.save(
        update_fields=["way", "told_at", "remind_on", "escalate_on", "reminded_at", "escalated_at", "message"]
    )
    record(handover, "told", at=at, actor=actor, way=str(MAIL.title))
    return handover
