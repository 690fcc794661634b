"""What is new in town: a few rows of every layer, through the layers' own door and as nobody."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry
from django.utils.functional import Promise

from apps.geo.audience import ANONYMOUS
from apps.geo.layers import MapLayer, all_layers
from geo_platform.context import url_of

PER_LAYER = 3


@dataclass(frozen=True)
class Teaser:
    """One feature in a line: what it is, how it stands, when it came, where its page is, where it lies itself.

    ``shape`` is in the storage CRS, ``colour`` that of the map.
    """

    label: str
    status: str | Promise
    moment: dt.datetime | dt.date | None
    url: str
    shape: GEOSGeometry
    colour: str


@dataclass(frozen=True)
class TeaserGroup:
    """The newest features of one layer and the way to all of them."""

    title: str | Promise
    abstract: str | Promise
    icon: str
    url: str
    items: list[Teaser]


def newest_of_all_layers(municipality: int) -> list[TeaserGroup]:
    """Return a group for every layer that has a page of its own; one query a layer, ``PER_LAYER`` rows each."""
    return [_group(layer, municipality) for layer in all_layers() if layer.listing and url_of(layer.listing)]


def _group(layer: MapLayer, municipality: int) -> TeaserGroup:
    # A kind whose things are points, lines and areas has a layer for each: they share the page of a thing.
    parts = [other for other in all_layers() if other is layer or (layer.detail and other.detail == layer.detail)]
    items = [item for part in parts for item in _newest(part, municipality)]
    if len(parts) > 1:
        items.sort(key=lambda item: item.moment.isoformat() if item.moment else "", reverse=True)
    return TeaserGroup(layer.title, layer.abstract, layer.style.icon, url_of(layer.listing), items[:PER_LAYER])


def _newest(layer: MapLayer, municipality: int) -> list[Teaser]:
    # What happened last: the start of the layer's own period where it has one, else the last public change.
    rows = layer.rows(ANONYMOUS, municipality=municipality)
    rows = rows.order_by("-moment", "fid")[:PER_LAYER]
    return [
        Teaser(
            label=str(_words(layer, layer.label, row[f"f_{layer.label}"])),
            status=_words(layer, layer.status, row[f"f_{layer.status}"]) if layer.status else "",
            moment=row["moment"],
            url=layer.url_of(row["fid"]),
            shape=row["shape"],
            colour=layer.style.colour_of(row[f"f_{layer.style.by}"] if layer.style.by else ""),
        )
        for row in rows
    ]


def _words(layer: MapLayer, name: str, value: object) -> str | Promise:
    """Return the German words for a coded value of a declared field, else the value itself."""
    text = str(value) if value is not None else ""
    return layer.field(name).choices.get(text, text)
