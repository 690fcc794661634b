"""Letters to the neighbourhood: addresses or parcels around the plan's area, frozen with a checksum, and when they were
sent."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.contrib.gis.measure import D
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.consultations.models import Consultation
from apps.geo.editing import ChangeRefused
from apps.places.models import Address, Parcel
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


def parcels_around(consultation: Consultation, buffer_m: int) -> list[dict[str, Any]]:
    """Return the town's parcels within ``buffer_m`` of the plan's area with size (m²) and addresses in them; by code.

    One statement; whoever owns a parcel stands in the land register and nowhere here.
    """
    if consultation.area is None:
        return []
    town = Parcel.objects.filter(municipality=consultation.municipality_id)
    near: Any = town.within(buffer_m, consultation.area)  # what it adds to the rows, the types do not know
    rows = near.with_size().with_addresses().order_by("code")[: MOST + 1]
    return list(rows.values("code", "size_m2", "addresses", district=F("cadastral_district")))


@transaction.atomic
def make_mailing(
    *, consultation: Consultation, actor: User, buffer_m: int, text: str, basis: str = Mailing.Basis.ADDRESSES
) -> Mailing:
    """Freeze what is there now. Raises ``ChangeRefused`` when there is none, or more than letters can be written."""
    parcels: list[dict[str, Any]] = []
    if basis == Mailing.Basis.PARCELS:
        parcels = parcels_around(consultation, buffer_m)
        found = list(dict.fromkeys(address for parcel in parcels for address in parcel["addresses"]))
        frozen = json.dumps(parcels, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    else:
        found = addresses_around(consultation, buffer_m)
        frozen = "\n".join(found)
    if basis == Mailing.Basis.PARCELS and not parcels:
        raise ChangeRefused(_("In diesem Umkreis kennen wir kein Flurstück. Sind die Flurstücke schon eingelesen?"))
    if basis == Mailing.Basis.ADDRESSES and not found:
        raise ChangeRefused(_("In diesem Umkreis kennen wir keine Adresse."))
    if max(len(found), len(parcels)) > MOST:
        raise ChangeRefused(
            _("Das sind mehr als %(n)d %(what)s. Bitte verkleinern Sie den Umkreis.")
            % {"n": MOST, "what": Mailing.Basis(basis).label}
        )
    return Mailing.objects.create(
        municipality_id=consultation.municipality_id,
        consultation=consultation,
        basis=basis,
        buffer_m=buffer_m,
        text=text,
        addresses=found,
        parcels=parcels,
        sha256=hashlib.sha256(frozen.encode()).hexdigest(),
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
