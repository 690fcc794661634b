"""What a request is behind the doors of the desk."""

from apps.accounts.models import User
from apps.places.requests import TownRequest


class StaffRequest(TownRequest):
    """A request that a door of ``access.py`` has let in: ``user`` is a member of the town's staff."""

    user: User
