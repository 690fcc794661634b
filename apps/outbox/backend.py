"""Django's e-mail backend of the site: storing instead of sending, so that allauth's mail keeps its promises too."""

from collections.abc import Sequence
from email.utils import getaddresses

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from apps.outbox.services import enqueue


class OutboxEmailBackend(BaseEmailBackend):
    """Stores each mail once per recipient. A mail may carry ``municipality`` and ``reference`` as attributes."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return the number of mails stored. Raises BadHeaderError, MessageRefused, or ValueError for attachments."""
        for mail in email_messages:
            if mail.attachments:
                raise ValueError("the outbox keeps no attachments: link to the file instead")
            mail.message()  # raises BadHeaderError for line breaks in subject, names and addresses
            html = next((part.content for part in getattr(mail, "alternatives", []) if "html" in part.mimetype), "")
            with transaction.atomic():
                for _name, recipient in getaddresses(mail.recipients()):
                    enqueue(
                        municipality=getattr(mail, "municipality", None),
                        recipient=recipient,
                        sender="" if mail.from_email == settings.DEFAULT_FROM_EMAIL else mail.from_email,
                        subject=str(mail.subject),
                        body=str(mail.body),
                        html=str(html),
                        reference=getattr(mail, "reference", ""),
                    )
        return len(email_messages)
