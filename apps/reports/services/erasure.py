"""Contact data dies on its date, and stays dead after a restore."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from apps.accounts.erasures import record_erasure, register_eraser
from apps.outbox.services import erase_messages
from apps.reports.models import Contact, Event, Report

CONTACT_ERASURE = "reports.contact"


@transaction.atomic
def erase_due_contacts(*, on: dt.date, at: dt.datetime | None = None) -> int:
    """Delete the contact data whose date to die has come; returns how many. A second run changes nothing."""
    due = Contact.objects.select_for_update(skip_locked=True, of=("self",)).filter(dies_on__lte=on)
    reports = [contact.report for contact in due.select_related("report__municipality")]
    Contact.objects.filter(report__in=reports).delete()
    for report in reports:
        record_erasure(kind=CONTACT_ERASURE, town=report.municipality.key, key=report.public_id)
        erase_messages(municipality=report.municipality, reference=report.public_id)
    moment = at or timezone.now()
    Event.objects.bulk_create(Event(report=report, kind=Event.Kind.CONTACT_ERASED, at=moment) for report in reports)
    return len(reports)


def erase_contact_again(town: str, report_id: str) -> None:
    """What the ledger of erasures knows as gone goes again after a restore; a second run changes nothing."""
    report = Report.objects.filter(municipality__key=town, public_id=report_id).select_related("municipality").first()
    if report is not None:
        Contact.objects.filter(report=report).delete()
        erase_messages(municipality=report.municipality, reference=report_id)


register_eraser(CONTACT_ERASURE, erase_contact_again)
