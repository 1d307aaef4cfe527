"""A real browser in front of the real console: its server on a free port, practice platforms over HTTP, SQLite.

``page = console.open("/posts", STAFF)`` is a signed-in page; ``axe(page)`` and ``shot(page, "posts")`` look at it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from bot.bootstrap import App
from bot.console.guard import COOKIE, LOCALE_COOKIE
from bot.console.server import ConsoleServer
from bot.domain.people import Person
from tests.console.rig import PASSWORD, app_of, visit_as
from tests.house import House

_ARGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK: Final = ViewportSize(width=1280, height=900)
PHONE: Final = ViewportSize(width=390, height=844)
_HERE: Final = Path(__file__).parent
SERIOUS: Final = ("serious", "critical")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder opens a browser, so that a quick run can leave them out."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Console:
    """A running console. Each ``open`` is a browser window of its own, so two people can be there at once."""

    def __init__(self, house: House, app: App, url: str, browser: Browser) -> None:
        self.house, self.app, self.url = house, app, url
        self._browser = browser
        self._windows: list[BrowserContext] = []
        self.complaints: list[str] = []
        """What the browser's console and the pages' scripts complained about; a test's end wants none."""

    def open(
        self, path: str, person: Person | None = None, *, locale: str = "ja", size: ViewportSize = DESK, **more: Any
    ) -> Page:
        """A new window at ``path``, signed in as ``person`` without the slow password; ``more`` goes to Playwright."""
        window = self._browser.new_context(viewport=size, base_url=self.url, **more)
        window.set_default_timeout(10_000)
        self._windows.append(window)
        cookies = {LOCALE_COOKIE: locale}
        if person is not None:
            cookies[COOKIE] = visit_as(self.app, person).client.cookies[COOKIE]
        window.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies.items()])
        page = window.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._heard(page, said.type, said.text))
        page.goto(path)
        return page

    def close(self) -> None:
        for window in self._windows:
            window.close()

    def _heard(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:  # a refused form is an answer, not a defect
            self.complaints.append(f"{page.url}: {text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium or Chrome, else the one that Playwright brought."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=list(_ARGS)
        )
        yield found
        found.close()


@pytest.fixture
def console(sqlite_house: House, browser: Browser) -> Iterator[Console]:
    """An empty house with everybody enrolled and its console listening; the clock stands still at Wednesday 10:00."""
    app = app_of(sqlite_house)
    server = ConsoleServer(app)
    made = Console(sqlite_house, app, server.start(), browser)
    yield made
    made.close()
    server.stop()
    assert made.complaints == []


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Through the page, as people do it."""
    page.goto("/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.locator("main form button").click()


def axe(page: Page) -> None:
    """No serious and no critical finding of axe on the page as it stands."""
    found = Axe().run(page).response["violations"]
    serious = [each for each in found if each["impact"] in SERIOUS]
    told = [f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes']][:3]}" for each in serious]
    assert told == []


def fits(page: Page) -> None:
    """Nothing sticks out sideways: no page needs to be pushed to and fro on a phone or at 200 % zoom."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), page.url


@pytest.fixture(scope="session")
def shot() -> Callable[[Page, str], None]:
    """Writes a picture of the whole page into the folder that KOUHOU_SCREENSHOTS names; without it does nothing."""
    folder = _SCREENSHOTS

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take


_SCREENSHOTS: Final = os.environ.get("KOUHOU_SCREENSHOTS", "")
"""Read before the tests' environment is wiped."""
