"""Areas that a town draws once and names, so that several rules can say "there".

A zone is an administrative area of kind ``zone`` (docs/adr/0022): rules name it as they name a district, and follow
its newest version. A new shape begins today; what was decided before was decided by the older version.
"""

import datetime as dt
import hashlib

from django.contrib.gis.geos import MultiPolygon
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.departments.models import Jurisdiction
from apps.geo.editing import ChangeRefused
from apps.geo.ids import public_id
from apps.places.models import AdministrativeArea, Municipality

ZONE = AdministrativeArea.Kind.ZONE


def mark_of(zone: AdministrativeArea) -> str:
    """Return a word for what a form was made from: name and shape as they stand."""
    return hashlib.sha256(zone.name.encode() + bytes(zone.area.ewkb)).hexdigest()[:32]


def rules_in(zone: AdministrativeArea, *, on: dt.date | None = None) -> list[Jurisdiction]:
    """Return the rules that name a zone, in whatever version, and are not over on ``on`` (default: today)."""
    day = on or timezone.localdate()
    named = Jurisdiction.objects.filter(municipality=zone.municipality_id, area__kind=ZONE, area__key=zone.key)
    rules = named.exclude(valid_to__lte=day).select_related("category", "group", "executor")
    return list(rules.order_by("code"))


@transaction.atomic
def save_zone(
    *,
    municipality: Municipality,
    name: str,
    area: MultiPolygon,
    zone: AdministrativeArea | None = None,
    seen: str = "",
    on: dt.date | None = None,
) -> AdministrativeArea:
    """Keep a named area (storage CRS, valid), or give ``zone`` another name or shape from today on.

    ``seen`` is the mark of what the person had on the screen. Raises ``ChangeRefused``.
    """
    day = on or timezone.localdate()
    in_force = AdministrativeArea.objects.select_for_update().valid_on(day).filter(municipality=municipality, kind=ZONE)
    if in_force.filter(name__iexact=name).exclude(key=zone.key if zone else "").exists():
        raise ChangeRefused(_("Ein Gebiet mit diesem Namen gibt es schon. Bitte wählen Sie einen anderen."))
    if zone is None:
        return AdministrativeArea.objects.create(
            municipality=municipality, kind=ZONE, key=public_id(), name=name, area=area, valid_from=day
        )
    current: AdministrativeArea = _current(zone, day, seen)
    if current.area.equals_exact(area, 0.001) or current.valid_from == day:
        current.name, current.area = name, area
        current.save(update_fields=["name", "area"])
        return current
    AdministrativeArea.objects.filter(pk=current.pk).update(valid_to=day)
    return AdministrativeArea.objects.create(
        municipality=municipality, kind=ZONE, key=current.key, name=name, area=area, valid_from=day
    )


@transaction.atomic
def end_zone(*, zone: AdministrativeArea, seen: str, on: dt.date | None = None) -> None:
    """Take a zone out of use; one that a rule still names stays. Raises ``ChangeRefused``."""
    day = on or timezone.localdate()
    current = _current(zone, day, seen)
    if rules := rules_in(current, on=day):
        codes = ", ".join(rule.code for rule in rules)
        raise ChangeRefused(_("Diese Regeln verwenden das Gebiet noch: %(codes)s.") % {"codes": codes})
    if current.valid_from == day and not Jurisdiction.objects.filter(area=current).exists():
        current.delete()
    else:
        # A period has at least a day: what was drawn today ends tomorrow.
        last = max(day, current.valid_from + dt.timedelta(days=1))
        AdministrativeArea.objects.filter(pk=current.pk).update(valid_to=last)


def _current(zone: AdministrativeArea, day: dt.date, seen: str) -> AdministrativeArea:
    """Return the version in force, locked; ``ChangeRefused`` when it is not what the person saw."""
    versions = AdministrativeArea.objects.select_for_update().valid_on(day)
    current: AdministrativeArea | None = versions.filter(
        municipality=zone.municipality_id, kind=ZONE, key=zone.key
    ).first()
    if current is None or mark_of(current) != seen:
        raise ChangeRefused(
            _("Jemand anderes hat das Gebiet inzwischen geändert. Bitte öffnen Sie die Seite neu und vergleichen Sie.")
        )
    return current
