"""How a message reaches its recipient. Mail is built in; another app may register a channel of its own."""

import contextlib
import smtplib
import threading
from collections.abc import Callable
from email.headerregistry import Address
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from apps.outbox.models import Message


class Refused(Exception):  # answers of the other side, not faults
    """The other side will never take this message: say why and stop."""


class TryLater(Exception):
    """The other side does not take this message now (greylisting, full mailbox)."""


class ChannelDown(Exception):
    """Nothing gets through at the moment, whatever the message: no fault of the message."""


Deliver = Callable[[Message], None]
_channels: dict[str, Deliver] = {}
# A connection belongs to one thread; greeting the mail server anew for each message would take most of the time.
_mine = threading.local()


def register_channel(name: str, deliver: Deliver) -> None:
    """Let messages of channel ``name`` be handed to ``deliver(message)``.

    It returns when the other side has taken the message, and raises Refused, TryLater or ChannelDown otherwise. It may
    be called again for a message that was delivered before a crash: pass ``message.message_id`` on as the key by
    which the other side recognises it.
    """
    if _channels.setdefault(name, deliver) is not deliver:
        raise ValueError(f"channel {name!r} is registered twice")


def deliver(message: Message) -> None:
    """Hand one message to its channel; raises Refused, TryLater or ChannelDown."""
    if message.channel not in _channels:
        raise TryLater(f"no channel {message.channel!r} in this installation")
    _channels[message.channel](message)


def hang_up() -> None:
    """Close this thread's connection to the mail server, for there is nothing to send at the moment."""
    connection: BaseEmailBackend | None = getattr(_mine, "connection", None)
    _mine.connection = None
    if connection:
        with contextlib.suppress(Exception):
            connection.close()


def as_email(message: Message) -> EmailMultiAlternatives:
    """Return the mail with exactly one recipient; the Message-ID and the date are the same at each attempt."""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body,
        from_email=message.sender or _sender_of(message),
        to=[message.recipient],
        headers={
            "Message-ID": message.message_id,
            "Date": format_datetime(message.created_at),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notices back
        },
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def _sender_of(message: Message) -> str:
    address = settings.DEFAULT_FROM_EMAIL
    if message.municipality is None or "<" in address:
        return address
    return str(Address(display_name=message.municipality.name, addr_spec=address))


def _deliver_mail(message: Message) -> None:
    mail = as_email(message)
    connection = getattr(_mine, "connection", None)
    if not isinstance(connection, SmtpBackend):
        connection = _mine.connection = get_connection(settings.EMAIL_TRANSPORT)
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        hang_up()
        raise _verdict(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPDataError as error:
        hang_up()
        raise _verdict(error.smtp_code, error.smtp_error) from None
    except (smtplib.SMTPException, OSError) as error:
        # Also 5xx to the greeting, the password or the sender: that is our configuration, every message would fail.
        hang_up()
        raise ChannelDown(f"{type(error).__name__}: {error}") from None


def _verdict(code: int, reply: bytes | str) -> Exception:
    text = f"{code} {reply.decode(errors='replace') if isinstance(reply, bytes) else reply}"
    return Refused(text) if 500 <= code < 600 else TryLater(text)


register_channel("mail", _deliver_mail)
