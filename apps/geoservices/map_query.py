"""What a reader of the map may ask: a box, a zoom, filters, a time. Every parameter is known and valid, or 400."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from apps.geo.audience import ANONYMOUS, Actor
from apps.geo.crs import WGS84
from apps.geo.desk_lists import found_by, has_desk_list
from apps.geo.ids import PATTERN
from apps.geo.layers import Bbox, Field, MapLayer
from apps.geo.untrusted import InputRefused, clean_text, parse_bbox, whole_number

MAX_ZOOM = 20
MAX_VALUES = 100
MAX_IDS = 100
COMMON = ("bbox", "zoom", "since", "until", "ids")


@dataclass(frozen=True)
class MapQuery:
    """A checked question to one layer. ``bbox`` in degrees (CRS84), ``filters`` maps field names to accepted values.

    ``listed`` is the query string of the layer's list at the desk (None: not asked for, and never by the public).
    """

    bbox: Bbox | None = None
    zoom: int = 14
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    ids: Sequence[str] | None = None
    filters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    listed: str | None = None

    def rows(self, layer: MapLayer, actor: Actor, municipality: int | None, **more: object) -> Any:
        """Return the rows of the layer that answer the question."""
        wanted: dict[str, Any] = {
            "municipality": municipality,
            "bbox": self.bbox,
            "bbox_srid": WGS84,
            "since": self.since,
            "until": self.until,
            "ids": self.ids,
            "filters": self.filters,
            "among": None if self.listed is None else found_by(layer, actor, municipality, self.listed),
            **more,
        }
        return layer.rows(actor, **wanted)


def facet_fields(layer: MapLayer, actor: Actor = ANONYMOUS) -> list[Field]:
    """Return the fields offered as filters: the declared facets, and the status where the layer has one."""
    names = [*layer.facets, *([layer.status] if layer.status and layer.status not in layer.facets else [])]
    return [declared for declared in (layer.field(name, actor) for name in names) if declared.filterable]


def parse_map_query(layer: MapLayer, query: QueryDict, actor: Actor = ANONYMOUS) -> MapQuery:
    """Return the checked question of ``?bbox=w,s,e,n&zoom=&since=&until=&<facet>=``; raises ``InputRefused``."""
    facets = {declared.name: declared for declared in facet_fields(layer, actor)}
    common = (*COMMON, "list") if actor.is_authenticated and has_desk_list(layer) else COMMON
    for name, values in query.lists():
        if name not in common and name not in facets:
            raise InputRefused(
                _("Unbekannter Parameter. Möglich sind: %(names)s.") % {"names": ", ".join([*common, *facets])}
            )
        if name in common and len(values) > 1:
            raise InputRefused(_("„%(name)s“ steht mehrmals in der Adresse.") % {"name": name})
    since, until = parse_days(query.get("since", ""), query.get("until", ""))
    return MapQuery(
        bbox=parse_degree_bbox(query["bbox"]) if "bbox" in query else None,  # type: ignore[arg-type]
        zoom=parse_zoom(query.get("zoom", "14")),
        since=since,
        until=until,
        ids=parse_ids(query["ids"]) if "ids" in query else None,  # type: ignore[arg-type]
        filters={
            name: parse_values(layer, declared, query.getlist(name))
            for name, declared in facets.items()
            if name in query
        },
        listed=query.get("list"),
    )


def parse_ids(text: str) -> list[str]:
    """Return public ids from ``a,b,c``; raises ``InputRefused``."""
    ids = text.split(",") if text else []
    if len(ids) > MAX_IDS or not all(re.fullmatch(PATTERN, public_id) for public_id in ids):
        raise InputRefused(_("„ids“ sind höchstens %(max)d Kennungen, mit Komma getrennt.") % {"max": MAX_IDS})
    return ids


def parse_degree_bbox(text: str) -> Bbox:
    """Return a box in longitude and latitude; raises ``InputRefused``."""
    west, south, east, north = parse_bbox(text)
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise InputRefused(_("bbox steht in Grad: West, Süd, Ost, Nord."))
    return west, south, east, north


def parse_zoom(text: str) -> int:
    """Return a zoom level of the map, 0 to 20; raises ``InputRefused``."""
    if (zoom := whole_number(text, most=MAX_ZOOM)) is None:
        raise InputRefused(_("„zoom“ ist eine ganze Zahl von 0 bis %(max)d.") % {"max": MAX_ZOOM})
    return zoom


def parse_days(since: str, until: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return the start of the first and the end of the last local day (None: open); raises ``InputRefused``."""
    first, last = _day(since), _day(until)
    if first and last and first > last:
        raise InputRefused(_("Der Zeitraum endet vor seinem Anfang."))
    return (
        timezone.make_aware(dt.datetime.combine(first, dt.time.min)) if first else None,
        timezone.make_aware(dt.datetime.combine(last, dt.time.max)) if last else None,
    )


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        day = parse_date(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        raise InputRefused(_("Ein Datum hat die Form JJJJ-MM-TT, zum Beispiel 2026-11-22."))
    return day


def parse_values(layer: MapLayer, declared: Field, texts: Sequence[str]) -> list[Any]:
    """Return the accepted values in the field's own type; raises ``InputRefused``."""
    refused = InputRefused(_("Der Wert für „%(name)s“ ist nicht gültig.") % {"name": declared.name})
    if len(texts) > MAX_VALUES or any(len(text) > 200 for text in texts):
        raise refused
    model_field = layer.model_field(declared)
    try:
        values = [model_field.to_python(clean_text(text)) for text in texts]
        for value in values:
            if isinstance(value, int) and abs(value) >= 2**63:
                raise ValueError
            model_field.get_prep_value(value)
    except Exception as error:  # every field type has its own way of refusing
        raise refused from error
    return values
