"""What accounts of citizens do on their own."""

from apps.citizens import services
from apps.outbox.jobs import periodic


@periodic(every_minutes=60)
def forget_unconfirmed_accounts() -> None:
    """What its owner never confirmed goes."""
    services.forget_unconfirmed()
