"""Letters to the neighbourhood: addresses around the plan's area, frozen with a checksum, and when they were sent."""

import datetime as dt
import hashlib
from typing import Any

from django.contrib.gis.measure import D
from django.db import transaction
from django.utils.translation import gettext as _

from apps.consultations.models import Consultation
from apps.geo.editing import ChangeRefused
from apps.places.models import Address
from apps.statements.models import Mailing

MOST = 5_000
MAX_BUFFER_M = 2_000


def addresses_around(consultation: Consultation, buffer_m: int) -> list[str]:
    """Return the labels of the town's addresses within ``buffer_m`` of the plan's area (its inside counts); ordered."""
    if consultation.area is None:
        return []
    near = Address.objects.filter(
        municipality=consultation.municipality_id, point__dwithin=(consultation.area, D(m=buffer_m))
    )
    return [str(address) for address in near.order_by("street", "house_number", "pk")[: MOST + 1]]


@transaction.atomic
def make_mailing(*, consultation: Consultation, actor: Any, buffer_m: int, text: str) -> Mailing:
    """Freeze the addresses of now. Raises ``ChangeRefused`` when there is none, or more than letters can be written."""
    found = addresses_around(consultation, buffer_m)
    if not found:
        raise ChangeRefused(_("In diesem Umkreis kennen wir keine Adresse."))
    if len(found) > MOST:
        raise ChangeRefused(_("Das sind mehr als %(n)d Adressen. Bitte verkleinern Sie den Umkreis.") % {"n": MOST})
    return Mailing.objects.create(
        municipality_id=consultation.municipality_id,
        consultation=consultation,
        buffer_m=buffer_m,
        text=text,
        addresses=found,
        sha256=hashlib.sha256("\n".join(found).encode()).hexdigest(),
        made_by=actor,
    )


@transaction.atomic
def record_sent(*, mailing: Mailing, on: dt.date, how: str, today: dt.date) -> Mailing:
    """Write down that the letters left the house; once. Raises ``ChangeRefused``."""
    fresh = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if fresh.sent_on is not None:
        raise ChangeRefused(_("Der Versand ist schon eingetragen."))
    if on > today:
        raise ChangeRefused(_("Dieser Tag liegt in der Zukunft."))
    fresh.sent_on, fresh.sent_how = on, how
    fresh.save(update_fields=["sent_on", "sent_how"])
    return fresh
