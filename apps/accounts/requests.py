"""What a request is behind the doors of the desk."""

from apps.accounts.models import User
from apps.places.requests import TownRequest


class SignedInRequest(TownRequest):
    """A request behind ``login_required``: ``user`` is somebody, a citizen or a member of staff."""

    user: User


class StaffRequest(SignedInRequest):
    """A request that a door of ``access.py`` has let in: ``user`` is a member of the town's staff."""
