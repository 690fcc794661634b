"""What every page knows: the town, the ways in, whether this is a demonstration."""

from collections.abc import Collection
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from apps.accounts.models import User
from apps.geo.config import Entrance, PlatformApp
from apps.places.models import Municipality

#: Route of the form behind the one primary button; the button is missing while no app brings the route.
REPORT_ROUTE = "reports:new"
MAP_ROUTE = "map"
DESK = "/intern/"
ACCOUNT = "/konto/"
#: Desk entrances from this order on are not daily work.
ASIDE_FROM = 500


@dataclass(frozen=True)
class NavItem:
    """An entrance whose route exists: ``url`` is its path, ``current`` says that the reader is in there now.

    ``aside``: hangs in the desk's second menu, with what is set up once and with one's own account.
    """

    title: str | Promise
    url: str
    icon: str
    hint: str | Promise
    current: bool
    aside: bool = False


def url_of(url_name: str) -> str:
    """Return the path of a route, or an empty string where no installed app brings it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def declared(attribute: str) -> list[Entrance]:
    """Return the entrances of that kind from every app's configuration, in display order."""
    configs = (config for config in apps.get_app_configs() if isinstance(config, PlatformApp))
    return sorted((e for config in configs for e in getattr(config, attribute)), key=lambda entrance: entrance.order)


def nav_items(attribute: str, path: str, *, roles: Collection[str] | None = None) -> list[NavItem]:
    """Return the entrances that exist here; with ``roles`` only those that a holder of these roles may see.

    The item with the longest address that begins ``path`` is the current one, so that ``/intern/`` is not current
    everywhere below it.
    """
    found = [
        (entrance, url)
        for entrance in declared(attribute)
        if (roles is None or not entrance.roles or set(entrance.roles) & set(roles))
        and (url := url_of(entrance.url_name))
    ]
    inside = [url for _, url in found if path == url or (len(url) > 1 and path.startswith(url))]
    current = max(inside, key=len, default=None)
    return [NavItem(e.title, url, e.icon, e.hint, url == current, _is_aside(e)) for e, url in found]


def _is_aside(entrance: Entrance) -> bool:
    return entrance.roles == ("administrator",) or entrance.order >= ASIDE_FROM


def other_ways() -> list[NavItem]:
    """Return the public entrances for the first page: not the map, which is there, nor what the one button leads to."""
    here, form = url_of(MAP_ROUTE), url_of(REPORT_ROUTE)
    return [item for item in nav_items("entrances", "") if item.url != here and not form.startswith(item.url)]


@dataclass(frozen=True)
class DeskCard:
    """A way in on the desk's start page, with what waits behind it (``"12 offen"``) where its app says so."""

    item: NavItem
    count: str | Promise


def desk_cards(user: User, town: Municipality) -> list[DeskCard]:
    """Return the cards of the desk's start page for a person in a town (without the start page itself)."""
    waiting: dict[str, str | Promise] = {}
    for config in apps.get_app_configs():
        if isinstance(config, PlatformApp):
            waiting |= {url_of(name): words for name, words in config.desk_counts(user, town.pk).items()}
    items = nav_items("desk_entrances", DESK, roles=user.roles_in(town.pk))
    return [DeskCard(item, waiting.get(item.url, "")) for item in items if not item.current]


def site(request: HttpRequest) -> dict[str, object]:
    """Return ``town``, ``demo``, ``report_url`` and the lists of ``NavItem`` of header, footer and desk.

    ``desk_entrances`` is filled for staff, below ``/intern/`` and ``/konto/`` only: public pages neither read nor set a
    session.
    """
    town = getattr(request, "municipality", None)
    desk: list[NavItem] = []
    if request.path.startswith((DESK, ACCOUNT)) and town and request.user.is_authenticated:
        roles = request.user.roles_in(town.pk)
        desk = nav_items("desk_entrances", request.path, roles=roles) if roles else []
    return {
        "town": town,
        "demo": settings.DEMO and bool(town and town.is_demo),
        "report_url": url_of(REPORT_ROUTE),
        "entrances": nav_items("entrances", request.path),
        "footer_entrances": nav_items("footer_entrances", request.path),
        "desk_entrances": desk,
        # Pages about one's own account look like the place where one is at home.
        "account_base": "desk/base.html" if desk else "base.html",
    }
