"""Who is reading. Public URLs answer as nobody, whoever asks, so that their answers may be cached."""

from typing import Literal, Protocol, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db.models import Manager, Model


class StaffMember(Protocol):
    """What the kinds ask of somebody who has signed in: ``accounts.User``, which stands above this app."""

    @property
    def is_authenticated(self) -> Literal[True]: ...

    @property
    def memberships(self) -> Manager[Model]:
        """The departments that somebody belongs to (related manager)."""

    def towns_with_role(self, *wanted: str) -> list[int]:
        """Return the primary keys of the towns where one of the roles is held (any when none is named)."""


Actor: TypeAlias = StaffMember | AnonymousUser

ANONYMOUS = AnonymousUser()
