"""Every page of the site in a real browser, found through the register of addresses: a new page is in here by itself.

Each is looked at on a telephone and on a wide screen: nothing makes it scroll sideways, and axe-core finds nothing.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from geo_platform.services import save_text
from tests.outlets import register
from tests.outlets.world import World, make_world

pytestmark = pytest.mark.browser
VIEWS = [(360, "light"), (1280, "dark")]
#: Token of the status page of the released report (tests/outlets/world.py).
TOKEN = "a" * 32


@pytest.fixture
def world(town, monkeypatch):
    """The world of the outlets without its canaries: whole words, and data that pages of the desk can read."""
    monkeypatch.setattr("tests.outlets.world.poison", lambda *args, **kwargs: None)
    for name in register.PUBLIC:
        if name.startswith("text_"):
            slug = name.removeprefix("text_")
            save_text(municipality=town, slug=slug, title="Überschrift", body="Ein Absatz.\n\n## Mehr\n\nNoch einer.")
    town.citizen_accounts = True  # pages that are switched off are none
    town.save(update_fields=["citizen_accounts"])
    return make_world(town)


def scan(page, addresses, axe, overflow):
    """Return what is wrong with which page at which width; a page that is answered with an error is wrong, too."""
    faults = {}
    for number, address in enumerate(addresses):
        answer = page.goto(address)
        if answer.status >= 500:
            faults[address, 0] = answer.status
        for view, (width, scheme) in enumerate(VIEWS):
            page.set_viewport_size({"width": width, "height": 740})
            page.emulate_media(color_scheme=scheme)
            # axe-core takes most of the time: every other page is scanned in the light, the rest in the dark.
            found = overflow(page) + (axe(page) if number % 2 == view else [])
            if found:
                faults[address, width] = found
    return faults


def first_page(client: Any, addresses: list[str]) -> list[str]:
    """Return the first address that answers, if that answer is a page of its own."""
    for address in addresses:
        response = client.get(address, headers={"accept": "text/html"})
        if response.status_code == 200:
            is_page = response["Content-Type"].startswith("text/html") and b"<html" in response.content
            return [address] if is_page else []
    return []


def addresses_of(name: str, pattern: str, world: World) -> Iterator[str]:
    """Yield addresses of a route: its arguments are filled with what the world holds."""
    namespace = name.partition(":")[0]
    one = namespace.removesuffix("s")  # "ideas" has layers "ideas" and "idea_calls"
    for layer in [layer for layer in world.visible if layer.startswith(one)] or list(world.visible):
        values: dict[str, Any] = {
            "public_id": world.visible[layer],
            "feature_id": world.visible[layer],
            "layer_name": layer,
            "document_id": world.papers[0],
            "token": TOKEN,
            "slug": "imprint",
        }
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", pattern)
        try:
            yield reverse(name, kwargs={key: values.get(key) or first_key(key) for key in wanted})
        except NoReverseMatch:
            return


def first_key(argument: str) -> int:
    """Return the key of some row for an argument like ``department_id``; 1 when no model is called so."""
    kind = argument.removesuffix("_id").replace("_", "")
    for model in apps.get_models():
        if model._meta.model_name == kind and (row := model._default_manager.first()):
            return int(row.pk)
    return 1


def is_of_account(name: str, pattern: str) -> bool:
    return bool(register.ACCOUNT.fullmatch(name)) and "<" not in pattern


@pytest.mark.slow(reason="axe looks at every page")
def test_every_public_page(open_page, axe, overflow, client, world):
    doors = {name: knock(world) for name, knock in register.PUBLIC.items()}
    for name, pattern in register.routes().items():
        if name in register.TOKEN or is_of_account(name, pattern):
            doors[name] = list(addresses_of(name, pattern, world))
    pages = [address for addresses in doors.values() for address in first_page(client, addresses)]
    assert len(pages) > 30
    assert scan(open_page("/"), [*pages, "/gibt-es-nicht/"], axe, overflow) == {}


@pytest.mark.slow(reason="axe looks at every page")
def test_every_page_of_the_desk(open_page, axe, overflow, client, world, make_user):
    gerd = make_user("Gerd", "administrator", "clerk", "moderator", "planner", "gis")
    page = open_page("/intern/", user=gerd)
    pages = [
        address
        for name, pattern in register.routes().items()
        if pattern.startswith("intern/") or is_of_account(name, pattern)
        for address in first_page(client, list(addresses_of(name, pattern, world)))
    ]
    assert len(pages) > 35
    assert scan(page, pages, axe, overflow) == {}


def answer_with(body: str) -> Any:
    return lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8")


def test_every_page_that_says_no(open_page, axe, overflow, town, rf):
    page = open_page("/")
    names = ["400", "403", "403_csrf", "404", "413", "429", "500", "503"]
    for name in names:
        request = rf.get("/")
        request.municipality = town
        # 400 and 500 are rendered without a request: nothing else may work any more.
        body = render_to_string(f"{name}.html", request=None if name in ("400", "500") else request)
        page.route(f"**/nein/{name}", answer_with(body))
    assert scan(page, [f"/nein/{name}" for name in names], axe, overflow) == {}


def test_the_proof_of_work_while_it_runs_and_when_it_is_done(open_page, axe, overflow, town, under_way):
    page = open_page("/", width=360)
    held: list[Any] = []
    page.route("**/pruefaufgabe/**", lambda route: held.append(route))
    with page.expect_request("**/pruefaufgabe/**"):
        page.goto("/barriere-melden/")
    page.wait_for_selector(".altcha[data-state=verifying]")
    under_way[page].clear()  # the puzzle is held back by ourselves
    assert axe(page) + overflow(page) == []
    held[0].continue_()
    page.wait_for_selector(".altcha[data-state=verified]")
    assert axe(page) + overflow(page) == []
