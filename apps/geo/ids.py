"""Public ids: random, so that a number tells nothing about hidden rows (threat V5), and easy to say on the phone."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
LENGTH = 12
PATTERN = rf"[{ALPHABET}]{{{LENGTH}}}"


def public_id() -> str:
    """Return a random id of 60 bits as 12 characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
