"""The page as `rightsell serve` shows it: a real chat goes in, a real suggestion appears."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

SEEDS = Path(__file__).parents[2] / "seeds" / "telecom"
TOKEN = "token-of-this-test"


@pytest.fixture(scope="module")
def chat() -> dict[str, Any]:
    """A sample conversation: a lost SIM is sent again, and a flight to Lisbon was mentioned."""
    lines = (SEEDS / "conversations.jsonl").read_text().splitlines()
    return next(chat for chat in map(json.loads, lines) if chat["id"] == "tel-01")


@dataclass
class Served:
    """A server of our own, at a port that stays."""

    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "adapters", "serve"],
            env=os.environ
            | {
                "RIGHTSELL_TOKEN": TOKEN,
                "RIGHTSELL_PORT": str(self.port),
                "RIGHTSELL_CATALOG": str(SEEDS / "catalog.yaml"),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.url in self.process.stdout.readline()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.communicate(timeout=30)

    def post(self, chat: dict[str, Any], conversation: str, turns: slice) -> None:
        for turn in chat["turns"][turns]:
            response = httpx.post(
                f"{self.url}/v1/conversations/{conversation}/messages",
                headers={"Authorization": f"Bearer {TOKEN}"},
                json={name: turn[name] for name in ("speaker", "text")}
                | {name: chat[name] for name in ("customer", "context")},
                timeout=30,
            )
            assert response.status_code == 202, response.text


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        served = Served(probe.getsockname()[1])
    try:
        served.start()
        yield served
    finally:
        served.stop()


@pytest.fixture
def panel(page: Page, served: Served) -> Locator:
    page.goto(f"{served.url}/#token={TOKEN}")
    panel = page.locator("rightsell-panel")
    expect(panel.locator(".connection")).to_have_text("Live")
    return panel


def test_a_suggestion_appears_once_the_customer_has_been_helped_and_not_before(
    panel: Locator, served: Served, chat: dict[str, Any]
) -> None:
    resolved = chat["labels"]["resolved_turn"]
    served.post(chat, "chat-1", slice(resolved))
    expect(panel.locator("[part~=turn]")).to_have_count(resolved)
    expect(panel.get_by_text("Hold, no offers").first).to_be_visible()
    expect(panel.locator(".card")).to_have_count(0)
    served.post(chat, "chat-1", slice(resolved, None))
    expect(panel.locator(".card.first")).to_be_visible()
    expect(panel.get_by_text("Clear to offer").first).to_be_visible()
    panel.locator(".card.first blockquote button").first.click()
    expect(panel.locator("mark")).to_be_in_viewport()


def test_what_the_agent_answers_comes_back_as_an_outcome(
    panel: Locator, served: Served, chat: dict[str, Any]
) -> None:
    served.post(chat, "chat-2", slice(None))
    card = panel.locator(".card.first")
    card.get_by_role("button", name="Said it").click()
    expect(card.get_by_text("Said", exact=True)).to_be_visible()
    card.get_by_role("button", name="Accepted").click()
    expect(panel.get_by_text("Accepted", exact=True).first).to_be_visible()


def test_a_panel_that_comes_late_sees_what_was_said(
    panel: Locator, page: Page, served: Served, chat: dict[str, Any]
) -> None:
    served.post(chat, "chat-3", slice(None))
    page.reload()
    expect(panel.locator("[part~=turn]")).to_have_count(len(chat["turns"]))
    expect(panel.locator(".card.first")).to_be_visible()


@pytest.fixture
def desktop(served: Served) -> Iterator[str]:
    """The address of a desktop of another origin, which embeds the panel by one script tag."""

    class Desktop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            script = f'<script type="module" src="{served.url}/static/rightsell.js"></script>'
            self.wfile.write(f'{script}<rightsell-panel token="{TOKEN}"></rightsell-panel>'.encode())

    with ThreadingHTTPServer(("127.0.0.1", 0), Desktop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_any_page_may_load_the_panel_but_only_named_origins_may_listen(page: Page, desktop: str) -> None:
    page.goto(desktop)
    line = page.locator("rightsell-panel .connection")
    expect(line).to_have_text("This page may not connect to the server.")


def test_the_panel_finds_the_server_again_after_a_restart(
    panel: Locator, served: Served, chat: dict[str, Any]
) -> None:
    served.stop()
    expect(panel.locator(".connection")).to_have_text("Connection lost, trying again")
    served.start()
    expect(panel.locator(".connection")).to_have_text("Live", timeout=60_000)
    served.post(chat, "chat-4", slice(1))
    expect(panel.locator("[part~=turn]")).to_contain_text(chat["turns"][0]["text"])
