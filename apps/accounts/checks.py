"""What must hold before an installation is open to the world."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from apps.accounts.demo import CAST


@register(Tags.security, deploy=True)
def check_no_demo_logins(**_: object) -> list[CheckMessage]:
    """The demonstration's password stands in the documentation: none of its accounts may exist in production."""
    from apps.accounts.models import User

    if settings.DEMO:
        return []
    try:
        found = User.objects.filter(email__in=[person.email for person in CAST], is_active=True).count()
    except DatabaseError:
        return []  # not migrated yet: then there are no accounts either
    if not found:
        return []
    return [
        Error(
            f"{found} of the demonstration's {len(CAST)} accounts with a public password exist in this database.",
            hint="Deactivate them on /intern/konten/, or start with an empty database.",
            id="accounts.E001",
        )
    ]
