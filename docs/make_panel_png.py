"""Take ``docs/panel.png``: a sample conversation goes into a real server, and its page is photographed.

Run it from the repository: ``.venv/bin/python docs/make_panel_png.py``. Needs Debian's chromium.
"""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
SEEDS = DOCS.parent / "seeds" / "telecom"
SAMPLE = "tel-01"
TOKEN = "screenshot"  # noqa: S105  # opens a server that lives for seconds, on loopback
CHROMIUM = "/usr/bin/chromium"


@contextmanager
def served() -> Generator[str]:
    """Run a server of our own; yields its address."""
    environment = os.environ | {"RIGHTSELL_TOKEN": TOKEN, "RIGHTSELL_CATALOG": str(SEEDS / "catalog.yaml")}
    command = [sys.executable, "-m", "adapters", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own
        try:
            assert server.stdout is not None  # noqa: S101  # a pipe was asked for
            yield server.stdout.readline().split()[-1].rstrip("/")
        finally:
            server.terminate()


def post(address: str, chat: dict[str, Any]) -> None:
    """Send what was said, at its own times, up to where the customer is content."""
    for turn in chat["turns"][: chat["labels"]["confirmed_turn"] + 1]:
        known = {name: chat[name] for name in ("customer", "context")}
        message = {"speaker": turn["speaker"], "text": turn["text"], "at_s": turn["end_s"]}
        httpx.post(
            f"{address}/v1/conversations/{SAMPLE}/messages",
            headers={"Authorization": f"Bearer {TOKEN}"},
            json=message | known,
            timeout=30,
        ).raise_for_status()


def photograph(address: str) -> None:
    """Open the page and save what it shows once a suggestion is there."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1120, "height": 720}, device_scale_factor=1.5)
        page.goto(f"{address}/#token={TOKEN}")
        page.locator(".card.first .answers").wait_for()
        page.screenshot(path=DOCS / "panel.png")
        chromium.close()


def main() -> None:
    """Do all three."""
    lines = (SEEDS / "conversations.jsonl").read_text().splitlines()
    chat = next(chat for chat in map(json.loads, lines) if chat["id"] == SAMPLE)
    with served() as address:
        post(address, chat)
        photograph(address)


if __name__ == "__main__":
    main()
