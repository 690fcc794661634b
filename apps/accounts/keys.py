"""Keys that programs show: 160 random bits, shown once, kept as SHA-256 (``models.Secret``)."""

import base64
import binascii
import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING, TypeVar

from django.http import HttpRequest

from apps.accounts import throttle

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import AccessToken, ApiKey

Key = TypeVar("Key", "AccessToken", "ApiKey")

ACCESS_PREFIX = "zs_"
API_PREFIX = "api_"
SHOWN = 10
# Guessing 160 bits is hopeless; this only keeps a client gone wild from costing a query each time.
FAILURE_LIMIT = 60
FAILURE_SECONDS = 600


def new_key(prefix: str) -> tuple[str, str, str]:
    """Return a new key, the part of it that may be shown, and its digest."""
    key = prefix + base64.b32encode(secrets.token_bytes(20)).decode().lower()
    return key, key[:SHOWN], digest(key)


def digest(key: str) -> str:
    """Return the SHA-256 of a key as 64 hex digits."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def authorization(request: HttpRequest) -> tuple[str, str]:
    """Return scheme (lower case) and credentials of the Authorization header; two empty strings without one."""
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    return scheme.lower(), credentials.strip()


def access_token_of(request: HttpRequest, today: dt.date) -> "AccessToken | None":
    """Return the valid access token in ``Authorization: Bearer …`` or as password of ``Authorization: Basic …``.

    RFC 6750 2.1, RFC 7617. The user name of Basic is not looked at: QGIS asks for one, the key already names its owner.
    """
    from apps.accounts.models import AccessToken

    scheme, credentials = authorization(request)
    if scheme == "basic":
        try:
            credentials = base64.b64decode(credentials, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return None
    elif scheme != "bearer":
        return None
    if not credentials.startswith(ACCESS_PREFIX):
        return None
    tokens = AccessToken.objects.valid_on(today).select_related("user")
    return _found(request, tokens, credentials)


def api_key_of(request: HttpRequest) -> "ApiKey | None":
    """Return the active key in ``Authorization: Api-Key …``, with its municipality; None when there is none."""
    scheme, credentials = authorization(request)
    if scheme != "api-key" or not credentials.startswith(API_PREFIX):
        return None
    client = throttle.client_of(request)
    key = _api_key(digest(credentials), client)
    if key is None:
        _count_failure(client)
    return key


# Asked with every request of another system: written out, because composing it takes Django longer than running it.
_API_KEY = """
SELECT m.*, {columns}
FROM accounts_apikey k
JOIN places_municipality m ON m.id = k.municipality_id
WHERE k.is_active AND k.digest = %s AND NOT EXISTS (
    SELECT FROM accounts_ratecount r
    WHERE r.name = 'key-failed' AND r.key = %s AND r.count >= %s AND r.expires_at > clock_timestamp())
"""


def _api_key(digest: str, client: str) -> "ApiKey | None":
    from apps.accounts.models import ApiKey
    from apps.places.models import Municipality

    names = [field.attname for field in ApiKey._meta.concrete_fields]
    statement = _API_KEY.format(columns=", ".join(f"k.{name} AS key_{name}" for name in names))
    values = [digest, throttle.hashed("key-failed", client), FAILURE_LIMIT]
    for town in Municipality.objects.raw(statement, values):
        key = ApiKey.from_db(town._state.db, names, [getattr(town, f"key_{name}") for name in names])
        key.municipality = town
        return key
    return None


def _found(request: HttpRequest, keys: "QuerySet[Key]", credentials: str) -> "Key | None":
    """Return the key of these credentials in one query; None, and a failure is counted, when there is none.

    Nor is there one, however right, for a client that has failed too often.
    """
    client = throttle.client_of(request)
    key = keys.filter(~throttle.exhausted("key-failed", client, FAILURE_LIMIT), digest=digest(credentials)).first()
    if key is None:
        _count_failure(client)
    return key


def _count_failure(client: str) -> None:
    throttle.take("key-failed", client, limit=FAILURE_LIMIT, seconds=FAILURE_SECONDS)
