"""Bringing a feed into a town: what is new, what has changed, what stays, what is left out and why."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.history import history
from apps.geo.crs import GEO_SRID
from apps.geo.untrusted import GeometryRefused, parse_lonlat
from apps.hotspots.feeds.formats import Feed
from apps.hotspots.feeds.records import Found
from apps.hotspots.models import Hotspot
from apps.hotspots.services import SILENT_AFTER
from apps.places.models import Municipality

# One statement for the whole feed; a town without a stored boundary takes everything.
_INSIDE = """
WITH town AS (
    SELECT area FROM places_administrativearea
    WHERE municipality_id = %(town)s AND kind = 'municipality'
      AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
)
SELECT p.number
FROM unnest(%(x)s::float8[], %(y)s::float8[]) WITH ORDINALITY AS p(x, y, number)
WHERE NOT EXISTS (SELECT FROM town)
   OR EXISTS (SELECT FROM town WHERE ST_Covers(area, ST_SetSRID(ST_MakePoint(p.x, p.y), %(srid)s)))
"""


@dataclass
class Summary:
    """How an import ended; ``skipped`` counts reasons, ``missing`` rows of the same source that the feed lacks."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """Return the summary in German, a line each."""
        told = [
            _("%(n)d neu") % {"n": self.added},
            _("%(n)d geändert") % {"n": self.changed},
            _("%(n)d unverändert") % {"n": self.unchanged},
            _("%(n)d ausgelassen") % {"n": self.skipped.total()},
        ]
        told += [f"  {count} × {reason}" for reason, count in sorted(self.skipped.items())]
        if self.missing:
            told.append(
                _("%(n)d stehen noch hier, aber nicht mehr in der Datei; bitte prüfen Sie sie unter „WLAN-Standorte“.")
                % {"n": self.missing}
            )
        return told


@transaction.atomic
def import_hotspots(
    *,
    municipality: Municipality,
    feed: Feed,
    source: str,
    at: dt.datetime,
    defaults: dict[str, object] | None = None,
    dry_run: bool = False,
) -> Summary:
    """Add and update the hotspots of ``source`` in one town; the same feed again changes nothing.

    Only what the feed says overwrites what is stored. ``defaults`` (ssid, operator) fill new rows. Nothing is deleted.
    """
    summary = Summary(skipped=Counter(feed.skipped))
    wanted = _placed(feed, municipality, at, summary)
    stored = {
        row.source_key: row
        for row in Hotspot.objects.select_for_update().filter(municipality=municipality, source=source)
    }
    summary.missing = len(set(stored) - {record.key for record in feed.found})
    new, changed, touched = [], [], set()
    for record, point in wanted:
        values = {**record.values, "point": point}
        if _is_an_old_online(record, at):
            values["status"] = Hotspot.Status.UNKNOWN
        row = stored.get(record.key)
        if row is None:
            filled = {name: value for name, value in (defaults or {}).items() if value}
            new.append(Hotspot(municipality=municipality, source=source, source_key=record.key, **{**filled, **values}))
            continue
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        if differing:
            for name in differing:
                setattr(row, name, values[name])
            row.version, row.changed_at = row.version + 1, at
            touched.update(differing)
            changed.append(row)
    summary.added, summary.changed = len(new), len(changed)
    summary.unchanged = len(wanted) - len(new) - len(changed)
    if not dry_run:
        with history(None, import_source=source):
            Hotspot.objects.bulk_create(new, batch_size=1000)
            if changed:
                Hotspot.objects.bulk_update(changed, [*sorted(touched), "version", "changed_at"], batch_size=500)
    return summary


def _placed(feed: Feed, municipality: Municipality, at: dt.datetime, summary: Summary) -> list[tuple[Found, Point]]:
    """Return the hotspots with believable coordinates inside the town; count the others in ``summary``."""
    placed: list[tuple[Found, Point]] = []
    for record in feed.found:
        try:
            placed.append((record, parse_lonlat(record.lon, record.lat)))
        except GeometryRefused as refusal:
            summary.skipped[str(refusal)] += 1
    with connection.cursor() as cursor:
        cursor.execute(
            _INSIDE,
            {
                "town": municipality.pk,
                "day": timezone.localdate(at),
                "srid": GEO_SRID,
                "x": [point.x for _record, point in placed],
                "y": [point.y for _record, point in placed],
            },
        )
        inside = {number for (number,) in cursor}
    kept = [pair for number, pair in enumerate(placed, 1) if number in inside]
    if len(kept) < len(placed):
        summary.skipped[_("liegt nicht in der Gemeinde")] += len(placed) - len(kept)
    return kept


def _is_an_old_online(record: Found, at: dt.datetime) -> bool:
    """Is the feed's "online" older than a day: an old file, or a collector that died?"""
    seen = record.values.get("last_seen_at")
    return bool(record.values.get("status") == Hotspot.Status.ONLINE and seen and seen < at - SILENT_AFTER)
