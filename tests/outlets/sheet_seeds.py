"""Plan sheets of the outlets' town: tiles, pictures and words of those that nobody may see hold canaries."""

import io
import uuid

from django.contrib.gis.geos import Polygon
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.consultations.models import Document, PlanSheet
from apps.geo.crs import GEO_SRID
from apps.geofiles.tile_archive import write_tiles
from tests.conftest import ORIGIN
from tests.outlets.canaries import canary, poison

TILE = (17, 1, 1)


def lay_sheet(document: Document, *, state: str, is_public: bool) -> PlanSheet:
    """Lay a document on the map, without looking at its file."""

    def content(part: str) -> bytes:
        return b"a picture" if is_public else canary("sheet", part, state).encode()

    def keep(data: bytes) -> str:
        return str(default_storage.save(f"consultations/{uuid.uuid4().hex}", ContentFile(data)))

    tiles = io.BytesIO()
    write_tiles([(TILE, content("tile"))], tiles)
    x, y = ORIGIN
    sheet = PlanSheet.objects.create(
        municipality_id=document.municipality_id,
        document=document,
        width=10,
        height=10,
        state="ready",
        srid=GEO_SRID,
        affine=[1, 0, x, 0, -1, y],
        outline=Polygon.from_bbox((x + 4000, y + 4000, x + 4100, y + 4100)),
        levels=[[TILE[0], TILE[1], TILE[2], TILE[1], TILE[2]]],
        tiles=keep(tiles.getvalue()),
        tiles_sha256="0" * 64,
        preview=keep(content("preview")),
        legend=keep(content("legend")),
        legend_sha256="0" * 64,
        legend_alt="x",
    )
    stays = {"affine", "levels", "tiles_sha256", "legend_sha256", "points"}
    poison(sheet, state=state, sparing=stays | ({"legend_alt"} if is_public else set()))
    return sheet
