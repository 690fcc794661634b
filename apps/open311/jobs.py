"""What Open311 does on its own."""

from django.utils import timezone

from apps.open311.polling import poll_endpoints
from apps.outbox.jobs import periodic


@periodic(every_minutes=5)
def poll_other_houses() -> None:
    """States of reports at other houses come back; the same state twice changes nothing."""
    poll_endpoints(at=timezone.now())
