"""What the page of a change shows of its rehearsal: words, map, files."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.departments.desk.shapes import GREEN, GREY, RED, degrees_of, outline_of, pin
from apps.departments.rehearsal import LATEST, Rehearsal
from apps.departments.rehearsal_files import as_csv, as_geojson
from apps.places.models import Municipality

#: The map draws no more than a browser moves smoothly; the files have everything.
DRAWN = 2_000
FILES = {"csv": ("text/csv; charset=utf-8", as_csv), "geojson": ("application/geo+json", as_geojson)}


def shown(rehearsal: Rehearsal, town: Municipality) -> dict[str, object]:
    """Return the context of ``departments/rehearsal.html``."""
    tried = [*rehearsal.broken, *rehearsal.mended]
    degrees = degrees_of([one.example for one in tried])
    features = [
        *outline_of(town),
        *(
            pin(
                f"report-{move.thing.pk}",
                f"{move.thing.category}: {move.before.name} → {move.after.name}",
                "#1f6a8a" if move.thing.is_open else GREY,
                move.thing.lon,
                move.thing.lat,
            )
            for move in rehearsal.moves[:DRAWN]
        ),
        *(
            pin(
                f"example-{one.example.pk}",
                _("Beispiel „%(name)s“: %(found)s statt %(expected)s")
                % {"name": one.example, "found": one.after, "expected": one.example.department}
                if one in rehearsal.broken
                else _("Beispiel „%(name)s“ stimmt dann") % {"name": one.example},
                RED if one in rehearsal.broken else GREEN,
                *degrees[one.example.pk],
            )
            for one in tried
        ),
    ]
    return {
        "rehearsal": rehearsal,
        "latest": LATEST,
        "drawn": {"type": "FeatureCollection", "features": features},
        "open_moves": len(rehearsal.open_moves),
        "latest_moves": len(rehearsal.latest_moves),
        "staying": sum(move.stays for move in rehearsal.moves),
        "broken_ids": ",".join(str(one.example.pk) for one in rehearsal.broken),
    }


def download(rehearsal: Rehearsal, ending: str) -> HttpResponse:
    """Return the moves as a file to keep; ``KeyError`` for an ending that is not offered."""
    media_type, write = FILES[ending]
    name = f"probelauf-{timezone.localdate().isoformat()}.{ending}"
    return HttpResponse(
        write(rehearsal),
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
