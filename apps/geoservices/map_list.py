"""The list beside the map: the same features as the map's data, newest or nearest first, page by page, in words."""

import base64
import binascii
import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import Distance, GeometryDistance
from django.contrib.gis.geos import Point
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.geo.audience import ANONYMOUS, Actor
from apps.geo.crs import WGS84
from apps.geo.ids import ALPHABET
from apps.geo.layers import MapLayer
from apps.geo.untrusted import InputRefused
from apps.geoservices.map_query import MapQuery

PAGE = 20
#: Beyond this the list only says "more than".
COUNT_UP_TO = 1000
NEWEST, NEAREST = "neu", "nah"
Question = tuple[MapLayer, MapQuery]


@dataclass(frozen=True)
class Entry:
    """One feature in the list; ``key`` ("layer/public id") is the one that its marker has.

    ``lon`` and ``lat`` (WGS 84) are where the map points while the entry is looked at and only counts are drawn.
    """

    layer: MapLayer
    public_id: str
    label: str
    status: str
    colour: str
    icon: str
    moment: dt.datetime
    distance_m: float | None
    lon: float
    lat: float

    @property
    def key(self) -> str:
        return f"{self.layer.name}/{self.public_id}"

    @property
    def url(self) -> str:
        return self.layer.url_of(self.public_id)


@dataclass(frozen=True)
class Page:
    """One page of entries; ``after`` is the cursor of the next page (empty: the last), ``total`` counts up to 1000."""

    entries: list[Entry]
    after: str
    total: int

    @property
    def has_more_than_counted(self) -> bool:
        return self.total > COUNT_UP_TO


def list_page(
    questions: Sequence[Question],
    municipality: int | None,
    *,
    near: Point | None = None,
    after: str = "",
    actor: Actor = ANONYMOUS,
    size: int = PAGE,
) -> Page:
    """Return one page over several layers, newest first, or nearest to ``near`` (a storage-CRS point).

    ``after`` is the cursor of the page before (``InputRefused`` for anything else). Two statements, however many
    layers: one for the entries, one for their number.
    """
    cursor = read_cursor(after, by_distance=near is not None) if after else None
    parts: list[tuple[str, list[Any]]] = []
    counts: list[tuple[str, list[Any]]] = []
    for layer, question in questions:
        rows = question.rows(layer, actor, municipality, srid=WGS84)
        try:
            parts.append(_part(layer, rows, near, cursor, size))
            inner, params = rows.order_by()[: COUNT_UP_TO + 1].query.sql_with_params()
            counts.append((f"(SELECT count(*) FROM ({inner}) AS q)", list(params)))  # noqa: S608
        except EmptyResultSet:
            continue
    if not parts:
        return Page([], "", 0)
    order = "distance, layer, fid" if near is not None else "moment DESC, layer, fid"
    sql = f"SELECT * FROM ({' UNION ALL '.join(part for part, _params in parts)}) AS u ORDER BY {order} LIMIT %s"  # noqa: S608
    by_name = {layer.name: layer for layer, _question in questions}
    with connection.cursor() as database:
        database.execute(sql, [*(p for _sql, params in parts for p in params), size + 1])
        entries = [_entry(by_name[row[0]], *row[1:]) for row in database.fetchall()]
        database.execute(f"SELECT {' + '.join(sql for sql, _p in counts)}", [p for _sql, ps in counts for p in ps])
        total = database.fetchone()[0]
    more = len(entries) > size
    entries = entries[:size]
    return Page(entries, _cursor(entries[-1], near) if more else "", total)


def _part(
    layer: MapLayer, rows: Any, near: Point | None, cursor: tuple[Any, str, str] | None, size: int
) -> tuple[str, list[Any]]:
    """Return the SQL of one layer's share of a page: at most one page of it can be wanted."""
    if near is not None:
        rows = rows.annotate(distance=Distance(F(layer.geometry), near)).order_by(
            GeometryDistance(F(layer.geometry), near), "public_id"
        )
        column = "distance"
    else:
        rows = rows.order_by("-moment", "public_id")
        column = "moment"
    if cursor:
        value, last_layer, last_id = cursor
        beyond = Q(**{f"{column}__{'gt' if near is not None else 'lt'}": value})
        if layer.name > last_layer:
            beyond |= Q(**{column: value})
        elif layer.name == last_layer:
            beyond |= Q(**{column: value, "public_id__gt": last_id})
        rows = rows.filter(beyond)
    inner, params = rows[: size + 1].query.sql_with_params()
    status = f'"f_{layer.status}"::text' if layer.status else "''"
    by = f'"f_{layer.style.by}"::text' if layer.style.by else "''"
    distance = "distance" if near is not None else "NULL::float"
    sql = (
        f'SELECT %s AS layer, fid, "f_{layer.label}"::text AS label, {status} AS status, {by} AS class, moment,'  # noqa: S608
        f" {distance} AS distance, ST_X(ST_PointOnSurface(shape::geometry)) AS lon,"
        f" ST_Y(ST_PointOnSurface(shape::geometry)) AS lat FROM ({inner}) AS q"
    )
    return sql, [layer.name, *params]


def _entry(
    layer: MapLayer,
    public_id: str,
    label: str,
    status: str,
    value: str,
    moment: dt.datetime,
    distance: float | None,
    lon: float,
    lat: float,
) -> Entry:
    look = next((c for c in layer.style.classes if c.value == value), None)
    words = {str(code): str(title) for code, title in layer.field(layer.status).choices.items()} if layer.status else {}
    labels = {str(code): str(title) for code, title in layer.field(layer.label).choices.items()}
    return Entry(
        layer,
        public_id,
        labels.get(label, label) or str(layer.title),
        words.get(status, status or ""),
        look.colour if look else layer.style.colour,
        (look and look.icon) or layer.style.icon,
        moment,
        distance,
        lon,
        lat,
    )


def _cursor(entry: Entry, near: Point | None) -> str:
    value = repr(entry.distance_m) if near is not None else entry.moment.isoformat()
    return (
        base64.urlsafe_b64encode(json.dumps([value, entry.layer.name, entry.public_id]).encode()).decode().rstrip("=")
    )


def read_cursor(text: str, *, by_distance: bool) -> tuple[Any, str, str]:
    """Return value, layer name and public id of a cursor; raises ``InputRefused`` for anything we did not make."""
    refused = InputRefused(_("Diese Seite der Liste gibt es nicht. Bitte beginnen Sie vorn."))
    if len(text) > 300:
        raise refused
    try:
        value, layer, public_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not all(isinstance(part, str) for part in (value, layer, public_id)):
            raise refused
        if not public_id or set(public_id) - set(ALPHABET) or not layer.isidentifier():
            raise refused
        parsed: Any = float(value) if by_distance else parse_datetime(value)
        if parsed is None or (by_distance and not math.isfinite(parsed)) or (not by_distance and not parsed.tzinfo):
            raise refused
        if not by_distance:
            parsed.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise refused from error
    return parsed, layer, public_id
