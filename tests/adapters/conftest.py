"""A real server in a thread, on the real models, the sample catalog and a free port."""

import asyncio
import json
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from adapters.app import Parts, build_app
from adapters.recorded.recordings import RecordedCall, two_channels
from adapters.serving import make_server
from adapters.weights import Ears, load_ears
from listener.events import Speaker
from nlu.pipeline import Models, Understander
from offers.catalog import load_catalog
from offers.conversation import Desk
from offers.matching import Matcher
from offers.policy import Policy

SEEDS = Path(__file__).parents[2] / "seeds" / "telecom"
CATALOG = SEEDS / "catalog.yaml"
CONVERSATIONS = SEEDS / "conversations.jsonl"
CALL = SEEDS / "calls" / "payment-date.flac"
TOKEN = "let-me-in"
_ids = count(1)

Message = dict[str, Any]


@pytest.fixture(scope="session")
def desk(models: Models) -> Desk:
    catalog = load_catalog(CATALOG.read_bytes().decode(), CATALOG.name)
    return Desk(catalog, Policy(), Understander(models, catalog.business), Matcher(catalog, models.embedder))


@pytest.fixture(scope="session")
def ears() -> Ears:
    return load_ears()


@pytest.fixture(scope="session")
def call() -> RecordedCall:
    return two_channels(CALL, (Speaker.CUSTOMER, Speaker.AGENT))


@dataclass(frozen=True, slots=True)
class Client:
    """A websocket client that speaks JSON."""

    socket: ClientConnection

    def send(self, **message: object) -> None:
        self.socket.send(json.dumps(message))

    def receive(self) -> Message:
        return json.loads(self.socket.recv(timeout=60))

    def until(self, kind: str) -> Message:
        """Return the next message of a type, or of the decision stream's, passing others over."""
        give_up = monotonic() + 60
        while monotonic() < give_up:
            message = self.receive()
            if kind in (message["type"], message.get("event", {}).get("type")):
                return message
        raise TimeoutError(f"no {kind} came")

    def closed(self) -> int | None:
        """Read to the end; return the close code."""
        with suppress(ConnectionClosedError):
            for _ in self.socket:
                pass
        return self.socket.close_code


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs.

    Attributes:
        host: With its port.
        journals: Where its journals are.
    """

    host: str
    journals: Path

    @property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://{self.host}", timeout=60)

    @contextmanager
    def connect(
        self, path: str, subprotocol: str, headers: dict[str, str] | None = None
    ) -> Generator[Client]:
        url = f"ws://{self.host}{path}"
        with connect(
            url, subprotocols=[Subprotocol(subprotocol)], additional_headers=headers, max_size=None
        ) as client:
            yield Client(client)

    @contextmanager
    def chat(self, conversation: str, **known: object) -> Generator[Client]:
        with self.connect("/v1/chat", "rightsell.chat.v1") as client:
            client.send(type="start", conversation=conversation, token=TOKEN, **known)
            assert client.receive() == {"type": "started", "conversation": conversation}
            yield client

    @contextmanager
    def agent(self, topic: str, agent: str = "") -> Generator[Client]:
        with self.connect("/v1/agent", "rightsell.v1") as client:
            assert client.receive()["type"] == "hello"
            client.send(type="auth", token=TOKEN, agent=agent)
            assert client.receive()["type"] == "ready"
            client.send(type="subscribe", id=1, topic=topic)
            assert client.receive() == {"type": "result", "id": 1, "ok": True}
            yield client


@contextmanager
def running(parts: Parts) -> Generator[Running]:
    assert parts.journals is not None
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = make_server(build_app(parts))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        try:
            yield Running(f"127.0.0.1:{listening.getsockname()[1]}", parts.journals)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def parts(desk: Desk, ears: Ears, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return Parts(
        desk, ears, TOKEN, ("https://desk.example.com",), journals=tmp_path_factory.mktemp("journals")
    )


@pytest.fixture(scope="session")
def server(parts: Parts) -> Iterator[Running]:
    with running(parts) as found:
        yield found


@pytest.fixture(scope="session")
def closed_house(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The same, as it would be for other machines."""
    journals = tmp_path_factory.mktemp("closed")
    with running(replace(parts, open_house=False, journals=journals)) as found:
        yield found


@pytest.fixture
def conversation() -> str:
    """An id nobody else has."""
    return f"test-{next(_ids)}"
