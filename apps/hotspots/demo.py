"""The demonstration town's hotspots."""

import datetime as dt
import json
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from apps.geo.untrusted import parse_lonlat
from apps.hotspots.models import Hotspot
from apps.places.models import Municipality

SOURCE = "demonstration"


@transaction.atomic
def load(town: Municipality, folder: Path) -> str:
    """Store the hotspots of ``content/hotspots.json``; times count back from now. Running it twice changes nothing."""
    rows = json.loads((folder / "content" / "hotspots.json").read_text(encoding="utf-8"))
    now, added = timezone.now(), 0
    for row in rows:
        _hotspot, created = Hotspot.objects.get_or_create(
            municipality=town,
            source=SOURCE,
            source_key=row["key"],
            defaults={
                **{name: row[name] for name in ("name", "ssid", "operator", "environment", "radius_m", "status")},
                "note": row["note"],
                "point": parse_lonlat(row["lon"], row["lat"]),
                "last_seen_at": now - dt.timedelta(hours=row["last_seen_hours_ago"]),
            },
        )
        added += created
    return f"WLAN-Standorte: {len(rows)}, davon neu {added}"
