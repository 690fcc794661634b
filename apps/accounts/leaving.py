"""Somebody stops working somewhere: kinds that keep people at their things say here that they want to know.

This app knows nothing of desks and of what lies there. An app registers in its ``leaving`` module.
"""

from collections.abc import Callable, Collection

from apps.accounts.models import User

#: ``(people, actor)``: keys of accounts that have lost a seat, a role or their access, and who took it. Called in the
#: transaction that does it; whether somebody has left a thing's desk the listener asks the database.
Listener = Callable[[Collection[int], User | None], object]

_listeners: list[Listener] = []


def when_somebody_leaves(listener: Listener) -> Listener:
    """Register the decorated function; once, however often its module is imported."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell_left(people: Collection[int], *, actor: User | None) -> None:
    """Tell all who want to know, in the caller's transaction; nobody is told of nobody."""
    if people:
        for listener in _listeners:
            listener(people, actor)
