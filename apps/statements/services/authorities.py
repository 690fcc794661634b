"""Changes around invited bodies: the list, invitations with one-time links, reminders."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation, ParticipationPeriod
from apps.consultations.periods.moments import local_midnight
from apps.consultations.phases import Action, require
from apps.contributions.tokens import hash_token
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.geo.ids import public_id
from apps.places.models import Municipality
from apps.places.working_days import add_working_days, is_working_day
from apps.statements import notifications
from apps.statements.codes import Channel, Sender
from apps.statements.links import invitation_token
from apps.statements.models import Authority, Invitation, Statement
from apps.statements.rounds import is_late_for, round_at

#: A link opens this long after the last day: late answers are taken and marked.
OPENS_AFTER = dt.timedelta(days=60)
#: A silent body is reminded so many working days before its last one.
REMIND_DAYS = 5


@transaction.atomic
def add_authority(*, municipality: Municipality, values: dict[str, object]) -> Authority:
    """Put a body on the town's list. Raises ``ChangeRefused`` when one of that name is on it."""
    if Authority.objects.filter(municipality=municipality, name=values["name"]).exists():
        raise ChangeRefused(_("Eine Stelle dieses Namens steht schon in der Liste."))
    return Authority.objects.create(municipality=municipality, **values)


@transaction.atomic
def change_authority(*, authority: Authority, version: int, values: dict[str, object]) -> Authority:
    """Store an edit of a body. Raises ``StaleEdit`` and ``ChangeRefused``."""
    fresh = lock_for_edit(authority, version=version)
    others = Authority.objects.filter(municipality=fresh.municipality_id, name=values.get("name", fresh.name))
    if others.exclude(pk=fresh.pk).exists():
        raise ChangeRefused(_("Eine Stelle dieses Namens steht schon in der Liste."))
    apply_edit(fresh, values)
    return fresh


@transaction.atomic
def invite_authorities(
    *,
    period: ParticipationPeriod,
    authorities: Iterable[Authority],
    answers_until: dt.date,
    at: dt.datetime | None = None,
) -> list[Invitation]:
    """Ask bodies in a round, each once, with a link of its own; whoever was asked already is left alone.

    Raises ``ChangeRefused`` for a last day that is over, ``NotNow`` before the publication.
    """
    at = at or timezone.now()
    require(Action.INVITE, Consultation.objects.get(pk=period.consultation_id), at=at)
    today = timezone.localdate(at)
    if answers_until < today:
        raise ChangeRefused(_("Der letzte Tag liegt in der Vergangenheit."))
    asked = set(Invitation.objects.filter(period=period).values_list("authority", flat=True))
    made = []
    for authority in authorities:
        if authority.pk in asked:
            continue
        asked.add(authority.pk)
        public = public_id()
        invitation = Invitation.objects.create(
            public_id=public,
            municipality_id=period.municipality_id,
            authority=authority,
            period=period,
            answers_until=answers_until,
            token_hash=hash_token(invitation_token(public)),
            expires_at=local_midnight(answers_until + dt.timedelta(days=1)) + OPENS_AFTER,
            invited_at=at,
            remind_on=reminder_day(today, answers_until, period.municipality.key),
        )
        notifications.tell_invited(invitation)
        made.append(invitation)
    return made


@transaction.atomic
def tie_statement(*, statement: Statement, invitation: Invitation, actor: User, version: int) -> Statement:
    """Say that what staff have written down is the answer to an invitation: the body is no longer reminded.

    Round and lateness are then those of the body's own period. Raises ``StaleEdit``; ``ChangeRefused`` for what came
    through the site, for another consultation's invitation, and when either has its counterpart already.
    """
    fresh = lock_for_edit(statement, version=version)
    asked = _locked(invitation.pk)
    if fresh.channel == Channel.WEB or fresh.invitation_id or fresh.consultation_id != asked.period.consultation_id:
        raise ChangeRefused(_("Diese Stellungnahme lässt sich keiner Einladung zuordnen."))
    if asked.answered_at is not None:
        raise ChangeRefused(_("Von dieser Stelle liegt schon eine Stellungnahme vor."))
    is_late = is_late_for(asked, fresh.received_at)
    values = {"invitation": asked, "period": asked.period, "is_late": is_late, "sender_kind": Sender.AUTHORITY}
    with history(actor, tied_to=str(asked.authority)):
        apply_edit(fresh, values)
    Invitation.objects.filter(pk=asked.pk).update(answered_at=fresh.received_at)
    return fresh


@transaction.atomic
def untie_statement(*, statement: Statement, actor: User, version: int) -> Statement:
    """Undo it: the body is waited for again, and reminded when its day comes. Raises as ``tie_statement``."""
    fresh = lock_for_edit(statement, version=version)
    if fresh.channel == Channel.WEB or fresh.invitation_id is None:
        raise ChangeRefused(_("Nur eingetragene Briefe und E-Mails lassen sich von einer Einladung lösen."))
    asked = _locked(fresh.invitation_id)
    found = round_at(fresh.consultation, fresh.received_at)
    values: dict[str, object] = {"invitation": None, "period": found.period if found else asked.period}
    values["is_late"] = found.is_late if found else False
    with history(actor, untied_from=str(asked.authority)):
        apply_edit(fresh, values)
    Invitation.objects.filter(pk=asked.pk).update(answered_at=None)
    return fresh


def waiting_invitations(consultation: Consultation) -> QuerySet[Invitation]:
    """Return the invitations of a consultation that nobody has answered, by name."""
    found = Invitation.objects.filter(period__consultation=consultation, answered_at=None)
    return found.select_related("authority", "period").order_by("authority__name", "pk")


def _locked(pk: int) -> Invitation:
    found: Invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("authority", "period__consultation")
        .get(pk=pk)
    )
    return found


def reminder_day(today: dt.date, answers_until: dt.date, town_key: str) -> dt.date | None:
    """Return the latest day from which five working days are left until the last one; None when that is not ahead."""
    day = answers_until
    while day > today:
        if is_working_day(day, town_key) and add_working_days(day, REMIND_DAYS, town_key) <= answers_until:
            return day
        day -= dt.timedelta(days=1)
    return None


def remind_the_silent(*, at: dt.datetime) -> int:
    """Remind bodies whose day has come, once each, on working days; return how many."""
    today = timezone.localdate(at)
    due = Invitation.objects.filter(remind_on__lte=today, reminded_at=None, answered_at=None)
    count = 0
    for pk, town in list(due.order_by("pk").values_list("pk", "municipality__key")):
        if is_working_day(today, town):
            count += _remind(pk, at)
    return count


@transaction.atomic
def _remind(pk: int, at: dt.datetime) -> bool:
    invitation = (
        Invitation.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("authority", "period__consultation", "municipality")
        .filter(pk=pk, reminded_at=None, answered_at=None)
        .first()
    )
    if invitation is None:
        return False
    invitation.reminded_at = at
    invitation.save(update_fields=["reminded_at"])
    notifications.tell_invited(invitation, again=True)
    return True
