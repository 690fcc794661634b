"""One mail to a department about many reports."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from apps.outbox.services import enqueue
from apps.places.links import public_url
from apps.reports.models import Report, RuleApplication

#: A desk of the town has its inbox; its mail names no more reports than anybody reads.
LISTED = 50


def tell_rules_applied(
    *,
    application: RuleApplication,
    department: Any,
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
