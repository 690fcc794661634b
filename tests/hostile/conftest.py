"""A full town, a listener that nobody may talk to, and a client that tells what it saw instead of raising."""

import copy
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conftest import make_town
from tests.outlets.register import PUBLIC
from tests.outlets.world import World, make_world, standing

_seen: list[str] | None = None


def _listen(event: str, args: tuple[Any, ...]) -> None:
    """Note every attempt of Python code to leave the machine; C libraries are caught by the trap."""
    if _seen is not None and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        _seen.append(f"{event} {args[1:] if event == 'socket.connect' else args}")


sys.addaudithook(_listen)


@dataclass
class Trap:
    """A listener on this machine; ``caught`` counts who connected, ``calls`` what Python tried."""

    port: int
    calls: list[str]
    caught: list[str] = field(default_factory=list)

    def arm(self, text: str) -> str:
        """Put the listener's port into a payload."""
        return text.replace("@PORT@", str(self.port))


@pytest.fixture
def trap(settings: Any) -> Iterator[Trap]:
    """Fail the test when anything it did opened a connection."""
    global _seen
    settings.BASEMAP_UPSTREAMS = []  # the one connection that the platform makes on purpose
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    _seen = []
    found = Trap(server.getsockname()[1], _seen)
    stop = threading.Event()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _address = server.accept()
            except TimeoutError:
                continue
            found.caught.append("somebody connected")
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield found
    stop.set()
    thread.join()
    server.close()
    _seen = None
    assert not found.caught and not found.calls


def build() -> World:
    """Return Rasterstadt with a thing of every kind in every state, and its texts."""
    from apps.reports.models import Event
    from geo_platform.services import save_text

    made = make_world(make_town())
    with pgtrigger.ignore("reports.Event:as_written"):
        Event.objects.update(data={})  # the canaries in there are no words that a service would write
    for name in PUBLIC:
        if name.startswith("text_"):
            slug = name.removeprefix("text_")
            save_text(municipality=made.town, slug=slug, title="Überschrift", body="Ein Absatz.")
    return made


@pytest.fixture(scope="module")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), standing(build) as world:
        yield world


@pytest.fixture
def world(standing_world: World, db: None, settings: Any) -> World:
    """The world as it was built, whatever the test before did to it."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEFAULT_MUNICIPALITY = standing_world.town.key
    return copy.deepcopy(standing_world)


@pytest.fixture
def town(request: pytest.FixtureRequest, db: None, settings: Any) -> Any:
    """The town of the world, or an empty one for a test that needs no more."""
    if "world" in request.fixturenames:
        return request.getfixturevalue("world").town
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEFAULT_MUNICIPALITY = "14000010"
    return make_town()


@pytest.fixture
def staff(make_user: Callable[..., Any], world: World) -> Any:
    """Somebody who may do everything in the town."""
    from apps.departments.models import Membership

    user = make_user("Gerda", "clerk", "moderator", "planner", "gis", "administrator")
    Membership.objects.create(user=user, department=world.desks.depot)
    return user


@dataclass
class Knocker:
    """Sends requests and keeps what went wrong, with what was sent."""

    client: Client
    trap: Trap
    faults: list[str] = field(default_factory=list)
    answers: int = 0

    def knock(self, method: str, url: str, name: str, **request: Any) -> HttpResponse | None:
        """Send one request; anything above 499, and anything raised, is a fault."""
        self.answers += 1
        try:
            response = getattr(self.client, method)(self.trap.arm(url), **request)
            if response.streaming:
                b"".join(response.streaming_content)
        except Exception as error:
            self.faults.append(f"{method} {url[:120]} {name}: {type(error).__name__}: {str(error)[:200]}")
            return None
        if response.status_code >= 500:
            self.faults.append(f"{method} {url[:120]} {name}: {response.status_code}")
        return response

    def send(self, url: str, name: str, *, body: bytes, content_type: str, **request: Any) -> HttpResponse | None:
        """POST bytes as they are: Django's own client encodes what a strange client would not."""
        self.client.post_bytes = lambda path, **more: self.client.generic("POST", path, body, content_type, **more)
        return self.knock("post_bytes", url, name, **request)


@pytest.fixture
def knocker(client: Client, trap: Trap) -> Iterator[Knocker]:
    """Fail with the list of all faults, not with the first one."""
    one = Knocker(client, trap)
    yield one
    assert not one.faults, "\n".join(one.faults[:40])
