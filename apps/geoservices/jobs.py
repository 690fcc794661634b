from django.utils import timezone

from apps.geoservices import services
from apps.outbox.jobs import periodic


@periodic(every_minutes=1)
def write_due_exports() -> int:
    """Write the large files that readers have ordered."""
    return services.write_due_exports()


@periodic(every_minutes=60)
def remove_old_exports() -> int:
    """Free the space of files that nobody fetches any more."""
    return services.remove_old_exports(at=timezone.now())
