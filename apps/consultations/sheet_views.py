"""Tiles and pictures of plan sheets, for everybody and, below /intern/, for the planners of a draft."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import register_converter
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from apps.consultations.models import PlanSheet
from apps.contributions.serving import as_picture
from apps.geo.audience import ANONYMOUS, Actor
from apps.geofiles.tile_archive import read_tile
from apps.places.requests import TownRequest

#: Part of an address: the picture of the whole sheet, and its legend.
PICTURES = {"vorschau": "preview", "legende": "legend"}


class EndingConverter:
    """Kinds of files that are drawings but no PDF."""

    regex = "tif|png|jpg"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(EndingConverter, "drawing_ending")


@require_safe
def tile(request: TownRequest, public_id: str, document_id: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile (Web Mercator, 256 px, WebP) of a sheet that everybody may see."""
    return send_tile(request, find_sheet(request, ANONYMOUS, public_id, document_id), (z, x, y), is_public=True)


@require_safe
def picture(request: TownRequest, public_id: str, document_id: str, name: str) -> HttpResponse:
    """The whole sheet as a picture, or its legend, of a sheet that everybody may see."""
    return send_picture(request, find_sheet(request, ANONYMOUS, public_id, document_id), name, is_public=True)


def find_sheet(request: TownRequest, actor: Actor, public_id: str, document_id: str) -> PlanSheet:
    """Return the sheet of this town that ``actor`` may see (one query); 404 otherwise."""
    sheets = PlanSheet.objects.visible_to(actor).filter(
        municipality=request.municipality.pk if request.municipality else None,
        document__consultation__public_id=public_id,
        document__public_id=document_id,
    )
    found: PlanSheet = get_object_or_404(sheets)
    return found


def send_tile(request: TownRequest, sheet: PlanSheet, number: tuple[int, int, int], *, is_public: bool) -> HttpResponse:
    """Answer with a tile of a sheet; 404 outside of what was cut."""
    if not sheet.is_ready or not _was_cut(sheet, number):
        raise Http404
    etag = '"{}-{}-{}-{}"'.format(sheet.tiles_sha256[:32], *number)
    if is_public and (unchanged := get_conditional_response(request, etag=etag)):
        return as_picture(unchanged, etag, is_public=is_public)
    try:
        body = read_tile(str(sheet.tiles.name), number)
    except FileNotFoundError:
        body = None
    if body is None:
        raise Http404
    return as_picture(HttpResponse(body, content_type="image/webp"), etag, is_public=is_public)


def send_picture(request: TownRequest, sheet: PlanSheet, name: str, *, is_public: bool) -> HttpResponse:
    """Answer with the preview or the legend of a sheet."""
    stored = getattr(sheet, PICTURES[name]) if name in PICTURES else None
    if not stored:
        raise Http404
    # A stored file has a random name of its own and never changes.
    etag = f'"{str(stored.name).rpartition("/")[2][:32]}"'
    if is_public and (unchanged := get_conditional_response(request, etag=etag)):
        return as_picture(unchanged, etag, is_public=is_public)
    try:
        with default_storage.open(str(stored.name)) as file:
            body = file.read()
    except FileNotFoundError:
        raise Http404 from None
    return as_picture(HttpResponse(body, content_type="image/webp"), etag, is_public=is_public)


def _was_cut(sheet: PlanSheet, number: tuple[int, int, int]) -> bool:
    zoom, column, row = number
    return any(
        zoom == level and left <= column <= right and top <= row <= bottom
        for level, left, top, right, bottom in sheet.levels
    )
