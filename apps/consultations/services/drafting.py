"""Texts, codes and area of a consultation."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.consultations.areas.keeping import keep_areas
from apps.consultations.models import Consultation
from apps.consultations.services.history import history
from apps.consultations.services.proof import record_shown
from apps.geo.editing import ChangeRefused, apply_edit, lock_for_edit
from apps.places.models import Municipality


@transaction.atomic
def create_draft(*, municipality: Municipality, actor: Any, values: dict[str, Any]) -> Consultation:
    """Store a new draft; ``values`` are fields of the form, ``area`` in the storage CRS or None."""
    with history(actor):
        return Consultation.objects.create(municipality=municipality, **values)


@transaction.atomic
def change_consultation(
    *, consultation: Consultation, actor: Any, version: int, values: dict[str, Any]
) -> Consultation:
    """Store an edit. Raises ``StaleEdit``, and ``ChangeRefused`` when a published one would lose its area."""
    with history(actor):
        fresh = lock_for_edit(consultation, version=version)
        if fresh.is_public and "area" in values and values["area"] is None:
            raise ChangeRefused(_("Ein veröffentlichtes Verfahren braucht seinen Geltungsbereich."))
        if apply_edit(fresh, values):
            keep_areas(fresh, at=timezone.now())
            record_shown(fresh, at=timezone.now())
        return fresh
