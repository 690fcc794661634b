"""Asking for the public page and its documents as a citizen would, and comparing what comes with what should.

The requests go to the town's real address, through name service, certificate and proxy, because that is what
"reachable" means; ``SELF_CHECK_URL`` names another way in where the worker cannot reach the site from outside
(docs/adr/0023-proof-of-publication.md). The proof says which way was taken.
"""

import hashlib
import html
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from apps.consultations.models import Consultation
from apps.consultations.publication.manifest import document_path, page_path
from apps.places.links import public_url
from apps.places.models import Municipality

TIMEOUT = httpx.Timeout(20.0, connect=10.0)
PAGE_BYTES = 5_000_000


@dataclass(frozen=True)
class Answer:
    """What came back: status (0 when nothing did), hash of the body, its first 5 MB, and a word about the fault."""

    status: int
    sha256: str = ""
    body: bytes = b""
    fault: str = ""


Fetch = Callable[[Municipality, str], Answer]


def fetch_outside(municipality: Municipality, path: str) -> Answer:
    """Get ``path`` of the town's site, streamed and hashed; follows no redirect and never raises."""
    url = public_url(municipality, path)
    headers = {"User-Agent": "geo-platform self-check"}
    if settings.SELF_CHECK_URL:
        headers["Host"] = urlsplit(url).netloc
        url = f"{settings.SELF_CHECK_URL}{path}"
    digest, body = hashlib.sha256(), b""
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            for chunk in response.iter_bytes():
                digest.update(chunk)
                if len(body) < PAGE_BYTES:
                    body += chunk[: PAGE_BYTES - len(body)]
            return Answer(response.status_code, digest.hexdigest(), body)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Answer(0, fault=type(error).__name__)


def check_reachable(consultation: Consultation, *, fetch: Fetch = fetch_outside) -> dict[str, object]:
    """Return the body of a proof entry: ``ok``, how it was asked, how many documents, and every fault in words."""
    town, faults = consultation.municipality, []
    papers = list(consultation.documents.published().order_by("position", "public_id"))
    page = fetch(town, page_path(consultation))
    text = page.body.decode(errors="replace")
    if page.status != 200:
        faults.append({"path": page_path(consultation), "status": page.status, "fault": page.fault})
    elif html.escape(consultation.title) not in text:
        faults.append({"path": page_path(consultation), "status": 200, "fault": "title missing"})
    for paper in papers:
        path = document_path(consultation, paper)
        if page.status == 200 and path not in text:
            faults.append({"path": path, "status": page.status, "fault": "not linked on the page"})
        answer = fetch(town, path)
        if answer.status != 200:
            faults.append({"path": path, "status": answer.status, "fault": answer.fault})
        elif answer.sha256 != paper.sha256:
            faults.append({"path": path, "status": 200, "fault": "other content"})
    return {
        "ok": not faults,
        "via": settings.SELF_CHECK_URL or public_url(town, ""),
        "documents": len(papers),
        "faults": faults,
    }
