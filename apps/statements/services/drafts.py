"""Changes of an unfinished form. No words are refused: what was typed is kept as it is."""

import datetime as dt
import uuid
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from apps.consultations.models import Consultation
from apps.consultations.phases import Action, Role, require
from apps.statements.models import Attachment, Draft

LIVES = dt.timedelta(days=7)
MAX_PLACES, MAX_REFERENCES = 10, 10


def keep_draft(
    *,
    consultation: Consultation,
    number: uuid.UUID,
    values: dict[str, str],
    role: Role = Role.PUBLIC,
    at: dt.datetime | None = None,
) -> Draft:
    """Store what is typed under the form's number; the last one wins. Raises ``NotNow`` unless everybody sees it."""
    at = at or timezone.now()
    require(Action.PREPARE, consultation, at=at, role=role)
    draft, _created = Draft.objects.update_or_create(
        number=number,
        consultation=consultation,
        municipality_id=consultation.municipality_id,
        defaults={"values": values, "saved_at": at},
    )
    return draft


def add_place(*, draft: Draft, geometry: Any) -> bool:
    """Add a storage-CRS geometry to a draft; False when there are ten."""
    return _add_entry(draft, "places", bytes(geometry.ewkb).hex(), MAX_PLACES)


def add_reference(*, draft: Draft, document: str, page: str) -> bool:
    """Add a paper (its public id) and a page to a draft; False when there are ten."""
    return _add_entry(draft, "references", [document, page], MAX_REFERENCES)


@transaction.atomic
def _add_entry(draft: Draft, name: str, entry: Any, most: int) -> bool:
    fresh = Draft.objects.select_for_update().get(pk=draft.pk)
    entries = getattr(fresh, name)
    if entry in entries or len(entries) >= most:
        return entry in entries
    setattr(fresh, name, [*entries, entry])
    fresh.save(update_fields=[name])
    return True


@transaction.atomic
def remove_entry(*, draft: Draft, name: str, index: int) -> None:
    """Take one of ``places`` or ``references`` out of a draft; nothing happens when there is none."""
    fresh = Draft.objects.select_for_update().get(pk=draft.pk)
    entries = list(getattr(fresh, name))
    if 0 <= index < len(entries):
        del entries[index]
        setattr(fresh, name, entries)
        fresh.save(update_fields=[name])


def forget_drafts(*, at: dt.datetime) -> int:
    """Delete drafts that nobody has touched for a week, with their files; return how many. Statements are no drafts."""
    count = 0
    for draft in Draft.objects.filter(saved_at__lt=at - LIVES):
        with transaction.atomic():
            locked = Draft.objects.select_for_update().filter(pk=draft.pk, saved_at__lt=at - LIVES).first()
            if locked is None:
                continue
            files = [str(name) for name in locked.attachments.values_list("file", flat=True)]
            Attachment.objects.filter(draft=locked).delete()
            locked.delete()
        for name in files:
            default_storage.delete(name)
        count += 1
    return count
