"""Secret links of people without an account: 128 bit, stored hashed (threat W8).

The token is derived from the row, so that a later mail can name the same link although the database only knows its
hash: whoever has a copy of the database but not the installation's secret cannot open anything.
"""

import base64
import hashlib

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

BYTES = 16
#: A token in a URL: 26 characters of base 32.
PATTERN = r"[a-z2-7]{26}"


def derive_token(purpose: str, *parts: object, secret: str | bytes | None = None) -> str:
    """Return 26 characters that carry 128 bits, the same for the same purpose and parts under one secret."""
    digest = salted_hmac(
        f"apps.contributions.token.{purpose}", "\x1f".join(map(str, parts)), secret=secret, algorithm="sha256"
    ).digest()
    return base64.b32encode(digest[:BYTES]).decode().rstrip("=").lower()


def hash_token(token: str) -> str:
    """Return what the database keeps of a token. 128 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def known_token(stored_hash: str, purpose: str, *parts: object) -> str:
    """Return the token whose hash is stored, also after the secret was rotated; empty when no secret fits."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = derive_token(purpose, *parts, secret=secret)
        if constant_time_compare(hash_token(token), stored_hash):
            return token
    return ""
