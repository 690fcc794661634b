"""A real Chromium for tests. Every page is watched: a request to a foreign host or a blocked script fails the test."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.patience import PATIENCE_S
from tests.visitors import Visitors

#: By their programs' names; the first that is there. The shell is Chromium without windows of its own.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTLE_S = 60
PATIENCE_MS = PATIENCE_S * 1000  # the machine may be busy; whoever waits, waits for a state
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if settings.DJANGO_VITE["default"]["dev_mode"]:
        pytest.fail("Build the browser code first: npx vite build")
    expect.set_options(timeout=PATIENCE_MS)
    # Playwright's loop runs in this thread; the test's own queries run beside it, never inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def under_way() -> dict[Page, set[Any]]:
    """What each page has asked for and not got yet."""
    return {}


def settle(page: Page, asked: set[Any]) -> None:
    """Wait until the page is loaded and nothing that it asked for is still on its way to change it."""
    page.wait_for_load_state("load")
    deadline = time.monotonic() + SETTLE_S
    while asked and time.monotonic() < deadline:
        page.wait_for_timeout(20)


@pytest.fixture
def settled(under_way: dict[Page, set[Any]]) -> Callable[[Page], None]:
    """Return ``settled(page)``: wait until the page has worked on what came, and asks for nothing more."""

    def wait(page: Page) -> None:
        quiet = 0
        while quiet < 10:
            settle(page, under_way[page])
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            quiet = 0 if under_way[page] else quiet + 1

    return wait


@pytest.fixture
def open_page(
    chromium: Browser, live_server: Any, visitors: Visitors, client: Any, under_way: dict[Page, set[Any]]
) -> Iterator[Callable[..., Page]]:
    """Return ``open_page(path, width=, scheme=, javascript=, user=)``: a page of the live server, watched."""
    contexts = []
    faults: list[str] = []
    home = urlsplit(live_server.url).netloc

    def watch_request(request: Any) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.netloc != home:
            faults.append(f"request to a foreign host: {request.url}")

    def watch_console(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(f"console: {message.text}")

    def open_one(
        path: str, *, width: int = 1280, scheme: str = "light", javascript: bool = True, user: Any = None
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 740},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            locale="de-DE",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.set_default_navigation_timeout(PATIENCE_MS)
        if user is not None:
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.on("request", watch_request)
        asked = under_way[page] = set()
        page.on("request", lambda request: asked.add(request))
        page.on("requestfinished", lambda request: asked.discard(request))
        page.on("requestfailed", lambda request: asked.discard(request))
        page.on("console", watch_console)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    visitors.wait_for_the_last()
    assert faults == []


MOTION_ENDED = """() => Promise.allSettled(
    document.getAnimations()
        .filter((motion) => motion.effect.getComputedTiming().endTime !== Infinity)
        .map((motion) => motion.finished)
)"""


@pytest.fixture
def axe(under_way: dict[Page, set[Any]]) -> Callable[[Page], list[str]]:
    """Return ``axe(page)``: what axe-core finds against WCAG 2.2 AA and its best practices, a line each.

    It looks when nothing moves any more: half faded in, every text lacks contrast.
    """

    def scan(page: Page) -> list[str]:
        settle(page, under_way[page])
        # What has to move yet, in answer to what is still on its way, jumps instead.
        page.emulate_media(reduced_motion="reduce")
        page.evaluate(MOTION_ENDED)
        found = Axe().run(page, options={"runOnly": AXE_TAGS, "resultTypes": ["violations"]}).response["violations"]
        page.emulate_media(reduced_motion="no-preference")
        return [f"{v['id']}: {n['html'][:160]} {n['failureSummary']}" for v in found for n in v["nodes"]]

    return scan


@pytest.fixture
def overflow(under_way: dict[Page, set[Any]]) -> Callable[[Page], list[str]]:
    """Return ``overflow(page)``: elements that make the page scroll sideways (WCAG 1.4.10), empty when none does."""

    def measure(page: Page) -> list[str]:
        settle(page, under_way[page])
        found: list[str] = page.evaluate(
            """() => {
                const root = document.documentElement;
                if (root.scrollWidth <= root.clientWidth) return [];
                return [...document.body.querySelectorAll("*")]
                    .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1)
                    .slice(0, 5)
                    .map((e) => e.outerHTML.slice(0, 120));
            }"""
        )
        return found

    return measure
