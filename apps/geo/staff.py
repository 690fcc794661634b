"""Somebody who has signed in, as this app sees them: it lies below ``accounts``, whose ``User`` has all of this."""

from typing import Literal, Protocol


class StaffMember(Protocol):
    """What the kinds ask of somebody who has signed in."""

    @property
    def pk(self) -> int: ...

    @property
    def is_authenticated(self) -> Literal[True]: ...

    def roles_in(self, municipality_id: int) -> set[str]:
        """Return the role codes held in one town."""

    def has_role(self, municipality_id: int, *wanted: str) -> bool:
        """Is one of the roles held in that town? With none named: any role at all."""

    def towns_with_role(self, *wanted: str) -> list[int]:
        """Return the primary keys of the towns where one of the roles is held (any when none is named)."""
