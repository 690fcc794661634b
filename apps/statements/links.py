"""Secret links of statements: one to read and take back, one to confirm an address, one for an invited body."""

from django.urls import reverse

from apps.contributions.tokens import derive_token, hash_token, known_token
from apps.places.links import public_url
from apps.statements.models import Invitation, Statement

_STATUS, _CONFIRM, _INVITE = "statement-status", "statement-confirm", "statement-invitation"


def new_status_token(public_id: str, key: object) -> str:
    """Return the secret of a statement's status page (128 bit); the database keeps its hash."""
    return derive_token(_STATUS, public_id, key)


def status_token(statement: Statement) -> str:
    """Return the same secret again; empty when the installation's secret was replaced since."""
    return known_token(statement.status_token_hash, _STATUS, statement.public_id, statement.idempotency_key)


def status_url(statement: Statement) -> str:
    """Return the absolute status link, empty when it cannot be made any more."""
    token = status_token(statement)
    return public_url(statement.municipality, reverse("statements:status", args=[token])) if token else ""


def confirm_token(statement: Statement) -> str:
    """Return the secret that only the mail holds: whoever has it reads that mailbox.

    It is derived from the status token's hash, so that it needs no column, and proves nothing else.
    """
    return derive_token(_CONFIRM, statement.public_id, statement.status_token_hash)


def confirm_url(statement: Statement) -> str:
    """Return the absolute link that confirms the address."""
    path = reverse("statements:confirm", args=[statement.public_id, confirm_token(statement)])
    return public_url(statement.municipality, path)


def find_by_status(token: str) -> Statement | None:
    """Return the statement behind a status link."""
    return (
        Statement.objects.select_related(
            "consultation", "period", "municipality", "invitation__authority", "invitation__period__consultation"
        )
        .filter(status_token_hash=hash_token(token))
        .first()
    )


def invitation_token(public_id: str, number: int = 1) -> str:
    """Return the secret of an invitation's link."""
    return derive_token(_INVITE, public_id, number)


def invitation_url(invitation: Invitation) -> str:
    """Return the absolute link of an invited body, empty when it cannot be made any more."""
    token = known_token(invitation.token_hash, _INVITE, invitation.public_id, 1)
    return public_url(invitation.municipality, reverse("statements:invited", args=[token])) if token else ""


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation behind a link, whether it still opens or not."""
    return (
        Invitation.objects.select_related("authority", "period__consultation__municipality", "municipality")
        .filter(token_hash=hash_token(token))
        .first()
    )
