"""What other kinds have at a place: asked of the registry when a page is shown, stored nowhere, public things only.

So "ideas in this plan area" and "consultations at this report" need no kind that knows another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from apps.geo.audience import ANONYMOUS
from apps.geo.layers import MapLayer, get_layer

#: Things named for each layer; a place with more of them has a map of its own.
MOST = 6


@dataclass(frozen=True)
class Thing:
    """One feature of some layer: the layer's title, the feature's own name and state, the path of its page."""

    kind: str
    name: str
    status: str
    url: str


def things_at(
    geometry: GEOSGeometry, names: Sequence[str], *, municipality: int, within_m: float = 0, leave_out: str = ""
) -> list[Thing]:
    """Return public features of the named layers that meet a storage-CRS geometry, or lie at most ``within_m`` from it.

    One statement; names that no layer has are skipped. ``leave_out`` is a public id.
    """
    layers, asked = {}, []
    for name in names:
        try:
            layer = layers[name] = get_layer(name)
        except KeyError:
            continue
        lookup = {"dwithin": (geometry, within_m)} if within_m else {"intersects": geometry}
        features = layer.matching(ANONYMOUS, municipality=municipality).exclude(public_id=leave_out)
        features = features.filter(**{f"{layer.geometry}__{key}": value for key, value in lookup.items()})
        status = F(layer.field(layer.status).path) if layer.status else Value("")
        columns = {
            "layer": Value(name),
            "name": Cast(F(layer.field(layer.label).path), TextField()),
            "state": Cast(status, TextField()),
        }
        asked.append(features.order_by("-created_at", "public_id").values_list("public_id", *columns.values())[:MOST])
    if not asked:
        return []
    rows = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
    return [_thing(layers[name], public_id, label, state) for public_id, name, label, state in rows]


def _thing(layer: MapLayer, public_id: str, label: str, state: str) -> Thing:
    words = layer.field(layer.status).choices if layer.status else {}
    return Thing(str(layer.title), label, str(words.get(state, state)), layer.url_of(public_id))
