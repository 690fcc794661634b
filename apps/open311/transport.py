"""HTTP to other houses that cannot be turned against our own (threat W17).

The name is resolved here and the connection goes to the very address that was checked, so that a second answer of the
name server changes nothing. No redirect is followed, no proxy asked, and an answer is small and quick or none.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
#: From the first to the last byte: a server that drips does not hold a worker for ever.
DEADLINE_S = 20.0
MAX_BYTES = 1_000_000


class NotAllowed(Exception):
    """The address may not be asked; the text says why."""


class Unreachable(Exception):
    """No whole answer came; the text says why, without the address."""


@dataclass(frozen=True)
class Answer:
    """What the other house said; ``body`` has at most ``MAX_BYTES``."""

    status: int
    body: bytes


Form = dict[str, str | list[str]]


def ask(method: str, url: str, *, query: dict[str, str] | None = None, form: Form | None = None) -> Answer:
    """Send one request and return the answer, whatever its status. Raises ``NotAllowed`` and ``Unreachable``."""
    address = _checked_address(url)
    there = httpx.URL(url, params=query) if query else httpx.URL(url)
    # The connection goes to the address; certificate and Host are still the name's.
    pinned = there.copy_with(host=address)
    headers = {
        "Host": there.netloc.decode("ascii"),
        "User-Agent": "geo-platform",
        "Accept": "application/json, application/xml;q=0.9, text/xml;q=0.9",
        "Accept-Encoding": "identity",
    }
    started = time.monotonic()
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method, pinned, headers=headers, data=form, extensions={"sni_hostname": there.host}
            ) as response,
        ):
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise Unreachable(_("Die Antwort ist gepackt, obwohl wir sie ungepackt wollten."))
            body = b""
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_BYTES or time.monotonic() - started > DEADLINE_S:
                    raise Unreachable(_("Die Antwort ist zu groß oder zu langsam."))
            return Answer(response.status_code, body)
    except httpx.TimeoutException:
        raise Unreachable(_("Die Gegenstelle antwortet nicht rechtzeitig.")) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Unreachable(_("Keine Verbindung: %(kind)s") % {"kind": type(error).__name__}) from None


def check_address(url: str) -> None:
    """Raise ``NotAllowed`` (a sentence for an administrator) unless this address may be asked."""
    _checked_address(url)


def _checked_address(url: str) -> str:
    """Return the IP address to connect to. Raises ``NotAllowed``, and ``Unreachable`` for an unknown name."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise NotAllowed(_("Das ist keine Internetadresse.")) from None
    host = (parts.hostname or "").lower()
    is_ours = f"{host}:{port}" in settings.OPEN311_PRIVATE_HOSTS
    if parts.scheme != "https" and not (is_ours and parts.scheme == "http"):
        raise NotAllowed(_("Die Adresse muss mit https:// beginnen."))
    if not host or parts.username or parts.password or parts.fragment:
        raise NotAllowed(_("Die Adresse darf weder Zugangsdaten noch ein # enthalten."))
    if settings.OPEN311_HOSTS and host not in settings.OPEN311_HOSTS and not is_ours:
        raise NotAllowed(_("Dieser Rechner ist nicht freigegeben (OPEN311_HOSTS)."))
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(_("Den Rechnernamen gibt es nicht.")) from None
    addresses = [str(entry[4][0]) for entry in found]
    # One private address among public ones is enough to refuse: the name means to confuse.
    if not is_ours and not all(_is_public(address) for address in addresses):
        raise NotAllowed(_("Die Adresse führt in ein privates Netz."))
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return False
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return address.is_global and not address.is_multicast
