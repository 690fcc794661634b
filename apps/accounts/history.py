"""Who did it, for the history that the database's triggers write."""

import pghistory

from apps.geo.audience import Actor


def history(actor: Actor | int | None, **more: str) -> "pghistory.context":
    """Return the context in which history rows carry ``actor`` (or its key; None: a job) and what else is said."""
    return pghistory.context(actor=actor if isinstance(actor, int) else getattr(actor, "pk", None), **more)
