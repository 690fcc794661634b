"""What belongs to somebody with an account: kinds say in their ``belongings`` module what they find and forget.

This app knows nothing of ideas and votes. Nothing ties a row to an account: a kind finds what is somebody's by the
confirmed address of the account, as it does for whoever comes through the link in a mail.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from apps.places.models import Municipality


@dataclass(frozen=True)
class Belonging:
    """One line of "Meine Beiträge"; without ``url`` there is nothing to open."""

    title: str
    note: str | Promise = ""
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """``find(address, town)`` returns what is somebody's in a town, newest first, at most ``MOST``.

    ``forget(address)`` deletes what is personal everywhere, in the transaction in which the account goes.
    """

    title: str | Promise
    nothing: str | Promise
    find: Callable[[str, Municipality], Sequence[Belonging]]
    forget: Callable[[str], object] | None = None
    order: int = 100


MOST = 100
_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Say what ``kind`` keeps of somebody; the same name again takes its place."""
    _kinds[name] = kind


def all_kinds() -> list[Kind]:
    """Return the registered kinds in display order."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)
