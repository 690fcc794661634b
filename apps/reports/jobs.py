"""What reports do on their own."""

import datetime as dt

from django.utils import timezone

from apps.outbox.jobs import periodic
from apps.reports.handovers.reminding import remind_the_silent
from apps.reports.handovers.sweeping import hand_over_the_moved, withdraw_from_the_left
from apps.reports.services import (
    apply_due_rules,
    erase_due_contacts,
    forget_bulk_changes,
    forget_followers,
    let_go_of_leavers,
    remind_unanswered,
    tell_what_is_due,
)


@periodic(every_minutes=60)
def erase_contacts() -> None:
    """Contact data whose day has come goes in the first hour of that day; nothing happens twice."""
    erase_due_contacts(on=timezone.localdate())


@periodic(every_minutes=60)
def remind_of_questions() -> None:
    """A question to a citizen that waits for a week is asked once more."""
    remind_unanswered()


@periodic(every_minutes=60)
def forget_who_followed() -> None:
    """Addresses of followers go when nobody confirmed them, or with the contact data of their report."""
    forget_followers(on=timezone.localdate())


@periodic(every_minutes=60)
def let_go_of_who_left() -> None:
    """A seat or an account may end where no service hears of it; within the hour its reports are nobody's again."""
    let_go_of_leavers()


@periodic(every_minutes=1)
def apply_rules() -> None:
    """Changes of the rules that somebody has ordered to be applied reach the open reports."""
    apply_due_rules()


@periodic(every_minutes=24 * 60)
def forget_old_bulk_changes() -> None:
    """What was before a bulk change is kept for a day, long after nobody can take it back any more."""
    forget_bulk_changes(before=timezone.now() - dt.timedelta(days=1))


#: Local hour from which the mail about what is due may leave.
MORNING = 6


@periodic(every_minutes=30)
def tell_departments_what_is_due() -> None:
    """In the morning of each working day, once: the mail's key holds the day, so that a second run adds nothing."""
    now = timezone.localtime()
    if now.hour >= MORNING:
        tell_what_is_due(day=now.date())


@periodic(every_minutes=1)
def hand_over_to_bodies_outside() -> None:
    """What many at once were given is handed over, and withdrawn elsewhere, when nobody can take it back any more."""
    now = timezone.now()
    withdraw_from_the_left(at=now)
    hand_over_the_moved(at=now)


@periodic(every_minutes=30)
def remind_bodies_outside() -> None:
    """Bodies that have not answered are reminded on their day, later the town's desk is told; each once."""
    remind_the_silent(at=timezone.now())
