"""What a body outside answers by its link, and what the desk answers back. One function, one transaction each."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contributions.uploads import take_over as take_photos
from apps.geo.editing import ChangeRefused
from apps.reports import changes
from apps.reports.handovers import letters
from apps.reports.handovers.next_desk import next_desk
from apps.reports.handovers.telling import begin_waiting, end, record
from apps.reports.models import Handover, Report, ReportPhoto
from apps.reports.services.handling import change_status, reassign
from apps.reports.transitions import Status, may_follow


class HandoverOver(ChangeRefused):
    """The body is not asked any more: it has answered, or the town gave the report elsewhere or closed it."""


class _Repeated(Exception):
    """The same POST came again: nothing is to be done."""


def _lock(handover: Handover, key: uuid.UUID | None) -> Handover:
    """Return the open handover with its report, both locked; ``_Repeated`` for a key that came before."""
    report = changes.lock(handover.report)
    if key and report.events.filter(idempotency_key=key).exists():
        raise _Repeated
    fresh = Handover.objects.select_for_update(of=("self",)).select_related("department").get(pk=handover.pk)
    fresh.report = report
    if not fresh.is_open:
        raise HandoverOver(_("Zu dieser Weitergabe ist keine Antwort mehr nötig."))
    return fresh


@transaction.atomic
def take_over(
    *, handover: Handover, idempotency_key: uuid.UUID | None = None, text: str = "", at: dt.datetime | None = None
) -> bool:
    """The body answers for it and works on it. ``text`` is for the desk. False when the same answer came before."""
    try:
        handover = _lock(handover, idempotency_key)
    except _Repeated:
        return False
    at = at or timezone.now()
    handover.state = Handover.State.TAKEN_OVER
    handover.reacted_at = handover.reacted_at or at
    handover.save(update_fields=["state", "reacted_at"])
    record(handover, "taken_over", at=at, text=text, idempotency_key=idempotency_key)
    _follow(handover.report, Status.IN_PROGRESS, at=at)
    return True


@transaction.atomic
def ask_back(*, handover: Handover, text: str, idempotency_key: uuid.UUID, at: dt.datetime | None = None) -> bool:
    """The body needs to know something; the desk is told and answers on the work page (``answer_question``)."""
    try:
        handover = _lock(handover, idempotency_key)
    except _Repeated:
        return False
    at = at or timezone.now()
    handover.state = Handover.State.ASKED
    handover.reacted_at = handover.reacted_at or at
    handover.save(update_fields=["state", "reacted_at"])
    event = record(handover, "asked", at=at, text=text, idempotency_key=idempotency_key)
    letters.tell_desk(handover, f"question-{event.pk}", "question", text=text)
    return True


@transaction.atomic
def report_done(
    *,
    handover: Handover,
    idempotency_key: uuid.UUID | None = None,
    text: str = "",
    draft: uuid.UUID | None = None,
    photos: Sequence[str] = (),
    status: Status = Status.DONE,
    at: dt.datetime | None = None,
) -> bool:
    """The body has done it; its photos wait for review like every photo. Raises ``PhotosGone``.

    Another final ``status`` says that the body has ended it without repairing anything.
    """
    try:
        handover = _lock(handover, idempotency_key)
    except _Repeated:
        return False
    at = at or timezone.now()
    report = handover.report
    if draft and photos:
        there = report.photos.count()
        pictures = take_photos(municipality=report.municipality, draft=draft, tokens=photos)
        ReportPhoto.objects.bulk_create(
            ReportPhoto(report=report, **{**picture, "position": there + n}) for n, picture in enumerate(pictures)
        )
    end(handover, Handover.State.DONE, at=at)
    step = "done" if status == Status.DONE else "status"
    more: dict[str, Any] = {"photos": len(photos), "status": str(status.label)}
    record(handover, step, at=at, text=text, idempotency_key=idempotency_key, **more)
    _follow(report, status, at=at)
    return True


@transaction.atomic
def confirm_arrival(*, handover: Handover, number: str, at: dt.datetime | None = None) -> None:
    """The body's system keeps the report under ``number``: that is an answer, so nobody need be reminded."""
    try:
        handover = _lock(handover, None)
    except HandoverOver:
        return  # given elsewhere while it was on its way
    at = at or timezone.now()
    handover.number, handover.reacted_at, handover.escalate_on = number, handover.reacted_at or at, None
    handover.save(update_fields=["number", "reacted_at", "escalate_on"])
    record(handover, "arrived", at=at, number=number)


@transaction.atomic
def refuse(
    *, handover: Handover, text: str, idempotency_key: uuid.UUID | None = None, at: dt.datetime | None = None
) -> bool:
    """The body is not responsible: the next department of the trace that has not refused gets it, else triage."""
    try:
        handover = _lock(handover, idempotency_key)
    except _Repeated:
        return False
    at = at or timezone.now()
    report = handover.report
    end(handover, Handover.State.REFUSED, at=at)
    record(handover, "refused", at=at, text=text, idempotency_key=idempotency_key)
    following = next_desk(report)
    if following.owner and following.owner.pk != report.owner_id:
        report.owner = following.owner
        changes.save(report, "owner")
    # The body's own words stay inside; the reporter reads this sentence.
    reason = _("Sie ist nach eigener Angabe nicht zuständig.")
    reassign(
        report=report,
        department=following.department,
        actor=None,
        reason=f"{reason} {following.reason}".strip(),
        at=at,
    )
    return True


@transaction.atomic
def answer_question(
    *,
    report: Report,
    text: str,
    actor: User,
    idempotency_key: uuid.UUID | None = None,
    at: dt.datetime | None = None,
) -> Handover:
    """The desk answers a body's question; the body gets it by mail with its link. Raises ``HandoverOver``."""
    asked = report.handovers.filter(state=Handover.State.ASKED).first()
    if asked is None:
        raise HandoverOver(_("Es gibt keine offene Rückfrage."))
    try:
        handover = _lock(asked, idempotency_key)
    except _Repeated:
        return asked
    if handover.state != Handover.State.ASKED:
        raise HandoverOver(_("Es gibt keine offene Rückfrage."))
    at = at or timezone.now()
    is_at_work = handover.report.status == Status.IN_PROGRESS
    handover.state = Handover.State.TAKEN_OVER if is_at_work else Handover.State.TOLD
    begin_waiting(handover, at=at)
    handover.save(update_fields=["state", "remind_on", "escalate_on", "reminded_at", "escalated_at"])
    event = record(handover, "answered", at=at, actor=actor, text=text, idempotency_key=idempotency_key)
    if handover.department.email:
        letters.answer_body(handover, event_id=event.pk, text=text, at=at)
    return handover


@transaction.atomic
def renew_link(*, handover: Handover, at: dt.datetime | None = None) -> bool:
    """Send a new link to the body's stored address instead of one that expired; False when nobody is asked any more."""
    try:
        handover = _lock(handover, None)
    except HandoverOver:
        return False
    at = at or timezone.now()
    if not handover.department.email:
        return False
    letters.send_new_link(handover, at=at)
    return True


def _follow(report: Report, status: Status, *, at: dt.datetime) -> None:
    """Move the report's status where the table of transitions allows it; the public hears of it, without words."""
    if may_follow(report.status, status):
        change_status(report=report, status=status, actor=None, at=at)
