"""A statement comes in: stored with its number, its enclosures and its receipt, in one transaction."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.consultations.models import Consultation, Document
from apps.consultations.phases import Action, Phase, Role, phase_in, phase_of, require, round_on
from apps.contributions.idempotency import payload_hash, store_once
from apps.contributions.tokens import hash_token
from apps.geo.editing import ChangeRefused
from apps.geo.ids import public_id
from apps.statements import notifications
from apps.statements.codes import Channel, Confirmation
from apps.statements.codes import Sender as Kind
from apps.statements.links import new_status_token, status_token
from apps.statements.models import (
    Attachment,
    Draft,
    Invitation,
    Place,
    ProcedureFile,
    Reference,
    SenderData,
    Statement,
)
from apps.statements.rounds import Round, is_late_for, phase_of_body
from apps.statements.services.retention import dying_day


@dataclass(frozen=True)
class Who:
    """What the sender said about themselves; every part may be empty."""

    name: str = ""
    email: str = ""
    postal_address: str = ""
    organisation: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.email)


@dataclass(frozen=True)
class Submitted:
    """What a submission led to; ``created`` is False when the same POST had come before."""

    statement: Statement
    token: str
    created: bool


def submit_statement(
    *,
    consultation: Consultation,
    text: str,
    key: uuid.UUID,
    who: Who | None = None,
    draft: Draft | None = None,
    with_copy: bool = False,
    with_receipt: bool = True,
    channel: str = Channel.WEB,
    kind: str = Kind.PUBLIC,
    invitation: Invitation | None = None,
    received_at: dt.datetime | None = None,
    entered_by: User | None = None,
    at: dt.datetime | None = None,
) -> Submitted:
    """Store a statement with what its draft holds. It is received now, whatever becomes of the address.

    ``received_at`` is given for letters and mails that staff write down. ``with_receipt`` False sends no mail. A key
    that comes again returns the earlier statement; ``KeyReused`` with another payload, ``NotNow`` when the
    table of ``apps.consultations.phases`` does not allow it at that moment. Late ones are marked.
    """
    at = at or timezone.now()
    who = who or Who()
    moment = received_at or at
    hashed = payload_hash(
        {
            "consultation": consultation.public_id,
            "text": text,
            "who": list(vars(who).values()),
            "channel": str(channel),
            "kind": str(kind),
        }
    )

    def store() -> Statement:
        if invitation is not None:
            _still_unanswered(invitation)
        found = _round(consultation, invitation, moment, Channel(channel))
        public = public_id()
        token = new_status_token(public, key)
        is_asked = bool(who.email) and with_receipt and channel == Channel.WEB
        statement = Statement(
            public_id=public,
            municipality_id=consultation.municipality_id,
            consultation=consultation,
            period=found.period,
            number=_next_number(consultation),
            sender_kind=kind,
            channel=channel,
            invitation=invitation,
            received_at=moment,
            is_late=found.is_late,
            text=text,
            confirmation=Confirmation.PENDING if is_asked else Confirmation.NONE,
            status_token_hash=hash_token(token),
            entered_by=entered_by,
            idempotency_key=key,
            payload_hash=hashed,
        )
        statement.save(force_insert=True)
        if who:
            SenderData.objects.create(statement=statement, dies_on=dying_day(consultation, at), **vars(who))
        if draft is not None:
            _take_over(statement, draft)
        if invitation is not None:
            Invitation.objects.filter(pk=invitation.pk).update(answered_at=moment)
        if is_asked:
            notifications.tell_received(statement, email=who.email, with_copy=with_copy)
        return statement

    statement, created = store_once(
        Statement,
        municipality=consultation.municipality,
        key=key,
        hashed=hashed,
        store=store,
        refusals=(ChangeRefused,),
    )
    return Submitted(statement, status_token(statement), created)


def _round(consultation: Consultation, invitation: Invitation | None, moment: dt.datetime, channel: Channel) -> Round:
    """Return the round; an invited body has a period of its own. Raises ``NotNow``."""
    now = Consultation.objects.get(pk=consultation.pk)
    role = Role.PLANNER if channel != Channel.WEB else Role.BODY if invitation else Role.PUBLIC
    phase = phase_of_body(invitation, moment) if invitation else phase_of(now, moment)
    require(Action.ENTER if role == Role.PLANNER else Action.SUBMIT, now, at=moment, role=role, phase=phase)
    if invitation is not None:
        return Round(invitation.period, is_late_for(invitation, moment))
    period = round_on(now, moment)
    assert period is not None  # no phase before the first round allows it
    return Round(period, phase_in(period, moment) == Phase.ENDED)


def _still_unanswered(invitation: Invitation) -> None:
    if Invitation.objects.select_for_update().get(pk=invitation.pk).answered_at is not None:
        raise ChangeRefused(_("Von dieser Stelle liegt schon eine Stellungnahme vor."))


def _next_number(consultation: Consultation) -> int:
    """Count up in the locked row of the file, so that two at once get two numbers and none is left out."""
    ProcedureFile.objects.get_or_create(consultation=consultation, municipality_id=consultation.municipality_id)
    ProcedureFile.objects.filter(consultation=consultation).update(last_number=F("last_number") + 1)
    return ProcedureFile.objects.values_list("last_number", flat=True).get(consultation=consultation)


def _take_over(statement: Statement, draft: Draft) -> None:
    """Make what the draft holds the statement's, and end the draft."""
    fresh = Draft.objects.select_for_update().get(pk=draft.pk)
    Attachment.objects.filter(draft=fresh).update(draft=None, statement=statement)
    # Written by ourselves from a checked geometry (services.drafts.add_place).
    Place.objects.bulk_create(
        Place(statement=statement, position=number, shape=GEOSGeometry(shape))
        for number, shape in enumerate(fresh.places)
    )
    _refer(statement, fresh.references)
    fresh.delete()


def _refer(statement: Statement, references: Sequence[Sequence[str]]) -> None:
    papers = Document.objects.filter(consultation=statement.consultation_id).in_bulk(
        [public for public, _page in references], field_name="public_id"
    )
    Reference.objects.bulk_create(
        Reference(statement=statement, document=papers[public], page=page)
        for public, page in references
        if public in papers
    )
