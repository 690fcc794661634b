"""Absolute addresses of a town's pages, for mail: made from settings, never from a request's Host (threat W5)."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings


def public_url(municipality: Any, path: str) -> str:
    """Return the address of ``path`` (starting with a slash) on the town's own host, else on the installation's.

    A demonstration town has no host in the world's name service, and ``None`` is no town: both use ``PUBLIC_URL``.
    """
    hostname = getattr(municipality, "hostname", "")
    if not hostname or municipality.is_demo:
        return f"{settings.PUBLIC_URL}{path}"
    there = urlsplit(settings.PUBLIC_URL)
    port = f":{there.port}" if there.port else ""
    return f"{there.scheme or 'https'}://{hostname}{port}{path}"
