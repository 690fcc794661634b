"""Once each working day a department hears what is due: one mail, and none when nothing is."""

import datetime as dt

from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from apps.departments.models import Department
from apps.outbox.services import enqueue
from apps.places.links import public_url
from apps.places.models import Municipality
from apps.places.working_days import is_working_day, last_working_day_of_week
from apps.reports.models import Report

#: Reports that the mail names one by one, the most overdue first.
NAMED = 15


def tell_what_is_due(*, day: dt.date) -> int:
    """Queue the mails of a local date and return how many there are; a second run of the day adds none.

    Told are the towns' own departments with an address, where something is overdue or due on ``day``. Bodies outside
    are reminded report by report.
    """
    told = 0
    for town in Municipality.objects.order_by("pk"):
        if is_working_day(day, town.key):
            told += sum(_tell(town, department, day) for department in _departments_with_work(town, day))
    return told


def _departments_with_work(town: Municipality, day: dt.date) -> list[Department]:
    due = Report.objects.filter(municipality=town).open().filter(due_on__lte=day).values("executor")
    return list(Department.objects.active().internal().filter(pk__in=due).exclude(email="").order_by("pk"))


def _tell(town: Municipality, department: Department, day: dt.date) -> bool:
    week = last_working_day_of_week(day, town.key)
    theirs = Report.objects.filter(municipality=town, executor=department).open()
    counts: dict[str, int] = theirs.aggregate(
        overdue=Count("pk", filter=Q(due_on__lt=day)),
        today=Count("pk", filter=Q(due_on=day)),
        week=Count("pk", filter=Q(due_on__gt=day, due_on__lte=week)),
    )
    named = list(theirs.filter(due_on__lte=day).select_related("category", "assignee").order_by("due_on", "pk")[:NAMED])
    query = urlencode({"department": department.code, "status": "offen", "order": "ziel"})
    context: dict[str, object] = {
        **counts,
        "reports": named,
        "more": counts["overdue"] + counts["today"] - len(named),
        "department": department,
        "day": day,
        "town": town,
        "url": public_url(town, f"{reverse('reports:inbox')}?{query}"),
    }
    subject, _, body = render_to_string("reports/mail/due.txt", context).lstrip().partition("\n")
    key = f"due-{department.pk}-{day:%Y-%m-%d}"
    message = enqueue(
        municipality=town,
        recipient=department.email,
        subject=subject.strip(),
        body=body.strip() + "\n",
        dedupe_key=key,
        reference=key,
    )
    return bool(message.pk)
