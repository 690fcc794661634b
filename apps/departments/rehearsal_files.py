"""What a rehearsal found, as files: a table for spreadsheets and shapes for a GIS."""

import csv
import io
import json

from django.utils.translation import gettext as _

from apps.departments.rehearsal import Move, Rehearsal

# What a spreadsheet would run as a formula when a cell begins with it (threat W19).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rehearsal: Rehearsal) -> str:
    """Return the reports that would move, one a line (RFC 4180, with BOM for spreadsheets; degrees in WGS 84)."""
    file = io.StringIO(newline="")
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(_properties_of(None))
    for move in rehearsal.moves:
        cells = _properties_of(move).values()
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in cells])
    return file.getvalue()


def as_geojson(rehearsal: Rehearsal) -> str:
    """Return the reports that would move as a FeatureCollection (RFC 7946: WGS 84)."""
    features = [
        {
            "type": "Feature",
            "id": move.thing.reference,
            "geometry": {"type": "Point", "coordinates": [move.thing.lon, move.thing.lat]},
            "properties": _properties_of(move),
        }
        for move in rehearsal.moves
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _properties_of(move: Move | None) -> dict[str, object]:
    """Return name → value of one line, or (None) the names alone."""
    thing = move.thing if move else None
    return {
        "reference": thing and thing.reference,
        "category": thing and thing.category,
        "place": thing and thing.place,
        "received": thing and thing.received.date().isoformat(),
        "open": thing and (_("ja") if thing.is_open else _("nein")),
        "from": move and move.before.name,
        "to": move and move.after.name,
        "stays": move and (_("ja") if move.stays else _("nein")),
        "lon": thing and thing.lon,
        "lat": thing and thing.lat,
    }
