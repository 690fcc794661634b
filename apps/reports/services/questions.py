"""A question to the citizen: asked by the desk, answered through the status link, reminded once."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.geo.editing import ChangeRefused
from apps.reports import changes, notifications
from apps.reports.models import Event, Question, Report
from apps.reports.services.handling import set_status
from apps.reports.transitions import Status, may_follow

REMIND_AFTER = dt.timedelta(days=7)


@transaction.atomic
def ask_citizen(
    *, report: Report, text: str, actor: User, version: int | None = None, at: dt.datetime | None = None
) -> Question:
    """Ask the reporter; the report waits meanwhile where the table of transitions allows it.

    The question goes out by mail when an address is known, and stands on the page behind the status link in any case.
    Refused while another question is open or the report is closed.
    """
    report = changes.lock(report, version=version)
    at = at or timezone.now()
    if report.is_closed:
        raise ChangeRefused(_("Die Meldung ist abgeschlossen. Öffnen Sie sie wieder, bevor Sie fragen."))
    if report.questions.filter(reply=None).exists():
        raise ChangeRefused(_("Eine Frage ist noch offen. Warten Sie bitte die Antwort ab."))
    asked = changes.record(report, Event.Kind.QUESTION, actor=actor, at=at, text=text)
    before = report.status
    if may_follow(before, Status.WAITING):
        set_status(report, Status.WAITING, actor=actor, at=at)
    question = Question.objects.create(report=report, asked=asked, asked_at=at, status_before=before)
    changes.save(report, "status", "closed_at")
    notifications.tell_reporter_asked(report, question)
    return question


@transaction.atomic
def reply_to_question(*, report: Report, text: str, idempotency_key: uuid.UUID, at: dt.datetime | None = None) -> bool:
    """Take the reporter's reply to the open question; the report goes on and the department is told.

    False when there is nothing to answer (any more), as for the same POST a second time.
    """
    report = changes.lock(report)
    question = report.questions.select_for_update().filter(reply=None).first()
    if question is None or report.events.filter(idempotency_key=idempotency_key).exists():
        return False
    at = at or timezone.now()
    question.reply = changes.record(report, Event.Kind.REPLY, at=at, text=text, idempotency_key=idempotency_key)
    question.save(update_fields=["reply"])
    back = question.status_before if question.status_before != Status.SUBMITTED else Status.RECEIVED
    if report.status == Status.WAITING and question.status_before != Status.WAITING:
        set_status(report, back if may_follow(Status.WAITING, back) else Status.IN_PROGRESS, actor=None, at=at)
    changes.save(report, "status", "closed_at")
    notifications.tell_department_replied(report, question, text)
    return True


def remind_unanswered(*, at: dt.datetime | None = None) -> int:
    """Remind once of each question that has waited a week on an open report; returns how many."""
    at = at or timezone.now()
    due = Question.objects.filter(reply=None, reminded_at=None, asked_at__lte=at - REMIND_AFTER, report__closed_at=None)
    reminded = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            question = (
                due.select_for_update(of=("self",), skip_locked=True)
                .select_related("asked", "report__municipality", "report__category", "report__executor")
                .filter(pk=pk)
                .first()
            )
            if question is None:
                continue
            question.reminded_at = at
            question.save(update_fields=["reminded_at"])
            notifications.tell_reporter_asked(question.report, question, again=True)
            reminded += 1
    return reminded
