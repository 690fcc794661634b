"""``/basemap/{z}/{x}/{y}``: tiles from an allow-listed server through our own cache, else drawn from ``places``.

A dead tile server never leaves grey tiles and never costs readers time: after a failure a mark is kept beside the
cached tiles, and for a minute nobody asks; then one tile is asked for in the background while its reader gets the
drawn one.
"""

import concurrent.futures
import hashlib
import logging

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.core.cache import caches
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.geo.crs import WGS84
from apps.geo.layers import Bbox
from apps.geo.untrusted import whole_number
from apps.geoservices.basemap import draw_tile, tile_bbox_degrees
from apps.geoservices.tile_store import TileStore
from apps.geoservices.tile_upstreams import UPSTREAMS, Upstream, UpstreamFailed, UpstreamHasNoTile, fetch
from apps.places.models import AdministrativeArea

log = logging.getLogger(__name__)

MAX_ZOOM = 19
#: Longest that a reader waits for a tile server, name resolution included.
PATIENCE_S = 2.5
#: A tile server is asked only about the town and this many degrees around it: we are nobody's open proxy.
AROUND = 0.35
DRAWN = "places"
DRAWN_MAX_AGE_S = 3600
DRAWN_FRESH_S = 600
SVG = "image/svg+xml"
STANDIN_MAX_AGE_S = 60
UPSTREAM_MAX_AGE_S = 86_400
_pool = concurrent.futures.ThreadPoolExecutor(max_workers=6, thread_name_prefix="tiles")


def basemap_config() -> dict[str, object]:
    """Return address pattern, attribution of each possible source by its name, and the largest zoom."""
    upstreams = _upstreams()
    sources = {upstream.name: upstream.attribution for upstream in upstreams}
    sources[DRAWN] = _("Karte: eigene Daten der Gemeinde")
    return {
        "url": "/basemap/{z}/{x}/{y}",
        "attribution": " · ".join(sources.values()),
        "sources": sources,
        "max_zoom": MAX_ZOOM,
    }


@require_safe
def basemap_tile(request: HttpRequest, z: str, x: str, y: str) -> HttpResponse:
    """Answer one tile of 256 px (PNG from the tile server or SVG of our own); 400 or 404 for what is no tile."""
    zoom, column, row = (whole_number(part, most=9_999_999) for part in (z, x, y))
    if zoom is None or column is None or row is None:
        return JsonResponse({"error": _("Eine Kachel hat die Form /basemap/z/x/y mit ganzen Zahlen.")}, status=400)
    if zoom > MAX_ZOOM or column >= 2**zoom or row >= 2**zoom:
        raise Http404
    source, body, content_type, max_age = _tile(zoom, column, row)
    etag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type=content_type)
        # An SVG opened by itself must not be a page of ours that can run anything.
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={max_age}"
    response["X-Basemap-Source"] = source
    # Scripts cannot read the headers of an image, but they can read this one (Server Timing, W3C).
    response["Server-Timing"] = f'basemap;desc="{source}"'
    return response


def _tile(zoom: int, column: int, row: int) -> tuple[str, bytes, str, int]:
    """Return source, body, content type and the seconds that the answer may be kept."""
    upstreams = [u for u in _upstreams() if zoom <= u.max_zoom] if _is_near(zoom, column, row) else []
    for upstream in upstreams:
        store = TileStore(upstream.name)
        if (kept := store.read(zoom, column, row)) and kept.is_fresh:
            return upstream.name, kept.body, kept.content_type, UPSTREAM_MAX_AGE_S
        if body := _ask(upstream, store, zoom, column, row):
            return upstream.name, body[0], body[1], UPSTREAM_MAX_AGE_S
        if kept:
            return upstream.name, kept.body, kept.content_type, STANDIN_MAX_AGE_S
    max_age = STANDIN_MAX_AGE_S if upstreams else DRAWN_MAX_AGE_S
    return DRAWN, _drawn(zoom, column, row), SVG, max_age


def paper_tile(zoom: int, column: int, row: int) -> bytes:
    """Return our own tile in the plainer SVG that makers of PDF files understand."""
    return _drawn(zoom, column, row, is_for_paper=True)


def _drawn(zoom: int, column: int, row: int, *, is_for_paper: bool = False) -> bytes:
    """Return our own tile, drawn at most every ten minutes: places change with an import, not with a click."""
    name = f"{DRAWN}-{connection.settings_dict['NAME']}" + ("-paper" if is_for_paper else "")
    store = TileStore(name, fresh_s=DRAWN_FRESH_S)
    kept = store.read(zoom, column, row)
    if kept and kept.is_fresh:
        return kept.body
    body = draw_tile(zoom, column, row, is_for_paper=is_for_paper).encode()
    store.write(zoom, column, row, body, SVG)
    return body


def _ask(upstream: Upstream, store: TileStore, zoom: int, column: int, row: int) -> tuple[bytes, str] | None:
    """Return body and content type from the tile server, or None when it is not to be asked, fails or has no tile."""
    state = store.state()
    if state == "resting" or store.is_missing(zoom, column, row):
        return None
    asked = _pool.submit(_fetch_and_keep, upstream, store, zoom, column, row)
    if state == "probing":
        return None  # this reader is not made to wait for a server that failed a minute ago
    try:
        return asked.result(timeout=PATIENCE_S)
    except concurrent.futures.TimeoutError:
        store.rest()
        return None


def _fetch_and_keep(upstream: Upstream, store: TileStore, zoom: int, column: int, row: int) -> tuple[bytes, str] | None:
    try:
        body, content_type = fetch(upstream, zoom, column, row)
    except UpstreamHasNoTile:
        store.write_missing(zoom, column, row)
        return None
    except UpstreamFailed as error:
        log.warning("tile server %s failed: %s", upstream.name, error)
        store.rest()
        return None
    store.wake()
    store.write(zoom, column, row, body, content_type)
    return body, content_type


def _upstreams() -> list[Upstream]:
    return [UPSTREAMS[name] for name in settings.BASEMAP_UPSTREAMS if name in UPSTREAMS]


def _is_near(zoom: int, column: int, row: int) -> bool:
    """Does the tile meet the surroundings of a town of this installation?"""
    extent = caches["local"].get("basemap-extent")
    if extent is None:
        areas = AdministrativeArea.objects.filter(kind=AdministrativeArea.Kind.MUNICIPALITY)
        extent = areas.aggregate(box=Extent(Transform("area", WGS84)))["box"] or ()
        caches["local"].set("basemap-extent", extent, 300)
    if not extent:
        return False
    tile: Bbox = tile_bbox_degrees(zoom, column, row)
    return (
        tile[0] <= extent[2] + AROUND
        and tile[2] >= extent[0] - AROUND
        and tile[1] <= extent[3] + AROUND
        and tile[3] >= extent[1] - AROUND
    )
