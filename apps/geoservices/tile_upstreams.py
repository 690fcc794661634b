"""The tile servers that may be asked, by name; nothing that a reader sends can name another one."""

import time
from dataclasses import dataclass

import httpx


class UpstreamFailed(Exception):
    """The server did not answer in time or in the expected form."""


class UpstreamHasNoTile(Exception):
    """The server is well, but has no such tile."""


@dataclass(frozen=True)
class Upstream:
    """A tile server. ``url`` has ``{z}``, ``{x}``, ``{y}``; the grid is GoogleMapsCompatible (EPSG:3857, 256 px)."""

    name: str
    url: str
    attribution: str
    max_zoom: int


UPSTREAMS = {
    upstream.name: upstream
    for upstream in (
        Upstream(
            "basemapde",
            # WMTS: row before column.
            "https://sgx.geodatenzentrum.de/wmts_basemapde/tile/1.0.0/de_basemapde_web_raster_farbe/default/"
            "GLOBAL_WEBMERCATOR/{z}/{y}/{x}.png",
            "© GeoBasis-DE / BKG, basemap.de",
            18,
        ),
        Upstream(
            "basemapde_grau",
            "https://sgx.geodatenzentrum.de/wmts_basemapde/tile/1.0.0/de_basemapde_web_raster_grau/default/"
            "GLOBAL_WEBMERCATOR/{z}/{y}/{x}.png",
            "© GeoBasis-DE / BKG, basemap.de",
            18,
        ),
        Upstream(
            "topplusopen",
            "https://sgx.geodatenzentrum.de/wmts_topplus_open/tile/1.0.0/web/default/WEBMERCATOR/{z}/{y}/{x}.png",
            "© BKG, dl-de/by-2-0, TopPlusOpen",
            18,
        ),
    )
}
TIMEOUT = httpx.Timeout(2.0, connect=1.5)
#: From the first to the last byte: a server that drips does not hold a thread for ever.
DEADLINE_S = 6.0
MAX_BYTES = 1_000_000
SIGNATURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/webp": b"RIFF",
}


def fetch(upstream: Upstream, zoom: int, column: int, row: int) -> tuple[bytes, str]:
    """Return body and content type of one tile; raises ``UpstreamFailed`` or ``UpstreamHasNoTile``.

    No redirect is followed, nothing of the reader's request is passed on, and only a small picture is accepted.
    """
    url = upstream.url.format(z=zoom, x=column, y=row)
    started = time.monotonic()
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, headers={"User-Agent": "geo-platform"}) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code in (204, 404):
                raise UpstreamHasNoTile(url)
            content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if response.status_code != 200 or content_type not in SIGNATURES:
                raise UpstreamFailed(f"status {response.status_code}, type {content_type[:40]!r}")
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES or time.monotonic() - started > DEADLINE_S:
                    raise UpstreamFailed("too large or too slow")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise UpstreamFailed(type(error).__name__) from error
    if not body.startswith(SIGNATURES[content_type]):
        raise UpstreamFailed("not the picture it says it is")
    return body, content_type
