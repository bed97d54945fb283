"""The page that listens to a call, in a real Chromium that hears a recorded call, on a real server."""

import socket
import threading
import wave
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from adapters.recorded.recordings import RecordedCall
from listener.events import SAMPLE_RATE_HZ, Speaker
from tests.adapters.conftest import TOKEN, Running
from tests.web.conftest import CHROMIUM, QUIET

pytestmark = pytest.mark.browser

BEGINNING_S = 12
PLAY = """async () => {
  const audio = new AudioContext();
  const found = audio.createBufferSource();
  found.buffer = await audio.decodeAudioData(await (await fetch("/voice")).arrayBuffer());
  found.connect(audio.destination);
  found.start();
}"""
WATCH = """() => {
  window.seen = [];
  const state = document.querySelector("#state");
  const note = () => { if (seen.at(-1) !== state.dataset.state) seen.push(state.dataset.state); };
  new MutationObserver(note).observe(state, { attributes: true });
}"""
RESAMPLE = """async ([from, hertz, cut]) => {
  const { Resampler } = await import("/static/listen-resampler.js");
  const tone = Float32Array.from({ length: from }, (_, n) => Math.sin((2 * Math.PI * hertz * n) / from));
  const resampler = new Resampler(from, 16000);
  const found = [];
  for (let at = 0; at < from; at += cut) found.push(...resampler.push(tone.subarray(at, at + cut)));
  const inner = found.slice(1000, -1000);
  return [found.length, Math.max(...inner.map(Math.abs))];
}"""


class Wire:
    """A line to the server that can be cut."""

    def __init__(self, host: str) -> None:
        name, _, port = host.partition(":")
        self._to = name, int(port)
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._listening.accept()[0], socket.create_connection(self._to)
                self._ends += near, far
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


def record(call: RecordedCall, speaker: Speaker, to: Path) -> Path:
    """Write one side of the call's first seconds, and silence after them."""
    chunks = islice(call.chunks(), BEGINNING_S * 50 * len(call.speakers))
    said = [chunk.samples for chunk in chunks if chunk.speaker is speaker]
    samples = np.concatenate([*said, np.zeros(60 * SAMPLE_RATE_HZ, np.float32)])
    with wave.open(str(to / f"{speaker}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return to / f"{speaker}.wav"


@pytest.fixture(scope="module")
def recordings(call: RecordedCall, tmp_path_factory: pytest.TempPathFactory) -> dict[Speaker, Path]:
    folder = tmp_path_factory.mktemp("sides")
    return {speaker: record(call, speaker, folder) for speaker in Speaker}


@pytest.fixture(scope="module")
def browser(recordings: dict[Speaker, Path]) -> Iterator[Browser]:
    """The agent's voice comes from a false microphone; the tab that is shared is a true one."""
    with sync_playwright() as playwright:
        hearing = [
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={recordings[Speaker.AGENT]}%noloop",
            "--auto-select-tab-capture-source-by-title=The softphone",
            "--autoplay-policy=no-user-gesture-required",
        ]
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=QUIET + hearing, ignore_default_args=["--mute-audio"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1100, "height": 800}, permissions=["microphone"], reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def sign_on(page: Page, host: str) -> Locator:
    """Enter the token; return where the page tells its state."""
    page.goto(f"http://{host}/listen")
    expect(page.get_by_role("button", name="Listen")).to_be_disabled()
    page.get_by_label("Access token").fill(TOKEN)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("button", name="Listen")).to_be_enabled()
    return page.locator("#state")


def test_microphone_and_tab_are_heard_apart_and_the_words_appear_beside(
    page: Page, server: Running, recordings: dict[Speaker, Path]
) -> None:
    complaints: list[str] = []
    addresses: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: addresses.append(request.url))
    page.on("websocket", lambda line: addresses.append(line.url))
    state = sign_on(page, server.host)
    softphone = page.context.new_page()
    html = "<title>The softphone</title>"
    softphone.route("**/softphone", lambda route: route.fulfill(body=html, content_type="text/html"))
    softphone.route("**/voice", lambda route: route.fulfill(path=recordings[Speaker.CUSTOMER]))
    softphone.goto(f"http://{server.host}/softphone")
    page.get_by_role("button", name="Listen").click()
    expect(state).to_have_text("Listening")
    softphone.evaluate(PLAY)
    for side in ("agent", "customer"):
        page.wait_for_function("id => document.querySelector(id).value > 0.5", arg=f"#{side}-level")
    panel = page.locator("rightsell-panel")
    turn = "[part~=turn][data-speaker={}]"
    expect(panel.locator(turn.format("agent"))).to_contain_text("Thank you for calling", timeout=40_000)
    expect(panel.locator(turn.format("customer"))).to_contain_text("change the date", timeout=40_000)
    page.get_by_role("button", name="End the call").click()
    expect(state).to_have_text("The call has ended", timeout=30_000)
    expect(page.get_by_role("button", name="Listen")).to_be_enabled()
    assert complaints == []
    assert any(address.endswith("/v1/audio") for address in addresses)
    assert not any(TOKEN in address for address in addresses)


def test_a_call_comes_back_after_a_loss_as_it_was_and_is_the_same_call(page: Page, server: Running) -> None:
    wire = Wire(server.host)
    before = set(server.journals.iterdir())
    state = sign_on(page, wire.host)
    page.evaluate(WATCH)
    page.get_by_label("Customer", exact=True).select_option("nobody")
    page.get_by_role("button", name="Listen").click()
    expect(state).to_have_text("Listening")
    wire.cut()
    page.wait_for_function("() => seen.filter((state) => state === 'listening').length === 2")
    page.get_by_role("button", name="Pause").click()
    expect(state).to_have_text("Paused, nothing is heard")
    wire.cut()
    page.wait_for_function("() => seen.filter((state) => state === 'paused').length === 2")
    page.get_by_role("button", name="Go on").click()
    expect(state).to_have_text("Listening")
    page.get_by_role("button", name="End the call").click()
    expect(state).to_have_text("The call has ended", timeout=30_000)
    wire.close()
    there_and_back = ["listening", "lost", "listening", "paused", "lost", "paused", "listening"]
    assert page.evaluate("seen") == ["waiting", *there_and_back, "ending", "ended"]
    (journal,) = set(server.journals.iterdir()) - before
    assert journal.read_text().count('"type":"started"') == 1


def test_a_server_that_is_gone_for_good_does_not_keep_the_agent_from_ending(
    page: Page, server: Running
) -> None:
    wire = Wire(server.host)
    state = sign_on(page, wire.host)
    page.get_by_label("Customer", exact=True).select_option("nobody")
    page.get_by_role("button", name="Listen").click()
    expect(state).to_have_text("Listening")
    wire.close()
    expect(state).to_have_text("Connection lost, coming back")
    page.get_by_role("button", name="End the call").click()
    expect(state).to_have_text("The call has ended")


def test_who_forbids_the_microphone_is_told_what_to_do(page: Page, server: Running) -> None:
    state = sign_on(page, server.host)
    page.context.clear_permissions()
    page.get_by_label("Customer", exact=True).select_option("nobody")
    page.get_by_role("button", name="Listen").click()
    expect(state).to_contain_text("did not let this page hear it")
    expect(page.get_by_role("button", name="Listen")).to_be_enabled()


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
def test_speech_keeps_its_loudness_at_16_khz_and_what_is_too_high_does_not_fold_back(
    page: Page, server: Running, rate: int
) -> None:
    page.goto(f"http://{server.host}/listen")
    count, peak = page.evaluate(RESAMPLE, [rate, 1_000, 128])
    assert count == pytest.approx(16_000, abs=50)
    assert peak == pytest.approx(1, abs=0.01)
    assert page.evaluate(RESAMPLE, [rate, 1_000, 1_013]) == [count, peak]
    if rate > 20_000:
        assert page.evaluate(RESAMPLE, [rate, 9_000, 128])[1] < 0.01
