"""Who is the same person, without knowing who it is: a keyed hash of an e-mail address."""

import re

from django.utils.crypto import salted_hmac


def identity_of(email: str, *, purpose: str, scope: object) -> str:
    """Return 64 hex digits, the same for the same address within one purpose and scope.

    An account counts by its address, so that nobody counts twice through both doors. Case and what follows a plus sign
    in the local part (RFC 5233: a detail of the same mailbox) make no other person.
    """
    local, _at, domain = email.strip().lower().rpartition("@")
    mailbox = f"{re.sub(r'(?<=.)[+].*', '', local)}@{domain}"
    return salted_hmac(f"apps.ideas.identity.{purpose}", f"{scope}\x1f{mailbox}", algorithm="sha256").hexdigest()
