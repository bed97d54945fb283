"""Whether everybody can read it, by day and by night, in a narrow column."""

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.desk import ScriptedDesk
from tests.web.story import Story

pytestmark = pytest.mark.browser

CONTRAST = """(panel) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement ?? at.getRootNode().host) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255]; };
  const light = (color) => { const [r, g, b] = color.slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const weak = [];
  for (const node of panel.shadowRoot.querySelectorAll("*")) {
    const ownText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!ownText || !node.checkVisibility()) continue;
    const [one, two] = [light(rgba(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (two + 0.05);
    if (contrast < 4.5) weak.push(`${node.className || node.tagName}: ${contrast.toFixed(2)}`);
  }
  return weak; }"""


OVERFLOWING = """(panel) => [...panel.shadowRoot.querySelectorAll(".status, .gate, .scroller, .suggestions")]
  .filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.className)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scope", ["none", "service", "all"])
def test_every_word_is_readable_and_fits_a_narrow_column(
    page: Page, panel: Locator, desk: ScriptedDesk, story: Story, scheme: Literal["light", "dark"], scope: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 700})
    desk.say(
        story.started(),
        story.said(
            "customer", "it always slows down averyveryverylongwordwithoutanyplacetobreakitatallinside"
        ),
        story.partial("agent", "I see"),
        story.understood(
            reason={"id": "billing_dispute", "confidence": 0.9, "alternatives": []},
            resolution={"state": "failed", "confidence": 0.8, "evidence": []},
            sentiment={"value": -0.7, "trend": "falling", "confidence": 0.7, "mood": -0.7},
            needs=[
                {
                    "id": "more_data",
                    "kind": "stated",
                    "confidence": 0.8,
                    "evidence": [story.quote("slows down")],
                }
            ],
            flags=[story.flag("churn")],
        ),
        story.gate(scope, ("mood", "sales", "The customer is unhappy.")),
        story.suggestion(evidence=[story.quote("slows down")]),
        story.suggestion("s-2", 2),
        story.outcome("s-2", "postponed"),
        story.suggestion("s-3", 3),
        story.withdrawn("s-3", "Held."),
    )
    expect(panel.locator(".outcome").last).to_have_text("Later")
    assert panel.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert panel.evaluate(OVERFLOWING) == []
