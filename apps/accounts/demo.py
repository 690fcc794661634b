"""The demonstration's staff. Their password is public, so they exist only where ``DEMO`` is on."""

from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from apps.accounts.models import Role, User
from apps.places.models import Municipality

DEMO_PASSWORD = "Brandis-zeigt-alles"  # noqa: S105  (printed at start; checks.py forbids it in production)


@dataclass(frozen=True)
class Member:
    """One of the cast."""

    name: str
    email: str
    roles: tuple[str, ...]


CAST = (
    Member("Bernd (Demo)", "bernd@brandis.invalid", ("clerk",)),
    Member("Carla (Demo)", "carla@brandis.invalid", ("clerk",)),
    Member("Dilek (Demo)", "dilek@brandis.invalid", ("moderator", "clerk")),
    Member("Emil (Demo)", "emil@brandis.invalid", ("planner",)),
    Member("Fatma (Demo)", "fatma@brandis.invalid", ("gis",)),
    Member("Greta (Demo)", "greta@brandis.invalid", ("supervisor", "clerk")),
    Member("Alex (Demo)", "admin@brandis.invalid", ("administrator",)),
)


def load(town: Municipality, folder: Path) -> str:
    """Make or renew the accounts in the town; return a line about it. Raises RuntimeError unless ``DEMO``."""
    if not settings.DEMO:
        raise RuntimeError("The demonstration's logins exist only where DEMO is on.")
    # Argon2 is slow on purpose; a public password needs it once, and no salt of its own per account.
    held = User.objects.filter(email=CAST[0].email).values_list("password", flat=True).first() or ""
    hashed = held if check_password(DEMO_PASSWORD, held) else make_password(DEMO_PASSWORD)
    with transaction.atomic():
        for member in CAST:
            user, _created = User.objects.get_or_create(email=member.email, defaults={"name": member.name})
            user.name, user.is_active, user.password = member.name, True, hashed
            user.save()
            EmailAddress.objects.get_or_create(
                user=user, email=member.email, defaults={"verified": True, "primary": True}
            )
            Role.objects.bulk_create(
                (Role(user=user, municipality=town, role=role) for role in member.roles), ignore_conflicts=True
            )
    return f"{len(CAST)} accounts"


def logins() -> list[tuple[str, str, str]]:
    """Return (roles in words, e-mail address, password) of each, for the end of ``bin/run``."""
    return [
        (", ".join(str(Role.Code(role).label) for role in member.roles), member.email, DEMO_PASSWORD) for member in CAST
    ]
