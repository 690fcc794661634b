"""The plan sheets that lie on the map of a page: addresses, bounds and legend, for the public page and its preview."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.consultations.models import Consultation, Document

#: How much of the map shines through at first.
OPACITY_PERCENT = 75


@dataclass(frozen=True)
class ShownSheet:
    """One sheet: ``settings`` is JSON for the map's script; the pictures are for everybody."""

    title: str
    public_id: str
    settings: str
    preview: str
    legend: str
    legend_alt: str
    width: int
    height: int
    file: str
    opacity_percent: int = OPACITY_PERCENT


def shown_sheets(
    consultation: Consultation, papers: Iterable[Document], *, internal: bool = False
) -> Sequence[ShownSheet]:
    """Return those of a page's documents (``with_sheets()``) that are ready to be shown on the map, in their order."""
    found = [paper for paper in papers if getattr(paper, "sheet", None) and paper.sheet.is_ready]
    return [_shown(consultation, paper, internal) for paper in found]


def document_url(consultation: Consultation, paper: Document, *, internal: bool = False) -> str:
    """Return the address of a document's file, at the desk or in public."""
    names = ("desk_open_paper", "desk_open_drawing") if internal else ("document", "drawing")
    if paper.ending == "pdf":
        return reverse(f"consultations:{names[0]}", args=[consultation.public_id, paper.public_id])
    return reverse(f"consultations:{names[1]}", args=[consultation.public_id, paper.public_id, paper.ending])


def _shown(consultation: Consultation, paper: Any, internal: bool) -> ShownSheet:
    sheet, prefix = paper.sheet, "consultations:desk_" if internal else "consultations:"
    place = [consultation.public_id, paper.public_id]
    west, south, east, north = paper.outline.extent
    zooms = [level[0] for level in sheet.levels]
    tile = reverse(f"{prefix}sheet_tile", args=[*place, 0, 0, 0]).removesuffix("0/0/0.webp")
    # The hash in the address: a sheet that was placed anew is fetched anew.
    settings = {
        "url": f"{tile}{{z}}/{{x}}/{{y}}.webp?{sheet.tiles_sha256[:8]}",
        "bounds": [[south, west], [north, east]],
        "min_zoom": min(zooms),
        "max_native_zoom": max(zooms),
    }
    scale = min(1.0, 2400 / sheet.width, 2400 / sheet.height)
    return ShownSheet(
        title=paper.title,
        public_id=paper.public_id,
        settings=json.dumps(settings),
        preview=reverse(f"{prefix}sheet_picture", args=[*place, "vorschau"]),
        legend=reverse(f"{prefix}sheet_picture", args=[*place, "legende"]) if sheet.legend else "",
        legend_alt=sheet.legend_alt,
        width=round(sheet.width * scale),
        height=round(sheet.height * scale),
        file=document_url(consultation, paper, internal=internal),
    )
