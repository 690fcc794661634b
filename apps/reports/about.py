"""What a report is tied to, when another kind's thing is broken: ``hotspots/k7m29xq4tb3w``, a layer and a feature.

Reports do not know the other kinds. The registry does, and it tells no more than everybody may read.
"""

import re
from dataclasses import dataclass

from apps.geo.audience import ANONYMOUS
from apps.geo.ids import PATTERN
from apps.geo.layers import get_layer

_REFERENCE = re.compile(rf"([a-z][a-z0-9_]{{0,40}})/({PATTERN})")


@dataclass(frozen=True)
class About:
    """The thing: the layer's title, its own name, and the path of its page (may be empty)."""

    kind: str
    name: str
    url: str


def find_about(reference: str, municipality_id: int) -> About | None:
    """Return the thing behind a reference; None for a word that names nothing public in this town."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        return None
    try:
        layer = get_layer(found[1])
    except KeyError:
        return None
    row = layer.rows(ANONYMOUS, municipality=municipality_id, ids=[found[2]]).first()
    return About(str(layer.title), str(row[f"f_{layer.label}"]), layer.url_of(found[2])) if row else None
