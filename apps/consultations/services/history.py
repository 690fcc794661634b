"""Who did it, for the history that the database writes."""

from typing import Any

import pghistory


def history(actor: Any, **more: str) -> Any:
    """Return the context in which history rows carry ``actor`` and what else is said."""
    return pghistory.context(actor=getattr(actor, "pk", None), **more)
