"""Debian's chromium, and a desk for the panel to connect to."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.web.desk import ScriptedDesk
from tests.web.story import Story

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 380, "height": 820}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


@pytest.fixture
def desk() -> Iterator[ScriptedDesk]:
    desk = ScriptedDesk()
    yield desk
    desk.stop()


@pytest.fixture
def panel(page: Page, desk: ScriptedDesk) -> Locator:
    """The server's own page, signed on and listening."""
    page.goto(f"{desk.url}/#token={desk.token}")
    assert desk.subscribed.get(timeout=10) == "agent:me"
    return page.locator("rightsell-panel")
