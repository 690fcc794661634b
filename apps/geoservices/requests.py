"""What a client of the standards may ask, checked: every parameter is known and valid, or the answer is 400."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from apps.geo.audience import Actor
from apps.geo.crs import CRS84, CRS_BY_URI, Crs
from apps.geo.ids import ALPHABET
from apps.geo.layers import Bbox, Field, MapLayer
from apps.geo.untrusted import InputRefused, clean_text, parse_bbox, whole_number

DEFAULT_LIMIT = 1000  # QGIS reads only the first page with smaller pages (libraries reference); maximum below
MAX_LIMIT = 10_000
MAX_VALUES = 50


class BadParameter(InputRefused):
    """A query parameter that is unknown or not valid (OGC 17-069r4 /req/core/query-param-unknown, -invalid)."""


@dataclass(frozen=True)
class ItemsQuery:
    """A checked items request. ``filters`` maps declared field names to the accepted values."""

    crs: Crs = CRS84
    limit: int = DEFAULT_LIMIT
    bbox: Bbox | None = None
    bbox_srid: int = CRS84.srid
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    after: str | None = None
    filters: Mapping[str, list[Any]] = field(default_factory=dict)

    def matching(self, layer: MapLayer, actor: Actor, municipality: int | None) -> QuerySet[Any]:
        """Return the features of this page and all that follow, for ``layer.read`` and for counting."""
        return layer.matching(
            actor,
            municipality=municipality,
            bbox=self.bbox,
            bbox_srid=self.bbox_srid,
            since=self.since,
            until=self.until,
            filters=self.filters,
            after=self.after,
        )


def only(request: HttpRequest, *known: str) -> QueryDict:
    """Return the query when every parameter is known and given once; raises ``BadParameter``."""
    for name, values in request.GET.lists():
        if name not in known:
            raise BadParameter(_("Unbekannter Parameter „%(name)s“.") % {"name": _shown(name)})
        if len(values) > 1:
            raise BadParameter(_("Der Parameter „%(name)s“ steht mehrmals in der Adresse.") % {"name": _shown(name)})
    return request.GET


def items_query(request: HttpRequest, layer: MapLayer, actor: Actor) -> ItemsQuery:
    """Return the checked items request of a layer; raises ``BadParameter`` or ``InputRefused``."""
    filterable = {f.name: f for f in layer.fields_for(actor) if f.filterable}
    query = only(request, "f", "limit", "bbox", "bbox-crs", "datetime", "crs", "after", *filterable)
    bbox_crs = parse_crs(query.get("bbox-crs"))
    bbox = parse_bbox(query["bbox"]) if "bbox" in query else None  # type: ignore[arg-type]
    if bbox and bbox_crs.lat_first:
        bbox = (bbox[1], bbox[0], bbox[3], bbox[2])
    if bbox:
        _check_bounds(bbox, bbox_crs)
    since, until = parse_datetimes(query["datetime"]) if "datetime" in query else (None, None)  # type: ignore[arg-type]
    after = query.get("after")
    if after is not None and not re.fullmatch(rf"[{ALPHABET}]{{1,20}}", after):
        raise BadParameter(_("„after“ ist keine Kennung einer vorigen Seite."))
    return ItemsQuery(
        crs=parse_crs(query.get("crs")),
        limit=_limit(query.get("limit")),
        bbox=bbox,
        bbox_srid=bbox_crs.srid,
        since=since,
        until=until,
        after=after,
        filters={name: _values(layer, filterable[name], query[name]) for name in filterable if name in query},  # type: ignore[arg-type]
    )


def parse_crs(uri: str | None) -> Crs:
    """Return the CRS of a URI from the closed list (default CRS84); raises ``BadParameter``."""
    if uri is None:
        return CRS84
    if uri not in CRS_BY_URI:
        raise BadParameter(
            _("Dieses Koordinatenreferenzsystem wird nicht angeboten; die Sammlung nennt die möglichen.")
        )
    return CRS_BY_URI[uri]


def _check_bounds(bbox: Bbox, crs: Crs) -> None:
    # Beyond these, ST_Transform fails instead of answering; a box of the whole world must still be possible.
    limits = (-180.0, -90.0, 180.0, 90.0) if crs.srid == CRS84.srid else (-2.1e7, -2.1e7, 2.1e7, 2.1e7)
    if bbox[0] < limits[0] or bbox[1] < limits[1] or bbox[2] > limits[2] or bbox[3] > limits[3]:
        raise BadParameter(_("bbox liegt außerhalb des Koordinatenreferenzsystems."))


def parse_datetimes(text: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return both ends of ``datetime`` (an instant, or ``a/b`` with ``..`` or nothing for open); aware, inclusive.

    OGC 17-069r4 § 7.15.4 with RFC 3339. A date alone means that whole local day.
    """
    ends = text.split("/") if len(text) <= 80 else []
    if len(ends) == 1:
        return _instant(ends[0], end=False), _instant(ends[0], end=True)
    if len(ends) != 2 or all(part in ("", "..") for part in ends):
        raise BadParameter(_("„datetime“ ist ein Zeitpunkt oder ein Zeitraum „von/bis“ nach RFC 3339."))
    since = None if ends[0] in ("", "..") else _instant(ends[0], end=False)
    until = None if ends[1] in ("", "..") else _instant(ends[1], end=True)
    if since and until and since > until:
        raise BadParameter(_("„datetime“ endet vor seinem Anfang."))
    return since, until


def _instant(text: str, *, end: bool) -> dt.datetime:
    try:
        # A "+" that a client did not encode arrives as a blank.
        moment = parse_datetime(text.replace(" ", "+")) if "T" in text.upper() else None
        day = None if moment else parse_date(text)
        if day:
            moment = timezone.make_aware(dt.datetime.combine(day, dt.time.max if end else dt.time.min))
        if moment is None or timezone.is_naive(moment):
            raise ValueError
        moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise BadParameter(_("„datetime“ ist kein Zeitpunkt nach RFC 3339, etwa 2026-11-22T09:00:00Z.")) from error
    return moment


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (limit := whole_number(text)):
        raise BadParameter(_("„limit“ ist eine ganze Zahl von 1 bis %(max)d.") % {"max": MAX_LIMIT})
    return min(limit, MAX_LIMIT)  # /req/core/fc-limit-response-1: larger values mean the maximum


def _values(layer: MapLayer, declared: Field, text: str) -> list[Any]:
    """Return the accepted values of ``a,b,c`` in the field's own type; raises ``BadParameter``."""
    model_field = layer.model_field(declared)
    parts = [clean_text(part) for part in text.split(",")][: MAX_VALUES + 1]
    if len(parts) > MAX_VALUES or len(text) > 2000:
        raise BadParameter(_("Zu viele Werte für „%(name)s“.") % {"name": declared.name})
    try:
        values = [model_field.to_python(part) for part in parts]
        for value in values:
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
                raise ValueError
            model_field.get_prep_value(value)
        return values
    except Exception as error:  # every field type has its own way of refusing
        raise BadParameter(_("Der Wert für „%(name)s“ ist nicht gültig.") % {"name": declared.name}) from error


def _shown(name: str) -> str:
    """Return a parameter name as it may stand in an answer."""
    return re.sub(r"[^\w.:-]", "?", name)[:40]
