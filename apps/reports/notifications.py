"""The mails about a report: German, plain, to one recipient each, stored in the caller's transaction.

Bodies outside the town get what they need to find and repair the thing, never who reported it.
"""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.departments.models import Department
from apps.geo.degrees import to_degrees
from apps.outbox.models import Message
from apps.outbox.services import Letter, enqueue, enqueue_all
from apps.places.links import public_url
from apps.places.models import Municipality
from apps.reports.answered import told_inside
from apps.reports.links import status_url
from apps.reports.models import Contact, Cover, Event, Follower, Question, Report
from apps.reports.readers import Reader, follow_url, readers_of
from apps.reports.transitions import EXPLAINED, Status


def tell_submitted(report: Report, contact: Contact | None) -> None:
    """Queue the mails about a new report: to the department that acts, to the one that gets a copy, to the reporter.

    ``contact`` is None where the reporter shall have no mail. A body outside is told by ``handovers`` instead.
    """
    is_handed_over = report.executor.organisation.is_external
    letters = [None if is_handed_over else _handing_over(report, report.executor)]
    if report.copy_to and report.copy_to != report.executor:
        letters.append(_to_department(report, report.copy_to, "copy", "reports/mail/department.txt", is_copy=True))
    if contact and contact.wants_updates:
        context = {"contact": contact, "status_url": status_url(report), "explained": EXPLAINED[Status(report.status)]}
        letters.append(_letter(report, contact.email, "reporter-received", "reports/mail/received.txt", **context))
    _send(report, *letters)


def tell_department(report: Report, department: Department) -> None:
    """Queue the mail that hands a report to a department."""
    _send(report, _handing_over(report, department))


def tell_department_still_broken(report: Report, text: str) -> None:
    """Queue the mails that the reporter found a finished report not repaired, to desk and person."""
    key, template = f"still-broken-{report.version}", "reports/mail/still_broken.txt"
    _send(report, _to_department(report, report.executor, key, template, text=text))
    tell_assignee(report, key, template, text=text)


def tell_assignee(report: Report, key: str, template: str, **context: object) -> None:
    """Queue a mail to the person who works on the report, and to whoever covers for them today."""
    if report.assignee is None:
        return
    desk_url = public_url(report.municipality, reverse("reports:work", args=[report.public_id]))
    words = {"desk_url": desk_url, "lonlat": to_degrees(report.point), **context}
    key = f"assignee-{report.assignee_id}-{key}"
    addresses = addresses_of(report.assignee, report.municipality)
    _send(report, *(_letter(report, to, f"{key}-{n}", template, **words) for n, to in enumerate(addresses)))


def addresses_of(person: User, municipality: Municipality) -> list[str]:
    """Return where mail about a person's work goes: to them, and to whoever covers for them today."""
    covers = Cover.objects.filter(municipality=municipality, person=person, cover__is_active=True)
    return [person.email, *covers.on(timezone.localdate()).values_list("cover__email", flat=True)]


def tell_reporter_changed(report: Report, event: Event) -> None:
    """Queue the mail about a public change to everybody who wants to hear of the report, each with their own link."""
    _send(report, *(changed_letter(report, event, reader) for reader in readers_of(report)))


def changed_letter(report: Report, event: Event, reader: Reader) -> Letter:
    """Return the mail about a public change to one reader."""
    return _letter(
        report,
        reader.email,
        f"{reader.key}-event-{event.pk}",
        "reports/mail/changed.txt",
        event=event,
        status_url=reader.url,
        is_follower=reader.is_follower,
        explained=EXPLAINED[Status(report.status)],
    )


def tell_reporter_asked(report: Report, question: Question, *, again: bool = False) -> None:
    """Queue the mail with a question to the reporter, if there is an address: a question is no news, so it needs none
    of the reporter's wishes; ``again`` is the one reminder."""
    contact = Contact.objects.filter(report=report).exclude(email="").first()
    if contact is not None:
        key = f"reporter-question-{question.pk}" + ("-again" if again else "")
        context = {"text": question.asked.text, "status_url": status_url(report), "again": again}
        _send(report, _letter(report, contact.email, key, "reports/mail/question.txt", **context))


def tell_department_replied(report: Report, question: Question, text: str) -> None:
    """Queue the mail that the reporter has answered a question."""
    _send(report, _to_department(report, report.executor, f"reply-{question.pk}", "reports/mail/reply.txt", text=text))


def tell_follower(follower: Follower) -> None:
    """Queue the mail that asks the owner of an address whether it was really them (double opt-in)."""
    report = follower.report
    key = f"follow-{follower.pk}"
    _send(report, _letter(report, follower.email, key, "reports/mail/follow.txt", follow_url=follow_url(follower)))


def _handing_over(report: Report, department: Department) -> Letter | None:
    return _to_department(report, department, f"assigned-{report.version}", "reports/mail/department.txt")


def _to_department(report: Report, department: Department, key: str, template: str, **context: object) -> Letter | None:
    if not department.email:
        return None
    is_external = department.organisation.is_external
    # A body outside has no account here: it gets the text itself, and no link into the desk.
    desk_url = "" if is_external else public_url(report.municipality, reverse("reports:work", args=[report.public_id]))
    return _letter(
        report,
        department.email,
        f"department-{department.pk}-{key}",
        template,
        department=department,
        is_external=is_external,
        desk_url=desk_url,
        answers=told_inside(report),
        lonlat=to_degrees(report.point),
        **context,
    )


def send(report: Report, recipient: str, key: str, template: str, **context: object) -> Message:
    """Queue one mail about a report and return its message; ``key`` lets it exist once."""
    return enqueue(municipality=report.municipality, **vars(_letter(report, recipient, key, template, **context)))


def _letter(report: Report, recipient: str, key: str, template: str, **context: object) -> Letter:
    """Render a template whose first line is the subject; ``key`` lets the mail exist once for the report."""
    text = render_to_string(template, {"report": report, "town": report.municipality, **context})
    subject, _, body = text.lstrip().partition("\n")
    return Letter(
        recipient=recipient,
        subject=subject.strip(),
        body=body.strip() + "\n",
        dedupe_key=f"report-{report.public_id}-{key}",
        reference=report.public_id,
    )


def _send(report: Report, *letters: Letter | None) -> None:
    """Store the mails in one statement; None stands for a department without an address."""
    enqueue_all(municipality=report.municipality, letters=filter(None, letters))
