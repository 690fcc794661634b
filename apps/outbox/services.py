"""Every change of a message: written by whoever has something to say, sent by a worker, retried by an administrator."""

import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.outbox.models import Message, Worker
from apps.outbox.querysets import ClockTimestamp, MessageQuerySet
from apps.places.models import Municipality

# What is needed to answer "did my mail leave?", and no longer: text and address for a month, the bare fact for a year.
BODY_DAYS = 30
METADATA_DAYS = 365
# A mail server that says "later" is believed this long (RFC 5321 4.5.4.1 asks for four to five days).
GIVE_UP_AFTER = dt.timedelta(days=5)
BACKOFF_CAP = dt.timedelta(hours=1)
# The channel was down, the message is innocent: it is tried again soon after the channel is back.
OUTAGE_CAP = dt.timedelta(minutes=2)
CRASHES_BEFORE_DEAD = 10


class MessageRefused(ValueError):
    """The message cannot be addressed as asked: several recipients, or control characters in a header."""


@dataclass(frozen=True)
class Letter:
    """What is to be said to one recipient; ``enqueue`` explains the parts."""

    recipient: str
    subject: str
    body: str
    html: str = ""
    dedupe_key: str = ""
    reference: str = ""
    channel: str = "mail"
    sender: str = ""


def enqueue(*, municipality: Municipality | None, **parts: str) -> Message:
    """Store one message (the parts of a ``Letter``) in the caller's transaction; a worker sends it after the commit.

    With a ``dedupe_key`` (unique in the town) the message exists once, however often this is called: the first one is
    returned. ``reference`` names what it is about (a public id); it is all that the desk shows of it. Line breaks
    in the subject become spaces. Raises MessageRefused for a recipient or sender that is not exactly one address.
    """
    message = _message(municipality, Letter(**parts))
    if not message.dedupe_key:
        message.save(force_insert=True)
        return message
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.get(municipality=municipality, dedupe_key=message.dedupe_key)


def enqueue_all(
    *,
    municipality: Municipality | None,
    letters: Iterable[Letter],
    not_before: dt.datetime | None = None,
    batch: str = "",
) -> None:
    """Store messages as ``enqueue`` does, in one statement; whose ``dedupe_key`` is there already stays out.

    Before ``not_before`` nobody sends them, and as long as that lasts ``withdraw`` can take the ``batch`` back.
    """
    messages = [_message(municipality, letter, not_before, batch) for letter in letters]
    if messages:
        Message.objects.bulk_create(messages, ignore_conflicts=True)


def withdraw(*, municipality: Municipality, batch: str, references: Collection[str]) -> bool:
    """Delete the messages of a batch about ``references``, if none of the batch was begun; False when one was."""
    of_batch = Message.objects.filter(municipality=municipality, batch=batch)
    with transaction.atomic():
        rows = list(of_batch.select_for_update().values_list("state", "attempts"))
        if any(state != Message.State.QUEUED or attempts for state, attempts in rows):
            return False
        of_batch.filter(reference__in=list(references)).delete()
    return True


def _message(
    municipality: Municipality | None, letter: Letter, not_before: dt.datetime | None = None, batch: str = ""
) -> Message:
    if letter.channel == "mail":
        _check_address(letter.recipient)
    if letter.sender and (_has_control(letter.sender) or not parseaddr(letter.sender)[1]):
        raise MessageRefused("the sender is not one address")
    return Message(
        municipality=municipality,
        channel=letter.channel,
        recipient=letter.recipient,
        sender=letter.sender,
        subject=_one_line(letter.subject)[:300],
        body=letter.body,
        html=letter.html,
        message_id=f"<{uuid.uuid4()}@{_domain()}>",
        dedupe_key=letter.dedupe_key,
        reference=letter.reference,
        batch=batch,
        give_up_at=(not_before or timezone.now()) + GIVE_UP_AFTER,
        **({"next_attempt_at": not_before} if not_before else {}),
    )


def claim_next(*, owner: str) -> Message | None:
    """Lease the message that is due longest to ``owner`` and return it; None when nothing is due."""
    with transaction.atomic():
        message = (
            Message.objects.due()
            .select_related("municipality")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if message is None:
            return None
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.SENDING,
            attempts=F("attempts") + 1,
            lease_owner=owner,
            lease_until=ClockTimestamp() + dt.timedelta(seconds=settings.OUTBOX_LEASE_SECONDS),
        )
    message.attempts += 1
    return message


def extend_leases(*, owners: Collection[str]) -> int:
    """Tell the others that ``owners`` still work on what they hold; return how many messages that are."""
    return Message.objects.filter(state=Message.State.SENDING, lease_owner__in=list(owners)).update(
        lease_until=ClockTimestamp() + dt.timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    )


def take_back_abandoned() -> int:
    """Offer again what a dead worker held; return how many. A message that kills its worker each time is given up."""
    with transaction.atomic():
        poison = Message.objects.abandoned().filter(crashes__gte=CRASHES_BEFORE_DEAD - 1)
        poison.update(
            **_finished(Message.State.DEAD), crashes=F("crashes") + 1, last_error=_("bricht die Zustellung ab")
        )
        return Message.objects.abandoned().update(
            state=Message.State.QUEUED,
            crashes=F("crashes") + 1,
            lease_owner="",
            lease_until=None,
            next_attempt_at=ClockTimestamp(),
        )


def record_sent(*, message: Message) -> None:
    """The other side has the message. True whatever became of the lease: nobody else shall send it again."""
    Message.objects.filter(pk=message.pk).update(
        **_finished(Message.State.SENT), sent_at=ClockTimestamp(), last_error=""
    )


def record_refused(*, message: Message, owner: str, reason: str) -> None:
    """The other side will never take it: keep the reason for the desk."""
    _held(message, owner).update(**_finished(Message.State.FAILED), last_error=_reason(message, reason))


def record_postponed(*, message: Message, owner: str, reason: str, outage: bool = False) -> None:
    """Try again later: twice as late each time up to a cap; give up after days unless the whole channel was down."""
    if timezone.now() > message.give_up_at and not outage:
        _held(message, owner).update(**_finished(Message.State.DEAD), last_error=_reason(message, reason))
        return
    wait = dt.timedelta(seconds=settings.OUTBOX_BACKOFF_SECONDS) * 2 ** min(message.attempts - 1, 20)
    _held(message, owner).update(
        state=Message.State.QUEUED,
        lease_owner="",
        lease_until=None,
        next_attempt_at=ClockTimestamp() + min(wait, OUTAGE_CAP if outage else BACKOFF_CAP),
        last_error=_reason(message, reason),
    )


def retry_message(*, message: Message, recipient: str = "") -> bool:
    """Queue a failed or given-up message again, to another ``recipient`` if one is named.

    False when there is nothing to retry (sent, or its text is erased). Raises MessageRefused for a bad address.
    """
    if recipient and message.channel == "mail":
        _check_address(recipient)
    return bool(
        Message.objects.stuck()
        .filter(pk=message.pk)
        .exclude(recipient="")
        .update(
            state=Message.State.QUEUED,
            attempts=0,
            crashes=0,
            give_up_at=timezone.now() + GIVE_UP_AFTER,
            next_attempt_at=ClockTimestamp(),
            last_error="",
            dismissed_at=None,
            body_dies_on=None,
            dies_on=None,
            **({"recipient": recipient} if recipient else {}),
        )
    )


def dismiss_message(*, message: Message) -> bool:
    """Note that somebody has seen that a message failed and wants no more of it; False when it has not failed."""
    return bool(Message.objects.stuck().filter(pk=message.pk, dismissed_at=None).update(dismissed_at=ClockTimestamp()))


def hold_undelivered(*, reason: str) -> int:
    """Give up what still waits, because it may have left since (a backup was restored); return how many.

    An administrator may queue each again (`retry_message`).
    """
    waiting = Message.objects.filter(state__in=[Message.State.QUEUED, Message.State.SENDING])
    return waiting.update(**_finished(Message.State.DEAD), last_error=reason)


def erase_messages(*, municipality: Municipality | None, reference: str) -> int:
    """Erase text and address of all messages about ``reference`` now, because the person's data died; unsent ones stay
    unsent. Return how many."""
    return _erase(Message.objects.filter(municipality=municipality, reference=reference))


def erase_messages_to(*, recipient: str, references: Collection[str]) -> int:
    """The same for what was written to one address about these things; what it got about others stays."""
    return _erase(Message.objects.filter(reference__in=references, recipient__iexact=recipient))


def _erase(about: MessageQuerySet) -> int:
    about.filter(state=Message.State.QUEUED).update(**_finished(Message.State.DEAD), last_error=_("Daten gelöscht"))
    return about.exclude(state=Message.State.SENDING).update(**_EMPTY)


def erase_overdue(*, day: dt.date) -> tuple[int, int]:
    """Erase texts and addresses, then whole rows, whose date to die has come; return both counts."""
    erased = Message.objects.with_body_past_its_date(day).exclude(recipient="").update(**_EMPTY)
    return erased, Message.objects.past_its_date(day).delete()[0]


def forget_lost_workers() -> int:
    """Delete workers that were killed more than a day ago; return how many."""
    return Worker.objects.filter(seen_at__lt=ClockTimestamp() - dt.timedelta(days=1)).delete()[0]


_EMPTY = {"recipient": "", "sender": "", "subject": "", "body": "", "html": ""}


def _finished(state: Message.State) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "state": state,
        "lease_owner": "",
        "lease_until": None,
        "body_dies_on": today + dt.timedelta(days=BODY_DAYS),
        "dies_on": today + dt.timedelta(days=METADATA_DAYS),
    }


def _held(message: Message, owner: str) -> MessageQuerySet:
    """Only while the lease is ours: after it was taken back, another worker's word counts."""
    return Message.objects.filter(pk=message.pk, state=Message.State.SENDING, lease_owner=owner)


def _reason(message: Message, text: str) -> str:
    """Mail servers repeat addresses in their refusals; they have no business in a list of errors."""
    return _one_line(re.sub(r"[^\s<>:]+@[^\s<>:]+", "…", text.replace(message.recipient or "\0", "…")))[:300]


def _check_address(recipient: str) -> None:
    try:
        validate_email(recipient)
    except ValidationError:
        raise MessageRefused("the recipient is not one e-mail address") from None
    if len(recipient) > 254 or _has_control(recipient):
        raise MessageRefused("the recipient is not one e-mail address")


def _has_control(text: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def _one_line(text: str) -> str:
    return " ".join("".join(" " if _has_control(char) else char for char in text).split())


def _domain() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
