"""The notice of a round and its entry in the Land's portal."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.models import Consultation, PortalEntry, ProofEntry, PublicNotice
from apps.consultations.phases import Action, require
from apps.consultations.services.proof import record, record_shown
from apps.geo.editing import apply_edit, lock_for_edit


@transaction.atomic
def save_notice(
    *,
    consultation: Consultation,
    actor: User | None,
    version: int,
    kind: str,
    text: str,
    environmental_information: str,
) -> Consultation:
    """Store the notice of the round of that kind. Raises ``StaleEdit`` and ``NotNow``."""
    with history(actor):
        fresh = lock_for_edit(consultation, version=version)
        now = timezone.now()
        require(Action.NOTICE, fresh, at=now)
        notice = PublicNotice.objects.filter(consultation=fresh, kind=kind).first()
        notice = notice or PublicNotice(municipality_id=fresh.municipality_id, consultation=fresh, kind=kind)
        new = {"text": text, "environmental_information": environmental_information}
        if notice.pk is None or any(getattr(notice, name) != value for name, value in new.items()):
            notice.text, notice.environmental_information, notice.changed_at = text, environmental_information, now
            notice.save()
            apply_edit(fresh, {"papers_version": fresh.papers_version + 1})
            record_shown(fresh, at=now)
        return fresh


@transaction.atomic
def record_portal_entry(
    *, consultation: Consultation, actor: User | None, version: int, kind: str, entered_on: dt.date, url: str
) -> Consultation:
    """Note when a round was entered into the Land's portal and where it stands there.

    Raises ``StaleEdit`` and ``NotNow``.
    """
    with history(actor):
        fresh = lock_for_edit(consultation, version=version)
        now = timezone.now()
        require(Action.PORTAL, fresh, at=now)
        values = {
            "municipality_id": fresh.municipality_id,
            "entered_on": entered_on,
            "url": url,
            "recorded_by": actor,
            "recorded_at": now,
        }
        PortalEntry.objects.update_or_create(consultation=fresh, kind=kind, defaults=values)
        body = {"round": kind, "entered_on": entered_on.isoformat(), "url": url}
        record(fresh, kind=ProofEntry.Kind.PORTAL, body=body, at=now)
        apply_edit(fresh, {"papers_version": fresh.papers_version + 1})
        record_shown(fresh, at=now)
        return fresh
