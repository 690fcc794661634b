"""The mails about many reports: to each reporter who wants it, and one in all to whom the reports now belong."""

from collections.abc import Collection, Iterable

from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.models import User
from apps.outbox.services import Letter
from apps.places.links import public_url
from apps.places.models import Municipality
from apps.reports.models import Event, Report
from apps.reports.notifications import changed_letter
from apps.reports.readers import readers_of_many

#: Reports that a mail names one by one; the rest is a number.
NAMED = 30


def changed_letters(keys: Collection[int], events: Iterable[Event]) -> list[Letter]:
    """Return a mail for everybody who wants to hear of the reports, each about the line of history of theirs."""
    lines = {event.report_id: event for event in events}
    concerned = list(Report.objects.filter(pk__in=keys).for_page())
    return [changed_letter(report, lines[report.pk], reader) for report, reader in readers_of_many(concerned)]


def handed_over_letters(
    addresses: Collection[str],
    rows: list[dict[str, object]],
    *,
    municipality: Municipality,
    actor: User,
    note: str,
    reference: str,
) -> list[Letter]:
    """Return one mail an address about the reports (dictionaries of the plan) that now belong there."""
    if not rows:
        return []
    context = {
        "rows": rows[:NAMED],
        "count": len(rows),
        "more": max(0, len(rows) - NAMED),
        "who": actor,
        "note": note,
        "town": municipality,
        "desk_url": public_url(municipality, reverse("reports:inbox")),
    }
    subject, _, body = render_to_string("reports/mail/handed_over.txt", context).lstrip().partition("\n")
    return [
        Letter(recipient=address, subject=subject.strip(), body=body.strip() + "\n", reference=reference)
        for address in addresses
    ]
