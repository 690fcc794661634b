"""People who want to hear of a report that somebody else sent: asked twice, gone when they like."""

import datetime as dt
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.reports import notifications
from apps.reports.models import Follower, Report
from apps.reports.readers import give_follow_token

#: An address that its owner does not confirm is forgotten after this time.
UNCONFIRMED_LIVES = dt.timedelta(days=7)


@transaction.atomic
def follow_report(*, report: Report, email: str, idempotency_key: uuid.UUID, may_mail: bool = True) -> None:
    """Write down who wants to hear of a released report, and ask the owner of the address by mail (double opt-in).

    Tells nobody whether the address was known before: the answer to the sender is always the same. ``may_mail`` is
    False when the address has had its share of such mails.
    """
    email = email.strip().lower()
    follower = Follower(report=report, email=email, idempotency_key=idempotency_key)
    give_follow_token(follower)
    try:
        with transaction.atomic():
            follower.save(force_insert=True)
    except IntegrityError:  # asked before; the first link still holds
        return
    if may_mail:
        notifications.tell_follower(follower)


def confirm_following(*, follower: Follower, at: dt.datetime | None = None) -> None:
    """The owner of the address says yes; a second time changes nothing."""
    Follower.objects.filter(pk=follower.pk, confirmed_at=None).update(confirmed_at=at or timezone.now())


def stop_following(*, follower: Follower) -> None:
    """Forget a follower at once."""
    follower.delete()


def forget_followers(*, on: dt.date, at: dt.datetime | None = None) -> int:
    """Delete addresses that nobody confirmed in a week, and those whose report is closed long enough; how many."""
    old = (at or timezone.now()) - UNCONFIRMED_LIVES
    deleted, _by = Follower.objects.filter(Q(dies_on__lte=on) | Q(confirmed_at=None, created_at__lte=old)).delete()
    return deleted
