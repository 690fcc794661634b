"""The mails of a handover: to the body outside with its link, and to the town's desk when the body says something.

The body reads what the thing is and where; never who reported it, nor a word from inside the desk.
"""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from apps.departments.models import Department
from apps.geo.degrees import to_degrees
from apps.outbox.models import Message
from apps.places.links import public_url
from apps.reports.answered import told_inside
from apps.reports.handovers.links import link_for
from apps.reports.models import Handover, Report
from apps.reports.notifications import send


def words_for_outside(report: Report) -> str:
    """Return what a body outside reads: the moderated text when there is one, else what was reported."""
    return report.public_text or report.description


def key_of(handover: Handover, occasion: str) -> str:
    """Return the key under which a mail of a handover exists once (``undelivered`` reads it)."""
    return f"handover-{handover.public_id}-{occasion}"


def tell_body(handover: Handover, text: str = "") -> Message:
    """Queue the mail that hands the report over; ``text`` says why it comes again."""
    return _to_body(handover, "told", "told", at=handover.told_at, text=text)


def remind_body(handover: Handover, *, at: dt.datetime) -> Message:
    """Queue the reminder: there has been no answer."""
    return _to_body(handover, f"reminder-{handover.remind_on}", "reminder", at=at)


def answer_body(handover: Handover, *, event_id: int, text: str, at: dt.datetime) -> Message:
    """Queue the desk's answer to the body's question."""
    return _to_body(handover, f"answer-{event_id}", "answer", at=at, text=text)


def send_new_link(handover: Handover, *, at: dt.datetime) -> Message:
    """Queue the mail with a new link for one that had expired; it goes to the stored address."""
    return _to_body(handover, f"link-{at:%Y%m%d%H%M%S}", "link", at=at)


def tell_desk(
    handover: Handover, occasion: str, template: str, *, to: Department | None = None, **context: object
) -> None:
    """Queue a mail to the town's desk (the triage desk unless another is named) with the link to the work page."""
    report = handover.report
    desk = to or Department.objects.filter(municipality=report.municipality_id, is_triage=True).first()
    if desk is None or not desk.email:
        return
    url = public_url(report.municipality, reverse("reports:work", args=[report.public_id]))
    send(
        report,
        desk.email,
        key_of(handover, f"{occasion}-{desk.pk}"),
        f"reports/mail/handover_{template}.txt",
        handover=handover,
        department=handover.department,
        desk_url=url,
        **context,
    )


def _to_body(handover: Handover, occasion: str, template: str, *, at: dt.datetime, **context: object) -> Message:
    report = handover.report
    return send(
        report,
        handover.department.email,
        key_of(handover, occasion),
        f"reports/mail/handover_{template}.txt",
        handover=handover,
        department=handover.department,
        url=link_for(handover, at=at),
        words=words_for_outside(report),
        answers=told_inside(report),
        lonlat=to_degrees(report.point),
        day=timezone.localdate(at),
        **context,
    )
