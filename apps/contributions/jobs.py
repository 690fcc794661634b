"""Periodic work of contributions."""

from apps.outbox.jobs import periodic


@periodic(every_minutes=60)
def sweep_photos() -> None:
    """Photos of forms that were never sent die after a day, and so do files that a crash has left."""
    from apps.contributions.uploads import sweep_orphans

    sweep_orphans()
