"""What happens to statements by itself."""

from django.utils import timezone

from apps.outbox.jobs import periodic
from apps.statements.services import authorities, drafts, exports, retention


@periodic(every_minutes=60)
def forget_drafts() -> None:
    """Unfinished forms go after a week, with their files."""
    drafts.forget_drafts(at=timezone.now())


@periodic(every_minutes=60)
def erase_senders() -> None:
    """Senders' data go on their day, after the file was handed over."""
    retention.erase_due_senders(on=timezone.localdate())


@periodic(every_minutes=1)
def write_exports() -> None:
    """Files of the weighing that planners have ordered."""
    exports.write_due_exports()


@periodic(every_minutes=30)
def remind_bodies() -> None:
    """Invited bodies that are silent are reminded on their day, once."""
    authorities.remind_the_silent(at=timezone.now())


@periodic(every_minutes=60)
def remove_exports() -> None:
    """Files that were fetched, or forgotten, go after a day."""
    exports.remove_old_exports(at=timezone.now())
