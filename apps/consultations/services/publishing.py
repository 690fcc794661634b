"""Letting everybody see a consultation, and taking it back."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.areas.keeping import keep_areas
from apps.consultations.codes import State
from apps.consultations.models import Consultation, ProofEntry
from apps.consultations.phases import Action, require
from apps.consultations.publication.checks import DEFAULT_CHECKS, Check, Finding, run_checks
from apps.consultations.services.overriding import not_lifted
from apps.consultations.services.proof import record, record_shown
from apps.consultations.services.states import settle
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit


class PublicationRefused(ChangeRefused):
    """Checks found errors; ``findings`` are all of them."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__(_("Das Verfahren kann noch nicht veröffentlicht werden."))


@transaction.atomic
def publish_consultation(
    *,
    consultation: Consultation,
    actor: User | None,
    version: int,
    at: dt.datetime,
    checks: Iterable[Check] = DEFAULT_CHECKS,
) -> Consultation:
    """Let everybody see a draft (or a withdrawn one again); its state follows from its periods at ``at``.

    A public one may get further rounds in the same way. What a second person has granted does not hold it back. Raises
    ``StaleEdit``, and ``PublicationRefused`` with the findings when a check found an error.
    """
    with history(actor):
        fresh = lock_for_edit(consultation, version=version)
        require(Action.PUBLISH, fresh, at=at)
        waiting = fresh.periods.filter(is_published=False)
        if fresh.is_public and not waiting.exists():
            raise ChangeRefused(_("Dieses Verfahren ist schon veröffentlicht."))
        findings = run_checks(fresh, at, checks)
        if not_lifted(fresh, findings):
            raise PublicationRefused(findings)
        lifted = [{"code": finding.code, "text": finding.text} for finding in findings if finding.is_error]
        if lifted:
            record(fresh, kind=ProofEntry.Kind.OVERRIDE, body={"findings": lifted}, at=at)
        waiting.update(is_published=True)
        changes = {"published_at": fresh.published_at or at, "papers_version": fresh.papers_version + 1}
        apply_edit(fresh, changes)
        settle(at, only=fresh.pk)
        fresh.refresh_from_db()
        keep_areas(fresh, at=at)
        record_shown(fresh, at=at)
        return fresh


@transaction.atomic
def withdraw_consultation(*, consultation: Consultation, actor: User | None, version: int, reason: str) -> Consultation:
    """Take a published consultation from the public pages; the reason stays in its internal note and history.

    Raises ``StaleEdit`` and ``NotNow``.
    """
    with history(actor, reason=reason):
        fresh = lock_for_edit(consultation, version=version)
        now = timezone.now()
        require(Action.WITHDRAW, fresh, at=now)
        note = "\n".join(filter(None, [fresh.internal_note, _("Zurückgezogen: %(reason)s") % {"reason": reason}]))
        apply_edit(fresh, {"state": State.WITHDRAWN, "internal_note": note})
        record(fresh, kind=ProofEntry.Kind.WITHDRAWN, body={}, at=now)
        return fresh
