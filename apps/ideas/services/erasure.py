"""Addresses die on their day, and stay dead after a restore; who supported becomes unknowable with them."""

import datetime as dt

from django.db import connection, transaction

from apps.accounts.erasures import record_erasure, register_eraser
from apps.ideas.models import Contact, Idea, Support, SupportContact
from apps.outbox.services import erase_messages

CONTACT_ERASURE = "ideas.contact"


@transaction.atomic
def erase_due_contacts(*, on: dt.date) -> int:
    """Delete the addresses whose date to die has come; return of how many ideas. A second run changes nothing."""
    ideas = set(Contact.objects.filter(dies_on__lte=on).values_list("idea", flat=True))
    ideas |= set(SupportContact.objects.filter(dies_on__lte=on).values_list("support__idea", flat=True))
    for idea in Idea.objects.filter(pk__in=ideas).select_related("municipality").order_by("pk"):
        record_erasure(kind=CONTACT_ERASURE, town=idea.municipality.key, key=idea.public_id)
        _erase(idea)
    return len(ideas)


def erase_contact_again(town: str, idea_id: str) -> None:
    """What the ledger of erasures knows as gone goes again after a restore; a second run changes nothing."""
    idea = Idea.objects.filter(municipality__key=town, public_id=idea_id).select_related("municipality").first()
    if idea is not None:
        _erase(idea)


def _erase(idea: Idea) -> None:
    Contact.objects.filter(idea=idea).delete()
    SupportContact.objects.filter(support__idea=idea).delete()
    erase_messages(municipality=idea.municipality, reference=idea.public_id)
    # The count stays, the people behind it do not: from now on their addresses match nothing.
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Support._meta.db_table} SET identity = encode(sha256(gen_random_uuid()::text::bytea), 'hex')"  # noqa: S608 (our own table)
            " WHERE idea_id = %s",
            [idea.pk],
        )


register_eraser(CONTACT_ERASURE, erase_contact_again)
