"""Two reports of the same thing become one case, and two again when that was wrong."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contributions.models import contact_dies_on
from apps.geo.editing import ChangeRefused
from apps.reports import changes, notifications
from apps.reports.models import Contact, Event, Follower, Merge, Report
from apps.reports.services.handling import set_status
from apps.reports.transitions import Status


@transaction.atomic
def merge_reports(
    *, report: Report, main: Report, actor: User, version: int | None = None, at: dt.datetime | None = None
) -> Merge:
    """Close ``report`` as a duplicate of ``main``. Photos, followers, contact data and history stay and count for both.

    From now on every answer to ``main`` reaches the reporters of both; the addresses live as long as ``main`` is open.
    """
    if report.pk == main.pk:
        raise ChangeRefused(_("Das ist dieselbe Meldung."))
    # Always in the same order, so that two merges of the same pair never wait for each other.
    first, second = sorted([report, main], key=lambda r: r.pk)
    locked = {r.pk: changes.lock(r, version=version if r.pk == report.pk else None) for r in (first, second)}
    report, main, at = locked[report.pk], locked[main.pk], at or timezone.now()
    if report.municipality_id != main.municipality_id:
        raise ChangeRefused(_("Die andere Meldung gehört zu einer anderen Gemeinde."))
    if main.merges.filter(undone_at=None).exists():
        raise ChangeRefused(_("Die andere Meldung ist selbst schon mit einer weiteren zusammengeführt."))
    if report.merged.filter(undone_at=None).exists():
        raise ChangeRefused(_("Zu dieser Meldung gehören schon andere. Führen Sie bitte die andere hierher zusammen."))
    if report.merges.filter(undone_at=None).exists():
        raise ChangeRefused(_("Diese Meldung ist schon zusammengeführt."))
    merge = Merge.objects.create(duplicate=report, main=main, status_before=report.status, actor=actor, at=at)
    _record(report, main, Event.Kind.MERGED, actor=actor, at=at)
    event = set_status(report, Status.DUPLICATE, actor=actor, at=at)
    changes.save(report, "status", "closed_at")
    changes.save(main)
    dies_on = contact_dies_on(timezone.localdate(main.closed_at)) if main.closed_at else None
    Contact.objects.filter(report=report).update(dies_on=dies_on)
    Follower.objects.filter(report=report).update(dies_on=dies_on)
    notifications.tell_reporter_changed(report, event)
    return merge


@transaction.atomic
def undo_merge(*, merge: Merge, actor: User, at: dt.datetime | None = None) -> Report:
    """Take a merge back: the duplicate is a report of its own again, in the status that it had before."""
    first, second = sorted([merge.duplicate, merge.main], key=lambda r: r.pk)
    locked = {r.pk: changes.lock(r) for r in (first, second)}
    report, main, at = locked[merge.duplicate_id], locked[merge.main_id], at or timezone.now()
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at:
        raise ChangeRefused(_("Die beiden Meldungen sind schon wieder getrennt."))
    _record(report, main, Event.Kind.UNMERGED, actor=actor, at=at)
    event = set_status(report, merge.status_before, actor=actor, at=at)  # ends the merge as well
    changes.save(report, "status", "closed_at")
    changes.save(main)
    notifications.tell_reporter_changed(report, event)
    return report


def _record(report: Report, main: Report, kind: Event.Kind, *, actor: User, at: dt.datetime) -> None:
    """Write the line of history on both sides."""
    changes.record(report, kind, actor=actor, at=at, data={"as": "duplicate", "other": main.reference})
    changes.record(main, kind, actor=actor, at=at, data={"as": "main", "other": report.reference})
