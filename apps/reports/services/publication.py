"""What the public sees of a report, and from when on it does not any more."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.geo.editing import ChangeRefused
from apps.reports import changes
from apps.reports.corrections import count_words, word_changes
from apps.reports.models import Event, Report
from apps.reports.transitions import Publication


@transaction.atomic
def release(
    *,
    report: Report,
    actor: User,
    public_text: str = "",
    reason: str = "",
    version: int | None = None,
    at: dt.datetime | None = None,
) -> Report:
    """Publish a report with the corrected text (the original when none is given), or correct what is public already.

    The original stays inside and is never changed; the history says how many words went and came, and why. Raises
    ``ChangeRefused`` when a public text is to be corrected into itself.
    """
    report = changes.lock(report, version=version)
    was_public, old_text = report.is_released, report.public_text
    report.public_text = public_text or report.public_text or report.description
    if was_public and report.public_text == old_text:
        raise ChangeRefused(_("Genau dieser Text ist schon veröffentlicht."))
    report.publication = Publication.RELEASED
    data: dict[str, object] = {"corrected": report.public_text != report.description, "again": was_public}
    if data["corrected"]:
        data |= count_words(word_changes(report.description, report.public_text))
    if reason:
        data["reason"] = reason
    changes.record(report, Event.Kind.RELEASED, actor=actor, at=at or timezone.now(), data=data)
    changes.save(report, "publication", "public_text")
    return report


@transaction.atomic
def hide(
    *, report: Report, actor: User, reason: str = "", version: int | None = None, at: dt.datetime | None = None
) -> Report:
    """Take a report from every public outlet, or decide that it never gets there."""
    report = changes.lock(report, version=version)
    if report.publication == Publication.HIDDEN:
        raise ChangeRefused(_("Die Meldung ist schon nicht öffentlich."))
    report.publication = Publication.HIDDEN
    changes.record(report, Event.Kind.HIDDEN, actor=actor, at=at or timezone.now(), text=reason)
    changes.save(report, "publication")
    return report
