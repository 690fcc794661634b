"""To which round of a consultation a moment belongs, whether it came too late, and in which phase a sender is."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from apps.consultations.models import Consultation, ParticipationPeriod
from apps.consultations.phases import Action, Phase, Role, may, phase_in, phase_of, round_on
from apps.statements.models import Invitation, Statement


@dataclass(frozen=True)
class Round:
    """The period that a statement of some moment belongs to."""

    period: ParticipationPeriod
    is_late: bool


def round_at(consultation: Consultation, at: dt.datetime) -> Round | None:
    """Return the running published round, else the one that ended last; None before the first."""
    period = round_on(consultation, at)
    return Round(period, phase_in(period, at) == Phase.ENDED) if period else None


def phase_of_body(invitation: Invitation, at: dt.datetime) -> Phase:
    """Return the phase of an invited body: a period of its own, from the invitation until 24:00 of its last day."""
    period = invitation.period
    if not period.consultation.is_public:
        return phase_of(period.consultation, at)
    return Phase.ENDED if is_late_for(invitation, at) else Phase(period.kind)


def is_late_for(invitation: Invitation, at: dt.datetime) -> bool:
    """Is the last local day of an invited body over?"""
    return timezone.localdate(at) > invitation.answers_until


def phase_of_statement(statement: Statement, at: dt.datetime) -> Phase:
    """Return the phase in which the sender of a statement is: that of its round, whatever other round runs."""
    if statement.invitation is not None:
        return phase_of_body(statement.invitation, at)
    plan = statement.consultation
    return phase_in(statement.period, at) if plan.is_public else phase_of(plan, at)


def may_take_back(statement: Statement, at: dt.datetime) -> bool:
    """May its sender still take it back or give it again?"""
    role = Role.BODY if statement.invitation is not None else Role.PUBLIC
    return may(Action.TAKE_BACK, statement.consultation, at=at, role=role, phase=phase_of_statement(statement, at))
