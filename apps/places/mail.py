"""Whose mail it is: the outbox shows a failed mail to the administrators of that town."""

from django.core.mail import EmailMessage

from apps.places.models import Municipality


def note_town(mail: EmailMessage, municipality: Municipality | None, reference: str) -> EmailMessage:
    """Write on a mail to which town and to what it belongs, for ``apps.outbox.backend``; return it."""
    vars(mail).update(municipality=municipality, reference=reference)
    return mail
