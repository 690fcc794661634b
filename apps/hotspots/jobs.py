"""Periodic work for hotspots."""

from django.utils import timezone

from apps.hotspots import services
from apps.outbox.jobs import periodic


@periodic(every_minutes=60)
def doubt_silent_hotspots() -> None:
    """Stop calling a hotspot online that has not been heard of for a day."""
    services.doubt_silent_hotspots(at=timezone.now())
