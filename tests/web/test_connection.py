"""How the panel signs on, comes back, and tells the desktop around it."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.desk import ScriptedDesk
from tests.web.story import Story

pytestmark = pytest.mark.browser


def card(panel: Locator) -> Locator:
    return panel.locator(".card.first")


def record(page: Page, *types: str) -> None:
    """Collect the element's events where the desktop around it would hear them."""
    page.evaluate(
        """types => { window.told = []; for (const type of types)
        document.addEventListener(type, ({detail}) => told.push([type, detail])); }""",
        types,
    )


def told(page: Page, count: int) -> list[Any]:
    page.wait_for_function("count => window.told.length >= count", arg=count)
    return page.evaluate("window.told")


def test_the_panel_comes_back_after_a_loss_and_shows_nothing_twice(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(story.started(), story.said("customer", "hello"), story.suggestion())
    assert desk.next_feedback()["action"] == "shown"
    desk.say(story.outcome("s-1", "shown"))
    desk.stop()
    expect(panel.locator(".connection")).to_have_text("Connection lost, trying again")
    card(panel).get_by_role("button", name="Accepted").click()
    desk.start(desk.port)
    assert desk.subscribed.get(timeout=30) == "agent:me"
    expect(panel.locator(".connection")).to_have_text("Live")
    assert desk.next_feedback()["action"] == "accepted"
    desk.say(story.said("agent", "good morning"))
    expect(panel.locator("[part~=turn]")).to_have_count(2)
    expect(panel.locator(".card")).to_have_count(1)


def test_a_line_that_fell_silent_is_given_up_and_opened_anew(page: Page, desk: ScriptedDesk) -> None:
    """The desk of these tests answers no ping, as a line that is dead without knowing."""
    page.clock.install()
    page.goto(f"{desk.url}/#token={desk.token}")
    assert desk.subscribed.get(timeout=10) == "agent:me"
    page.clock.run_for(31_000)
    assert desk.subscribed.get(timeout=10) == "agent:me"


def test_a_refused_token_is_asked_for_again_and_never_retried(page: Page, desk: ScriptedDesk) -> None:
    page.goto(f"{desk.url}/#token=wrong")
    panel = page.locator("rightsell-panel")
    expect(page.get_by_text("The access token was refused.").first).to_be_visible()
    expect(panel.locator(".connection")).to_have_attribute("data-state", "refused")
    page.get_by_label("Access token").fill(desk.token)
    page.get_by_role("button", name="Connect").click()
    expect(panel.locator(".connection")).to_have_text("Live")
    expect(page.get_by_label("Access token")).to_be_hidden()


def test_the_token_leaves_the_address_bar_and_never_reaches_an_address(
    page: Page, desk: ScriptedDesk
) -> None:
    with page.expect_websocket() as line:
        page.goto(f"{desk.url}/#token={desk.token}")
    desk.subscribed.get(timeout=10)
    assert page.url == f"{desk.url}/"
    assert line.value.url == f"ws://127.0.0.1:{desk.port}/v1/agent"
    assert desk.paths == ["/", *(path for path in desk.paths if path.startswith("/static/"))]


def test_the_desktop_around_it_hears_what_happens(
    page: Page, panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    record(page, "offers:ready", "offers:status", "offers:suggestion", "offers:accepted", "offers:dismissed")
    page.evaluate("document.querySelector('rightsell-panel').connect()")
    desk.subscribed.get(timeout=10)
    desk.say(story.started(), story.suggestion())
    card(panel).get_by_role("button", name="Accepted").click()
    told(page, 6)
    card(panel).get_by_role("button", name="Dismiss").click()
    events = told(page, 7)
    states = [detail["state"] for kind, detail in events if kind == "offers:status"]
    assert states == ["closed", "connecting", "live"]
    rest = [kind for kind, _ in events if kind != "offers:status"]
    assert rest == ["offers:ready", "offers:suggestion", "offers:accepted", "offers:dismissed"]
    assert events[-1][1]["conversation"] == "c-17"
    assert events[-1][1]["suggestion"]["offer"] == "family-data-60"


def test_the_newest_conversation_is_followed_unless_one_is_named(
    page: Page, panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    other = Story("c-18")
    desk.say(
        story.started(),
        story.said("customer", "first call"),
        other.started(),
        other.said("customer", "second call"),
    )
    expect(panel.locator("[part~=turn]")).to_contain_text("second call")
    desk.say(story.said("customer", "still the first"))
    page.evaluate("document.querySelector('rightsell-panel').setConversation('c-17')")
    assert desk.subscribed.get(timeout=10) == "conversation:c-17"
    expect(panel.locator("[part~=turn]")).to_contain_text(["first call", "still the first"])
