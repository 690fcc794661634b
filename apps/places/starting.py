"""From where to measure: coordinates in the address, or an address as typed."""

from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from apps.geo.untrusted import InputRefused, clean_text, parse_lonlat
from apps.places.models import Municipality
from apps.places.search import Place, find_places

MAX_QUERY = 120


@dataclass
class Start:
    """``point`` in the storage CRS (None: nowhere yet), its name, other places that the words may mean, a refusal."""

    point: Point | None = None
    label: str = ""
    query: str = ""
    others: list[Place] = field(default_factory=list)
    error: str = ""


def starting_point(town: Municipality | None, *, lon: str, lat: str, query: str) -> Start:
    """Return the start for ``?lon=&lat=`` or ``?ort=``; coordinates win. Never raises: ``error`` is a sentence."""
    try:
        words = clean_text(query[:MAX_QUERY]).strip()
        if lon or lat:
            return Start(parse_lonlat(lon, lat), words or _("Ihrem Standort"))
        if not words:
            return Start()
        found = find_places(town, words) if town else []
        if not found:
            refusal = _(
                "Diesen Ort kennen wir nicht. Bitte prüfen Sie die Schreibweise oder nennen Sie nur die Straße."
            )
            return Start(query=words, error=refusal)
        best = found[0]
        label = ", ".join(filter(None, [best.label, best.detail]))
        return Start(parse_lonlat(best.lon, best.lat), label, words, found[1:])
    except InputRefused as refusal:
        return Start(error=str(refusal))
