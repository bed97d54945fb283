"""Calls played into a real server in real time, and what an agent's screen showed, and when."""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.material import FRAME_S
from bench.speech import plain_words

TOKEN = "bench"  # noqa: S105  # of a server that lives as long as the benchmark
CATALOG = Path("seeds/telecom/catalog.yaml")

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    port: int
    process: int

    @property
    def memory_mb(self) -> float:
        """What it holds in memory now."""
        status = Path(f"/proc/{self.process}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    @property
    def cpu_s(self) -> float:
        """CPU seconds it has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def socket(self, path: str, subprotocol: str) -> connect:
        """Return a connection to be opened."""
        url = f"ws://127.0.0.1:{self.port}{path}"
        return connect(url, subprotocols=[Subprotocol(subprotocol)], max_size=None, ping_timeout=None)


@contextmanager
def served() -> Generator[Server]:
    """Start a server as an operator would, and stop it in the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "adapters", "serve", "--port", str(port), "--catalog", str(CATALOG)]
    process = subprocess.Popen(
        command, env=os.environ | {"RIGHTSELL_TOKEN": TOKEN}, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait_for(port: int) -> None:
    give_up = monotonic() + 120
    while monotonic() < give_up:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz")
        except httpx.TransportError:
            continue
        return
    raise TimeoutError("the server did not start")


@dataclass(slots=True)
class Played:
    """What came of one call.

    Attributes:
        events: Each event of the decision stream with when it came, in seconds since the call's first frame.
        audio_s: How much was played.
        refused: The code with which the call was turned away.
    """

    events: list[tuple[float, Message]] = field(default_factory=list[tuple[float, Message]])
    audio_s: float = 0.0
    refused: str = ""

    def of(self, kind: str) -> list[tuple[float, Message]]:
        """Return the data of one kind of event, each with when it came."""
        return [(at, event["data"]) for at, event in self.events if event["type"] == kind]

    @property
    def settle_s(self) -> list[float]:
        """From each end of speech to its words. Who talks on is cut without an end, and left out."""
        said = self.of("utterance")
        goes_on = {(data["speaker"], data["start_s"]) for _, data in said}
        return [at - data["end_s"] for at, data in said if (data["speaker"], data["end_s"]) not in goes_on]

    @property
    def speech_s(self) -> float:
        """Seconds of all utterances."""
        return sum(data["end_s"] - data["start_s"] for _, data in self.of("utterance"))

    @property
    def most_behind_s(self) -> float:
        """The longest lag that was told; none is told within the policy's bound."""
        return max((data["behind_s"] for _, data in self.of("lagging")), default=0.0)

    def words(self, speaker: str) -> list[tuple[str, float]]:
        """Return a speaker's settled words, each with when it was first on the screen, there to stay."""
        found: list[tuple[str, float]] = []
        shown: list[tuple[float, list[str]]] = []
        for at, event in self.events:
            if event["type"] not in ("partial", "utterance") or event["data"]["speaker"] != speaker:
                continue
            shown.append((at, plain_words(event["data"]["text"])))
            if event["type"] == "utterance":
                found += zip(shown[-1][1], _since(shown), strict=True)
                shown = []
        return found


def _since(shown: Sequence[tuple[float, list[str]]]) -> list[float]:
    """Return since when each word of the last text has been shown without a break."""
    at, settled = shown[-1]
    since = [at] * len(settled)
    staying = set(range(len(settled)))
    for earlier, words in reversed(shown[:-1]):
        blocks = SequenceMatcher(None, settled, words, autojunk=False).get_matching_blocks()
        staying &= {block.a + offset for block in blocks for offset in range(block.size)}
        for place in staying:
            since[place] = earlier
    return since


async def play(
    server: Server, id: str, frames: Sequence[bytes], audio: Message, *, speed: float | None = 1.0
) -> Played:
    """Play one call, frame by frame, and listen to what the agent is told of it.

    Args:
        server: Where to.
        id: The call's.
        frames: 20 ms each.
        audio: What they are: format, rate and channels.
        speed: 1.0 for real time; None for as fast as the server takes it.
    """
    played = Played()
    async with server.socket("/v1/agent", "rightsell.v1") as agent:
        await _follow(agent, id)
        async with server.socket("/v1/audio", "rightsell.audio.v1") as call:
            start = {"type": "start", "token": TOKEN, "call_id": id, **audio}
            await call.send(json.dumps(start))
            answer = json.loads(await call.recv())
            if answer["type"] == "error":
                played.refused = answer["code"]
                return played
            watching = asyncio.create_task(_watch(agent, played, monotonic()))
            await _send(call, frames, speed)
            await call.send(json.dumps({"type": "stop"}))
            await watching
    played.audio_s = len(frames) * FRAME_S
    return played


async def play_cut(
    server: Server, id: str, sound: bytes, audio: Message, *, kills: int
) -> tuple[Played, int]:
    """Play a call as fast as it is taken, its connection lost again and again without a goodbye.

    Args:
        server: Where to.
        id: The call's.
        sound: All of it; PCM at 16 kHz, two channels.
        audio: What it is.
        kills: How often to lose the connection.

    Returns:
        What the agent was told, and how often the connection was lost.
    """
    chance, killed, played = random.Random(3), 0, Played()  # noqa: S311  # no secret
    async with server.socket("/v1/agent", "rightsell.v1") as agent:
        await _follow(agent, id)
        watching = asyncio.create_task(_watch(agent, played, monotonic()))
        while not watching.done():
            async with server.socket("/v1/audio", "rightsell.audio.v1") as call:
                start = {"type": "start", "token": TOKEN, "call_id": id, "resume": "rewind", **audio}
                await call.send(json.dumps(start))
                rest = sound[round(json.loads(await call.recv())["received_s"] * 16_000) * 4 :]
                size = len(rest) if killed == kills else chance.randrange(2 * len(sound) // kills)
                for begin in range(0, min(size, len(rest)), 3_000):
                    await call.send(rest[begin : min(begin + 3_000, size)])
                if killed == kills:
                    await call.send(json.dumps({"type": "stop"}))
                    await watching
                else:
                    killed += 1
                    call.transport.abort()
    return played, killed


async def _follow(agent: ClientConnection, id: str) -> None:
    await agent.send(json.dumps({"type": "auth", "token": TOKEN}))
    await agent.send(json.dumps({"type": "subscribe", "id": 1, "topic": f"conversation:{id}"}))
    while json.loads(await agent.recv())["type"] != "result":
        pass


async def _send(call: ClientConnection, frames: Sequence[bytes], speed: float | None) -> None:
    began = monotonic()
    for number, frame in enumerate(frames):
        if speed is not None:
            await asyncio.sleep(began + (number + 1) * FRAME_S / speed - monotonic())
        await call.send(frame)


async def _watch(agent: ClientConnection, played: Played, began: float) -> None:
    async for text in agent:
        message = json.loads(text)
        if message["type"] == "event":
            played.events.append((monotonic() - began, message["event"]))
            if message["event"]["type"] == "ended":
                return
