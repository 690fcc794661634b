"""What ideas do on their own."""

from django.utils import timezone

from apps.ideas import services
from apps.ideas.ballot import voting
from apps.ideas.ballot.models import Ballot
from apps.outbox.jobs import periodic


@periodic(every_minutes=1)
def switch_call_phases() -> None:
    """Calls move on at local midnight; a minute's tick also catches up after an outage."""
    services.switch_phases(at=timezone.now())


@periodic(every_minutes=60)
def erase_contacts_of_ideas() -> None:
    """Addresses go on their day, unconfirmed supports after a week; nothing happens twice."""
    services.erase_due_contacts(on=timezone.localdate())
    services.forget_unconfirmed()


@periodic(every_minutes=1)
def count_votes() -> None:
    """Each vote is counted once, when its last day is over."""
    voting.count_ended_ballots(at=timezone.now())


@periodic(every_minutes=60)
def mix_ballots() -> None:
    """All ballot papers of a running vote are written anew in random order: no trace of who came when grows old."""
    for ballot in Ballot.objects.filter(counted_at=None, votes__isnull=False).distinct():
        voting.shuffle_votes(ballot)
