"""Strangers, and what Genesys would never send: each ends its own session and is told why."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import cast
from uuid import uuid4

import pytest
from starlette.websockets import WebSocket
from structlog.testing import capture_logs
from websockets.exceptions import InvalidStatus

from adapters.app import Parts
from adapters.door import RefusedError
from adapters.softphone.audiohook_exchange import MOST_WAITING, Exchange
from tests.adapters.conftest import Message, Running, running
from tests.adapters.genesys import (
    NULL,
    OFFERED,
    Genesys,
    identity,
    server_for_genesys,
    session,
    sign,
    silence,
)


@pytest.fixture(scope="module")
def server(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with server_for_genesys(parts, tmp_path_factory.mktemp("audiohook")) as found:
        yield found


@pytest.fixture
def conversation() -> str:
    return str(uuid4())


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (b"", "open_expected"),
        (bytes(1_600), "open_expected"),
        ("{", "bad_message"),
        ("[" * 60_000, "bad_message"),
        ("x" * 70_000, "too_big"),
        ({"type": "close", "parameters": {"reason": "end"}}, "open_expected"),
        ({"type": "dance"}, "bad_message"),
        ({"version": "1"}, "bad_message"),
        ({"id": str(uuid4())}, "bad_message"),
        ({"seq": 2}, "bad_seq"),
        ({"seq": 0}, "bad_seq"),
        ({"seq": "1"}, "bad_message"),
        ({"serverseq": 1}, "bad_seq"),
        ({"position": "1.2"}, "bad_message"),
        ({"parameters": {}}, "bad_message"),
        ({"parameters": []}, "bad_message"),
    ],
)
def test_a_bad_beginning_is_answered_with_the_reason(
    server: Running, conversation: str, first: str | bytes | Message, code: str
) -> None:
    with session(server) as genesys:
        if isinstance(first, dict):
            genesys.send("open", envelope=first, **genesys.offer(conversation))
        else:
            genesys.socket.send(first)
        why = genesys.disconnected()
    assert why["reason"] == "error"
    assert why["info"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    "changed",
    [
        {"media": []},
        {"media": [{"type": "audio", "format": "OPUS", "channels": ["external"], "rate": 48000}]},
        {"media": [OFFERED[0] | {"channels": ["external", "external"]}]},
        {"media": [OFFERED[0] | {"rate": 16000}]},
        {"conversationId": "c-17"},
        {"participant": {}},
        {"customConfig": {"agent_id": 7}},
        {"customConfig": {"context": {"date": 7}}},
    ],
)
def test_an_offer_that_cannot_be_taken_is_answered_with_the_reason(
    server: Running, conversation: str, changed: Message
) -> None:
    with session(server) as genesys:
        genesys.send("open", **genesys.offer(conversation) | changed)
        assert genesys.disconnected()["reason"] == "error"


MISUSES: list[tuple[Callable[[Genesys], object], str]] = [
    (lambda genesys: genesys.socket.send(bytes(1_601)), "bad_message"),
    (lambda genesys: genesys.socket.send(bytes(70_000)), "too_big"),
    (lambda genesys: genesys.socket.send("my card number is 4111"), "bad_message"),
    (lambda genesys: genesys.send("ping", envelope={"seq": 7}), "bad_seq"),
    (lambda genesys: genesys.send("ping", envelope={"seq": 1}), "bad_seq"),
    (lambda genesys: genesys.send("ping", envelope={"serverseq": 99}), "bad_seq"),
    (lambda genesys: genesys.send("resumed", start="PT0S"), "bad_message"),
    (lambda genesys: genesys.send("resumed", start="PT0S", discarded="PT99999999S"), "bad_message"),
    (lambda genesys: genesys.send("discarded", start="-PT1S", discarded="PT1S"), "bad_message"),
    (lambda genesys: genesys.send("open", **genesys.offer(NULL)), "bad_message"),
    (lambda genesys: (genesys.pause(), genesys.socket.send(bytes(160))), "bad_message"),
]


@pytest.mark.parametrize(("misuse", "code"), MISUSES)
def test_misuse_ends_its_own_call_says_why_and_is_logged_without_a_word_of_it(
    server: Running, conversation: str, misuse: Callable[[Genesys], object], code: str
) -> None:
    with capture_logs() as logs, session(server) as other:
        other.open(str(uuid4()))
        with server.agent(f"conversation:{conversation}") as agent, session(server) as genesys:
            genesys.open(conversation)
            genesys.audio(silence(0.4))
            misuse(genesys)
            assert genesys.disconnected()["info"].startswith(f"{code}: ")
            agent.until("ended")
        other.audio(silence(0.2))
        other.ping()
        other.close()
    assert [line["code"] for line in logs] == [code]
    assert "4111" not in json.dumps(logs)


STRANGERS: list[tuple[Callable[[str], dict[str, str]], str]] = [
    (lambda host: identity(), "it is not signed"),
    (lambda host: identity() | {"X-API-KEY": "another"}, "the API key is missing or another one"),
    (lambda host: sign(identity(), host, secret=b"another"), "the signature is not right"),
    (lambda host: sign(identity(), "elsewhere.example.com"), "the signature is not right"),
    (
        lambda host: sign(identity(), host) | {"Audiohook-Organization-Id": str(uuid4())},
        "the signature is not right",
    ),
]


@pytest.mark.parametrize(("headers", "reason"), STRANGERS)
def test_a_stranger_is_turned_away_late_and_without_the_reason(
    server: Running, conversation: str, headers: Callable[[str], dict[str, str]], reason: str
) -> None:
    with capture_logs() as logs, session(server, headers(server.host), is_signed=False) as genesys:
        began = monotonic()
        genesys.send("open", **genesys.offer(conversation))
        why = genesys.disconnected()
        assert monotonic() - began > 0.4
    assert why["reason"] == "unauthorized"
    assert why["info"] == "the API key or the signature is not right"
    assert [line["reason"] for line in logs] == [reason]


def test_an_organization_other_than_the_signed_one_is_turned_away(server: Running, conversation: str) -> None:
    with session(server) as genesys:
        genesys.send("open", **genesys.offer(conversation, organizationId=str(uuid4())))
        assert genesys.disconnected()["reason"] == "unauthorized"


def test_without_a_key_nobody_is_taken(parts: Parts, tmp_path: Path) -> None:
    with (
        running(replace(parts, journals=tmp_path)) as server,
        pytest.raises(InvalidStatus),
        session(server),
    ):
        pass


def test_a_client_that_opens_and_is_silent_or_says_nothing_at_all_is_let_go(server: Running) -> None:
    with session(server) as genesys:
        assert genesys.until("disconnect")["parameters"]["info"].startswith("too_late: ")
        genesys.lost()


class Deaf:
    """A connection whose client does not read, but goes on sending one message."""

    def __init__(self, message: Message) -> None:
        self._message = message

    async def receive(self) -> Message:
        return {"type": "websocket.receive", "text": json.dumps(self._message)}


def test_a_client_that_does_not_read_is_cut_off_before_it_fills_the_memory() -> None:
    id = uuid4()
    ping: Message = {
        "version": "2", "id": str(id), "type": "ping", "seq": 1, "serverseq": 0, "position": "PT0S",
        "parameters": {},
    }  # fmt: skip

    async def scenario() -> None:
        exchange = Exchange(cast(WebSocket, Deaf(ping)), id)
        for _ in range(MOST_WAITING + 7):
            exchange.send("pong")
        assert exchange.waiting == MOST_WAITING
        with pytest.raises(RefusedError, match="too many messages"):
            await exchange.receive()

    asyncio.run(scenario())
