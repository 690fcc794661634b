"""What every change of this app shares: its refusal, and who is named in the history."""

import pghistory

from apps.accounts.models import User


def history_of(actor: User | None, action: str) -> "pghistory.context":
    """Return the context that names the person and the change in the history."""
    return pghistory.context(actor=actor.pk if actor else None, action=action)
