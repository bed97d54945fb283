"""What the panel shows of a conversation, in a real browser, beside a desk that says what each test needs."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.desk import ScriptedDesk
from tests.web.story import Story

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def card(panel: Locator) -> Locator:
    return panel.locator(".card.first")


def test_an_agent_sees_where_the_call_stands_at_a_glance(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(
        story.started(),
        story.said("customer", "my bill is wrong, and it always slows down"),
        story.understood(
            reason={"id": "billing_dispute", "confidence": 0.9, "alternatives": []},
            resolution={"state": "proposed", "confidence": 0.8, "evidence": []},
            sentiment={"value": -0.4, "trend": "rising", "confidence": 0.7, "mood": -0.4},
            needs=[
                {
                    "id": "more_data",
                    "kind": "unstated",
                    "confidence": 0.8,
                    "evidence": [story.quote("slows down")],
                }
            ],
            flags=[story.flag("vulnerable")],
        ),
    )
    expect(panel.get_by_role("heading")).to_have_text("Billing dispute")
    expect(panel.locator("[aria-current=step]")).to_have_text("Proposed")
    expect(panel.locator(".mood")).to_have_text("Unhappyrising")
    expect(panel.get_by_role("list", name="Take care")).to_have_text("Vulnerable")
    need = panel.get_by_role("button", name="More data")
    expect(need).to_contain_text("let it slip")
    expect(panel.get_by_text("slows down", exact=True)).to_be_hidden()
    need.hover()
    expect(panel.get_by_role("tooltip")).to_have_text("slows down")


@pytest.mark.parametrize(("state", "label"), [("reopened", "Reopened"), ("failed", "Failed")])
def test_a_request_that_went_wrong_shows(
    panel: Locator, desk: ScriptedDesk, story: Story, state: str, label: str
) -> None:
    gone_wrong: dict[str, Any] = {"state": state, "confidence": 0.8, "evidence": []}
    desk.say(story.started(), story.understood(resolution=gone_wrong))
    expect(panel.locator("[aria-current=step]")).to_have_text(label)


def test_a_held_gate_tells_every_reason_in_words(panel: Locator, desk: ScriptedDesk, story: Story) -> None:
    desk.say(
        story.started(),
        story.gate(
            "none", ("unresolved", "all", "Not solved yet."), ("mood", "sales", "The customer is unhappy.")
        ),
    )
    gate = panel.get_by_role("region", name="May I offer something?")
    expect(gate.get_by_text("Hold, no offers")).to_be_visible()
    expect(gate.get_by_role("listitem")).to_have_text(["Not solved yet.", "The customer is unhappy."])
    desk.say(story.gate("service", ("mood", "sales", "The customer is unhappy.")))
    expect(gate.get_by_text("Help only, no sales")).to_be_visible()
    expect(gate.get_by_role("listitem")).to_have_text(["The customer is unhappy."])
    desk.say(story.gate("all"))
    expect(gate.get_by_text("Clear to offer")).to_be_visible()
    expect(gate.get_by_role("listitem")).to_have_count(0)


def test_words_settle_in_place_of_the_partial_ones_with_both_speakers_apart(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(story.started(), story.said("agent", "how can I help"), story.partial("customer", "my bill is"))
    expect(panel.locator("[part~=agent]")).to_contain_text("how can I help")
    expect(panel.locator("[part=partial]")).to_have_text("my bill is")
    desk.say(story.said("customer", "my bill is wrong"))
    expect(panel.locator("[part~=customer]")).to_contain_text("my bill is wrong")
    expect(panel.locator("[part=partial]")).to_have_count(0)


def test_words_that_were_none_after_all_disappear(panel: Locator, desk: ScriptedDesk, story: Story) -> None:
    desk.say(story.started(), story.partial("customer", "my bill is"))
    expect(panel.locator("[part=partial]")).to_have_text("my bill is")
    desk.say(story.partial("customer", ""))
    expect(panel.locator("[part=partial]")).to_have_count(0)


def test_hostile_words_are_shown_literally_wherever_they_appear(
    page: Page, panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    talk = {"bridge": HOSTILE, "pitch": HOSTILE, "primer": [HOSTILE], "objections": [], "decline": HOSTILE}
    desk.say(
        story.started(),
        story.said("customer", HOSTILE),
        story.partial("agent", HOSTILE),
        story.understood(
            reason={"id": HOSTILE, "confidence": 0.9, "alternatives": []},
            needs=[story.need(HOSTILE, "stated", HOSTILE)],
        ),
        story.gate("service", ("mood", "sales", HOSTILE)),
        story.suggestion(title=HOSTILE, price=HOSTILE, evidence=[story.quote(HOSTILE)], talk=talk),
        story.suggestion("s-2", 2),
        story.withdrawn("s-2", HOSTILE),
    )
    for place in ("turn customer", "partial", "card-title", "card-price", "why", "talk", "gate-reasons"):
        expect(panel.locator(f"[part='{place}']").first).to_contain_text(HOSTILE)
    assert panel.locator("img, script").count() == 0
    expect(page).to_have_title("Rightsell")


def test_a_quote_leads_to_its_very_words_in_the_transcript(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(
        story.started(),
        story.said("customer", "😀😀 so it always slows down you know"),
        *(story.said("agent", f"line {number}") for number in range(60)),
        story.suggestion(evidence=[story.quote("always slows down")]),
    )
    expect(panel.get_by_text("line 59", exact=True)).to_be_in_viewport()
    card(panel).get_by_role("button", name="Show in the transcript, 0:00").click()
    expect(panel.locator("mark")).to_be_in_viewport()
    expect(panel.locator("mark")).to_have_text("always slows down")


def test_a_reader_who_scrolled_back_is_left_in_peace(
    panel: Locator, desk: ScriptedDesk, story: Story
) -> None:
    desk.say(story.started(), *(story.said("agent", f"line {number}") for number in range(60)))
    expect(panel.get_by_text("line 59", exact=True)).to_be_in_viewport()
    panel.get_by_role("log").evaluate("node => node.scrollTo(0, 0)")
    expect(panel.get_by_text("line 0", exact=True)).to_be_in_viewport()
    desk.say(story.said("customer", "the newest"))
    newest = panel.get_by_role("button", name="New words")
    newest.click()
    expect(panel.get_by_text("the newest")).to_be_in_viewport()
    expect(newest).to_be_hidden()
