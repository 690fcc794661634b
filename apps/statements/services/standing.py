"""What becomes of a statement by its sender's hand: confirmed, taken back, given again."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from apps.accounts.history import history
from apps.consultations.phases import Action, Role, require
from apps.statements.codes import Confirmation
from apps.statements.models import Statement
from apps.statements.rounds import phase_of_statement


@transaction.atomic
def confirm_address(*, statement: Statement) -> Statement:
    """The link from the mail was used by a person; a second time changes nothing."""
    fresh = _locked(statement)
    if fresh.confirmation == Confirmation.PENDING:
        fresh.confirmation = Confirmation.CONFIRMED
        _save(fresh, "confirmation")
    return fresh


@transaction.atomic
def withdraw_statement(*, statement: Statement, at: dt.datetime | None = None) -> Statement:
    """Take a statement back, within its period. Raises ``NotNow``. It stays in the file, marked."""
    at = at or timezone.now()
    fresh = _locked(statement)
    _within(fresh, at)
    if fresh.withdrawn_at is None:
        fresh.withdrawn_at = max(at, fresh.received_at)
        _save(fresh, "withdrawn_at")
    return fresh


@transaction.atomic
def restore_statement(*, statement: Statement, at: dt.datetime | None = None) -> Statement:
    """Let a statement count again that was taken back, within its period. Raises ``NotNow``."""
    fresh = _locked(statement)
    _within(fresh, at or timezone.now())
    if fresh.withdrawn_at is not None:
        fresh.withdrawn_at = None
        _save(fresh, "withdrawn_at")
    return fresh


def _within(statement: Statement, at: dt.datetime) -> None:
    role = Role.BODY if statement.invitation is not None else Role.PUBLIC
    require(Action.TAKE_BACK, statement.consultation, at=at, role=role, phase=phase_of_statement(statement, at))


def _locked(statement: Statement) -> Statement:
    return (
        Statement.objects.select_for_update(of=("self",))
        .select_related("period", "invitation__period__consultation", "consultation", "municipality")
        .get(pk=statement.pk)
    )


def _save(statement: Statement, field: str) -> None:
    with history(None, by="sender"):
        statement.version += 1
        statement.save(update_fields=[field, "version", "changed_at"])
