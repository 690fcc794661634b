"""One mail to a department about many reports."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from urllib.parse import urlencode

from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from apps.departments.models import Department
from apps.outbox.services import enqueue
from apps.places.links import public_url
from apps.reports.models import Report, RuleApplication

#: A desk of the town has its inbox; its mail names no more reports than anybody reads.
LISTED = 50


def tell_rules_applied(
    *,
    application: RuleApplication,
    department: Department,
    gained: Sequence[Report],
    lost: Sequence[Report],
    copied: Sequence[Report],
) -> None:
    """Queue the mail about what a change of the rules brought to a department and took from it; once per order.

    A body outside has no account here: it gets every report in full, and never who reported it.
    """
    if not department.email:
        return
    is_external = department.organisation.is_external
    limit = None if is_external else LISTED
    text = render_to_string(
        "reports/mail/rules_applied.txt",
        {
            "town": department.municipality,
            "department": department,
            "is_external": is_external,
            "reason": application.reason,
            "sections": {
                "gained": (gained[:limit], len(gained) - len(gained[:limit])),
                "copied": (copied[:limit], len(copied) - len(copied[:limit])),
                "lost": (lost[:limit], len(lost) - len(lost[:limit])),
            },
            "inbox_url": "" if is_external else public_url(department.municipality, reverse("reports:inbox")),
        },
    )
    subject, _rest, body = text.lstrip().partition("\n")
    enqueue(
        municipality=department.municipality,
        recipient=department.email,
        subject=subject.strip(),
        body=body.strip() + "\n",
        dedupe_key=f"rules-applied-{application.pk}-{department.pk}",
    )


def tell_back_to_nobody(keys: Collection[int]) -> None:
    """Queue one mail to each of the town's own departments about its reports among ``keys`` that nobody works on now.

    Called in the transaction that took them from somebody. Two statements, and one for each department told.
    """
    reports = Report.objects.filter(pk__in=keys, executor__organisation__is_external=False).exclude(executor__email="")
    of_department: dict[Department, list[Report]] = defaultdict(list)
    rows = reports.select_related("category", "executor__municipality").defer("search_text")
    for report in rows.order_by(F("due_on").asc(nulls_last=True), "pk"):
        of_department[report.executor].append(report)
    for department, theirs in of_department.items():
        query = urlencode({"department": department.code, "assignee": "niemand", "status": "offen"})
        context = {
            "reports": theirs[:LISTED],
            "more": len(theirs[LISTED:]),
            "department": department,
            "town": department.municipality,
            "url": public_url(department.municipality, f"{reverse('reports:inbox')}?{query}"),
        }
        subject, _rest, body = render_to_string("reports/mail/back_to_nobody.txt", context).lstrip().partition("\n")
        first = min(theirs, key=lambda report: report.pk)
        enqueue(
            municipality=department.municipality,
            recipient=department.email,
            subject=subject.strip(),
            body=body.strip() + "\n",
            # A report is let go of once with each version of it.
            dedupe_key=f"back-to-nobody-{department.pk}-{first.pk}-{first.version}",
        )
