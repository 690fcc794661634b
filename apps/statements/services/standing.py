"""What becomes of a statement by its sender's hand: confirmed, taken back, given again."""

import datetime as dt

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.geo.editing import ChangeRefused
from apps.statements.codes import Confirmation
from apps.statements.models import Statement


class PeriodOver(ChangeRefused):
    """The period has ended: what was said stays said."""


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
    """Take a statement back, within its period. Raises ``PeriodOver``. It stays in the file, marked."""
    at = at or timezone.now()
    fresh = _locked(statement)
    _within(fresh, at)
    if fresh.withdrawn_at is None:
        fresh.withdrawn_at = max(at, fresh.received_at)
        _save(fresh, "withdrawn_at")
    return fresh


@transaction.atomic
def restore_statement(*, statement: Statement, at: dt.datetime | None = None) -> Statement:
    """Let a statement count again that was taken back, within its period. Raises ``PeriodOver``."""
    fresh = _locked(statement)
    _within(fresh, at or timezone.now())
    if fresh.withdrawn_at is not None:
        fresh.withdrawn_at = None
        _save(fresh, "withdrawn_at")
    return fresh


def may_change(statement: Statement, at: dt.datetime) -> bool:
    """May its sender still take it back or give it again? An invited body until the end of its own period."""
    if statement.invitation is not None:
        return timezone.localdate(at) <= statement.invitation.answers_until
    return at < statement.period.ends_at


def _within(statement: Statement, at: dt.datetime) -> None:
    if not may_change(statement, at):
        raise PeriodOver(_("Die Frist ist abgelaufen. Ihre Stellungnahme kann nicht mehr geändert werden."))


def _locked(statement: Statement) -> Statement:
    return (
        Statement.objects.select_for_update(of=("self",))
        .select_related("period", "invitation", "consultation", "municipality")
        .get(pk=statement.pk)
    )


def _save(statement: Statement, field: str) -> None:
    with pghistory.context(by="sender"):
        statement.version += 1
        statement.save(update_fields=[field, "version", "changed_at"])
