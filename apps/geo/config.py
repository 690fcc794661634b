"""What an app of the platform says about itself; the site is composed from these answers alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import AppConfig
from django.utils.functional import Promise

from apps.geo.staff import StaffMember


@dataclass(frozen=True)
class Entrance:
    """One way in: a line of the public navigation, of the desk or of the footer.

    ``url_name`` is a reversible route, ``icon`` the name of an SVG in ``static/icons``; ``roles`` names the staff
    roles that see it (empty: everybody who may see the place where it hangs); ``order`` sorts ascending.
    """

    title: str | Promise
    url_name: str
    icon: str = ""
    hint: str | Promise = ""
    roles: tuple[str, ...] = ()
    order: int = 100


class PlatformApp(AppConfig):
    """Base of every app's configuration.

    ``site_urls``: the app has a ``urls`` module that is mounted at the root (it writes its paths in full).
    ``entrances`` hang in the public navigation, ``desk_entrances`` under ``/intern/``, ``footer_entrances`` below.
    """

    default = False  # Django picks the one configuration of an app's module that is not this base

    default_auto_field = "django.db.models.BigAutoField"
    site_urls = False
    entrances: tuple[Entrance, ...] = ()
    desk_entrances: tuple[Entrance, ...] = ()
    footer_entrances: tuple[Entrance, ...] = ()

    def __init_subclass__(cls) -> None:
        cls.default = True

    def desk_counts(self, user: StaffMember, municipality_id: int) -> Mapping[str, str | Promise]:
        """Return what waits behind this app's desk entrances, by route name: ``{"reports_inbox": "12 offen"}``."""
        return {}
