"""Every change of a hotspot. Each function is one transaction with its history."""

import datetime as dt

from django.db import transaction
from django.db.models import F

from apps.accounts.history import history
from apps.accounts.models import User
from apps.geo.editing import apply_edit, lock_for_edit
from apps.hotspots.models import Hotspot
from apps.places.models import Municipality

#: What a feed called online and nobody has heard of for so long is shown as unknown.
SILENT_AFTER = dt.timedelta(hours=24)


@transaction.atomic
def add_hotspot(*, municipality: Municipality, actor: User, values: dict[str, object]) -> Hotspot:
    """Store a hotspot entered at the desk; ``values`` are fields of the form, ``point`` in the storage CRS."""
    with history(actor):
        return Hotspot.objects.create(municipality=municipality, **values)


@transaction.atomic
def change_hotspot(*, hotspot: Hotspot, actor: User, version: int, values: dict[str, object]) -> Hotspot:
    """Store an edit from the desk. Raises ``StaleEdit`` when the row is not at ``version`` any more."""
    with history(actor):
        fresh = lock_for_edit(hotspot, version=version)
        apply_edit(fresh, values)
        return fresh


@transaction.atomic
def doubt_silent_hotspots(*, at: dt.datetime) -> int:
    """Set hotspots to unknown that no feed has seen for ``SILENT_AFTER``; return how many.

    A map that calls a dead hotspot "in operation" sends people out for nothing.
    """
    with history(None, job="doubt_silent_hotspots"):
        return Hotspot.objects.silent_since(at - SILENT_AFTER).update(
            status=Hotspot.Status.UNKNOWN, changed_at=at, version=F("version") + 1
        )
