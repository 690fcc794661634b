"""Periodic work for consultations."""

from django.utils import timezone

from apps.consultations import services
from apps.consultations.publication.reachability import CHECK_MINUTES
from apps.outbox.jobs import periodic


@periodic(every_minutes=1)
def switch_states() -> None:
    """Open and close participation at local midnight; a minute's tick also catches up after an outage."""
    services.switch_states(at=timezone.now())


@periodic(every_minutes=CHECK_MINUTES)
def check_publications() -> None:
    """Look at every running publication as a citizen would and write down what came."""
    services.check_running(at=timezone.now())


@periodic(every_minutes=1)
def cut_sheets() -> None:
    """Cut plan sheets into the tiles that the map shows."""
    services.cut_due_sheets()


@periodic(every_minutes=60)
def mail_heads() -> None:
    """Mail the heads of the proofs once a day; an hour's tick makes up for a worker that was away at midnight."""
    services.mail_heads(day=timezone.localdate())
