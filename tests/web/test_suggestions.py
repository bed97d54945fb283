"""The suggestions as the agent reads, says and answers them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.desk import ScriptedDesk
from tests.web.story import Story

pytestmark = pytest.mark.browser


def card(panel: Locator) -> Locator:
    return panel.locator(".card.first")


def test_the_first_suggestion_is_open_with_all_that_is_needed_to_say_it(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(
        story.started(),
        story.said("customer", "well it always slows down near the end"),
        story.suggestion("s-2", 2, title="Data saver", price="", kind="service"),
        story.suggestion("s-1", 1, evidence=[story.quote("always slows down")]),
    )
    first = card(panel)
    for words in (
        "Upgrade, 1 of 2",
        "Family Data 60 GB",
        "15.00 USD per month",
        "always slows down",
        "Since your lines share one allowance, the family plan keeps all of them at full speed.",
        "How often does it slow down?",
        "No problem at all, your plan stays as it is.",
    ):
        expect(first.get_by_text(words)).to_be_visible()
    answer = first.get_by_text("It replaces two top-ups.")
    expect(answer).to_be_hidden()
    first.get_by_text("If they hesitate").click()
    expect(answer).to_be_visible()
    other = panel.locator(".card:not(.first)")
    expect(other.get_by_text("Data saver")).to_be_visible()
    expect(other.get_by_role("button", name="Said it")).to_be_hidden()
    other.get_by_text("Data saver").click()
    expect(other.get_by_role("button", name="Said it")).to_be_visible()


def test_a_suggestion_is_reported_shown_once_even_when_it_is_sent_again(
    page: Page, panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(story.started(), story.suggestion())
    expect(card(panel)).to_be_visible()
    shown = desk.next_feedback()
    assert shown["suggestion_id"] == "s-1"
    assert shown["conversation"] == "c-17"
    assert shown["action"] == "shown"
    desk.say(story.outcome("s-1", "shown"))
    page.reload()
    card(panel).get_by_role("button", name="Said it").click()
    assert desk.next_feedback()["action"] == "voiced"


@pytest.mark.parametrize(
    ("button", "action"),
    [
        ("Said it", "voiced"),
        ("Accepted", "accepted"),
        ("Declined", "declined"),
        ("Later", "postponed"),
        ("Dismiss", "dismissed"),
    ],
)
def test_each_button_says_what_became_of_it(
    panel: Locator, desk: ScriptedDesk, story: Story, button: str, action: str
) -> None:
    desk.say(story.started(), story.suggestion())
    pressed = card(panel).get_by_role("button", name=button)
    pressed.focus()
    pressed.press("Enter")
    assert desk.next_feedback()["action"] == "shown"
    assert desk.next_feedback() | {"id": 0} == {
        "id": 0,
        "type": "feedback",
        "conversation": "c-17",
        "suggestion_id": "s-1",
        "action": action,
    }
    desk.say(story.outcome("s-1", action))
    expect(panel.locator(f"[data-action={action}]")).to_have_attribute("aria-pressed", "true")


def test_an_answered_card_folds_and_can_be_opened_to_mend_a_slip(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(story.started(), story.suggestion(), story.outcome("s-1", "declined"))
    answered = panel.locator(".card")
    expect(answered.locator(".outcome")).to_have_text("Declined")
    expect(answered.get_by_role("button", name="Accepted")).to_be_hidden()
    answered.get_by_text("Family Data 60 GB").click()
    answered.get_by_role("button", name="Accepted").click()
    desk.say(story.outcome("s-1", "accepted"))
    expect(answered.locator(".outcome")).to_have_text("Accepted")


def test_a_fresh_suggestion_comes_before_an_answered_one_of_the_same_rank(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(story.started(), story.suggestion(), story.outcome("s-1", "accepted"))
    desk.say(story.suggestion("s-2", 1, title="Data saver"))
    expect(panel.locator("[part=card-title]")).to_have_text(["Data saver", "Family Data 60 GB"])
    expect(card(panel)).to_contain_text("Data saver")


def test_an_answer_that_the_server_refuses_is_told(panel: Locator, desk: ScriptedDesk, story: Story) -> None:
    desk.say(story.started(), story.suggestion(), story.outcome("s-1", "shown"))
    desk.refuse = "the conversation is over"
    card(panel).get_by_role("button", name="Accepted").click()
    expect(card(panel).get_by_role("alert")).to_have_text("Not recorded: the conversation is over")


def test_a_withdrawn_suggestion_goes_and_the_reason_is_told(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(story.started(), story.suggestion())
    expect(card(panel)).to_be_visible()
    desk.say(story.withdrawn("s-1", "The customer has another question."))
    expect(panel.locator(".card")).to_have_count(0)
    expect(panel.locator(".notices")).to_have_text(
        "Taken back: Family Data 60 GB. The customer has another question."
    )


def test_nothing_moves_beneath_the_hand(page: Page, panel: Locator, desk: ScriptedDesk, story: Story) -> None:
    desk.say(story.started(), story.suggestion())
    button = card(panel).get_by_role("button", name="Accepted")
    expect(button).to_be_visible()
    page.clock.install()
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    desk.say(
        story.gate("service", ("mood", "sales", "Unhappy."), ("complex", "sales", "Complex.")),
        story.suggestion("s-0", 1, title="Another"),
        story.withdrawn("s-1", "Held."),
    )
    expect(panel.get_by_text("Help only, no sales")).to_be_visible()
    page.clock.run_for(500)
    assert card(panel).evaluate("node => node.inert")
    assert button.bounding_box() == box
    page.mouse.move(5, 5)
    page.clock.run_for(500)
    expect(card(panel).get_by_text("Another")).to_be_visible()
    expect(panel.locator(".card")).to_have_count(1)


def test_the_words_go_into_the_composer_or_on_a_click_to_the_clipboard(
    page: Page, panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    words = "Since your lines share one allowance, the family plan keeps all of them at full speed."
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('untouched')")
    desk.say(story.started(), story.suggestion())
    button = card(panel).locator(".copy")
    expect(button).to_have_text("Use these words")
    assert page.evaluate("navigator.clipboard.readText()") == "untouched"
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == words
    page.evaluate(
        """document.addEventListener("offers:insert", (event) => {
        event.preventDefault(); window.inserted = event.detail.text; })"""
    )
    button.click()
    expect(button).to_have_text("Inserted")
    assert page.evaluate("window.inserted") == words
