"""Addresses die on their day or with their owner's account, and stay dead after a restore; on the day who supported
becomes unknowable with them."""

import datetime as dt

from django.db import connection, transaction

from apps.accounts.erasures import record_erasure, register_eraser
from apps.ideas.identity import identity_of
from apps.ideas.models import Contact, Idea, Support, SupportContact
from apps.outbox.services import erase_messages, erase_messages_to
from apps.places.models import Municipality

CONTACT_ERASURE = "ideas.contact"
#: One person's address at an idea ("author:" and its id) or a support ("support:" and the hash of its link).
ADDRESS_ERASURE = "ideas.address"


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


@transaction.atomic
def forget_address(address: str) -> None:
    """Delete one person's address wherever it stands: with ideas, and with supports that wait or want news.

    Supports that count stay, as the keyed hashes that they are; those that nobody confirmed go.
    """
    for contact in Contact.objects.filter(email__iexact=address).select_related("idea__municipality").order_by("pk"):
        _forget_author(contact.idea, address)
    for town in Municipality.objects.all():
        identity = identity_of(address, purpose="support", scope=town.pk)
        for support in Support.objects.filter(municipality=town, identity=identity).select_related("idea"):
            record_erasure(kind=ADDRESS_ERASURE, town=town.key, key=f"support:{support.token_hash}")
            erase_messages_to(recipient=address, references=[support.idea.public_id])
            _forget_supporter(support)


def _forget_author(idea: Idea, address: str) -> None:
    record_erasure(kind=ADDRESS_ERASURE, town=idea.municipality.key, key=f"author:{idea.public_id}")
    Contact.objects.filter(idea=idea).delete()
    erase_messages_to(recipient=address, references=[idea.public_id])


def _forget_supporter(support: Support) -> None:
    SupportContact.objects.filter(support=support).delete()
    if support.confirmed_at is None:
        support.delete()


def forget_address_again(town: str, key: str) -> None:
    """The same after a restore; the messages of an older database have their own date to die."""
    what, _colon, which = key.partition(":")
    if what == "author":
        Contact.objects.filter(idea__municipality__key=town, idea__public_id=which).delete()
    elif support := Support.objects.filter(municipality__key=town, token_hash=which).first():
        _forget_supporter(support)


register_eraser(ADDRESS_ERASURE, forget_address_again)
register_eraser(CONTACT_ERASURE, erase_contact_again)
