"""Reports hear that somebody has stopped working somewhere."""

from collections.abc import Collection

from apps.accounts.leaving import when_somebody_leaves
from apps.accounts.models import User
from apps.reports.services import let_go_of_leavers


@when_somebody_leaves
def let_go(people: Collection[int], actor: User | None) -> None:
    """Their reports are nobody's again."""
    let_go_of_leavers(people=people, actor=actor)
