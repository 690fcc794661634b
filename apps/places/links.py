"""Absolute addresses of a town's pages, for mail: made from settings, never from a request's Host (threat W5)."""

from urllib.parse import urlsplit

from django.conf import settings

from apps.places.models import Municipality


def public_url(municipality: Municipality | None, path: str) -> str:
    """Return the address of ``path`` (starting with a slash) on the town's own host, else on the installation's.

    A demonstration town has no host in the world's name service, and ``None`` is no town: both use ``PUBLIC_URL``.
    """
    hostname = municipality.hostname if municipality and not municipality.is_demo else ""
    if not hostname:
        return f"{settings.PUBLIC_URL}{path}"
    there = urlsplit(settings.PUBLIC_URL)
    port = f":{there.port}" if there.port else ""
    return f"{there.scheme or 'https'}://{hostname}{port}{path}"
