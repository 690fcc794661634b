"""Texts, codes and area of a consultation."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.history import history
from apps.accounts.models import User
from apps.consultations.areas.keeping import keep_areas
from apps.consultations.models import Consultation
from apps.consultations.phases import Action, require
from apps.consultations.services.proof import record_shown
from apps.geo.editing import apply_edit, lock_for_edit
from apps.places.models import Municipality


@transaction.atomic
def create_draft(*, municipality: Municipality, actor: User | None, values: dict[str, object]) -> Consultation:
    """Store a new draft; ``values`` are fields of the form, ``area`` in the storage CRS or None."""
    with history(actor):
        return Consultation.objects.create(municipality=municipality, **values)


@transaction.atomic
def change_consultation(
    *, consultation: Consultation, actor: User | None, version: int, values: dict[str, object]
) -> Consultation:
    """Store an edit. Raises ``StaleEdit``, and ``NotNow`` when a published one would lose its area."""
    with history(actor):
        fresh = lock_for_edit(consultation, version=version)
        now = timezone.now()
        require(Action.EDIT, fresh, at=now)
        if "area" in values and values["area"] is None:
            require(Action.DROP_AREA, fresh, at=now)
        if apply_edit(fresh, values):
            keep_areas(fresh, at=now)
            record_shown(fresh, at=now)
        return fresh
