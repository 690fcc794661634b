"""Keys of other houses at rest: sealed with the installation's secret, so that a copy of the database opens nothing."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


class CannotOpen(Exception):
    """The key was sealed under a secret that this installation has lost: it must be entered again."""


def seal(text: str) -> str:
    """Return ``text`` sealed; an empty text stays empty."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """Return the text again, also after the secret was rotated. Raises ``CannotOpen``."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen from None


def _box() -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    keys = (salted_hmac("apps.open311.sealing", "key", secret=s, algorithm="sha256").digest() for s in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
