"""Calls over Asterisk's AudioSocket: a TCP connection for each side, as Asterisk was seen to make it."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from time import sleep
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from streamdouble.g711 import decode  # pyright: ignore[reportMissingTypeStubs]
from structlog.testing import capture_logs

from adapters.app import Parts
from adapters.door import Door, RefusedError
from adapters.recorded.feed import Sending, encode_frames
from adapters.recorded.recordings import RecordedCall
from adapters.softphone.announced import Announced
from listener.events import Speaker
from tests.adapters.conftest import TOKEN, Message, Running, running
from tests.adapters.test_audio_socket import beginning, utterances

ID, DTMF, SLIN_8K, SLIN_16K, SLIN_24K, ERROR = 0x01, 0x03, 0x10, 0x12, 0x13, 0xFF
WORDS = b"my mother's maiden name"
SPEED = 8


@dataclass(frozen=True, slots=True)
class Asterisk:
    """One side of a call."""

    connection: socket.socket

    def send(self, kind: int, payload: bytes = b"") -> None:
        self.connection.sendall(bytes([kind]) + len(payload).to_bytes(2, "big") + payload)

    def close(self) -> None:
        self.connection.close()

    def is_hung_up(self) -> bool:
        """Wait until the server hangs up, without a word."""
        self.connection.settimeout(20)
        try:
            return self.connection.recv(1) == b""
        except ConnectionResetError:
            return True


@dataclass(frozen=True, slots=True)
class Exchange:
    """A server that Asterisk can reach."""

    server: Running
    port: int

    def announce(self, **announcement: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with self.server.http as http:
            return http.post("/v1/calls", json=announcement, headers=headers)

    def expect(self, conversation: str, **known: object) -> tuple[UUID, UUID]:
        """Announce a call; return the UUIDs of its customer's and agent's sides."""
        customer, agent = uuid4(), uuid4()
        uuids = {"customer": str(customer), "agent": str(agent)}
        answer = self.announce(call_id=conversation, uuids=uuids, **known)
        assert (answer.status_code, answer.json()["call_id"]) == (201, conversation)
        return customer, agent

    def dial(self, uuid: UUID | None = None) -> closing[Asterisk]:
        side = Asterisk(socket.create_connection(("127.0.0.1", self.port)))
        if uuid is not None:
            side.send(ID, uuid.bytes)
        return closing(side)


@pytest.fixture(scope="module")
def exchange(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    journals = tmp_path_factory.mktemp("asterisk")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = replace(parts, audiosocket=listening, resume_within_s=1.0, journals=journals)
        with running(asked) as server:
            yield Exchange(server, listening.getsockname()[1])


def slin(call: RecordedCall, speaker: Speaker, sending: Sending) -> bytes:
    chunks = [chunk for chunk in beginning(call) if chunk.speaker is speaker]
    audio = b"".join(encode_frames(chunks, (speaker,), sending))
    return audio if sending is Sending.PCM else decode(audio).astype("<i2").tobytes()


def test_both_sides_of_a_call_are_heard_apart_each_at_its_own_rate(
    exchange: Exchange, conversation: str, call: RecordedCall
) -> None:
    customer_uuid, agent_uuid = exchange.expect(
        conversation, agent_id="a42", customer={"id": "cu-9"}, context={"queue": "care"}
    )
    customer_audio = slin(call, Speaker.CUSTOMER, Sending.PCM)
    agent_audio = slin(call, Speaker.AGENT, Sending.MULAW)
    with exchange.server.agent("agent:me", agent="a42") as desk:
        with exchange.dial(customer_uuid) as customer, exchange.dial(agent_uuid) as agent:
            for number in range(len(agent_audio) // 320):
                customer.send(SLIN_16K, customer_audio[number * 640 :][:640])
                agent.send(SLIN_8K, agent_audio[number * 320 :][:320])
                if number % 100 == 50:
                    customer.send(DTMF, b"5")
                sleep(0.02 / SPEED)
        assert desk.until("started")["event"]["data"]["customer"] == "cu-9"
        heard = utterances(desk)
    assert [one["speaker"] for one in heard] == ["agent", "customer"]
    assert "thank you for calling" in heard[0]["text"].lower()
    assert "change the date" in heard[1]["text"].lower()
    assert heard[1]["start_s"] == pytest.approx(7.4, abs=0.6)


def ended(exchange: Exchange, conversation: str, *sent: bytes) -> Message:
    """Send bytes as the customer's side, hang up, and wait for the call's end."""
    with exchange.server.agent(f"conversation:{conversation}") as desk:
        uuid, _ = exchange.expect(conversation)
        with exchange.dial(uuid) as side:
            for part in sent:
                side.connection.sendall(part)
        return desk.until("ended")["event"]


@pytest.mark.parametrize(
    "goodbye",
    [b"", b"\x00\x00\x00", b"\xff\x00\x01\x02", b"\xff\x00\x00", b"\x10\x01", b"\x10\x01\x40half"],
)
def test_however_a_side_goes_its_call_ends(exchange: Exchange, conversation: str, goodbye: bytes) -> None:
    ten_silent_seconds = (b"\x10\x01\x40" + bytes(320)) * 500
    event = ended(exchange, conversation, ten_silent_seconds, goodbye)
    assert event["data"]["turns"] == 0
    assert event["at"] == pytest.approx(10.0, abs=0.5)


def test_a_call_goes_on_while_one_side_is_there_and_is_over_for_a_side_that_comes_too_late(
    exchange: Exchange, conversation: str
) -> None:
    customer_uuid, agent_uuid = exchange.expect(conversation)
    late_customer, late_agent = exchange.expect(f"{conversation}-late")
    with exchange.server.agent(f"conversation:{conversation}") as desk:
        with exchange.dial(customer_uuid) as customer:
            customer.send(SLIN_8K, bytes(320))
            with exchange.dial(agent_uuid) as agent:
                agent.send(SLIN_8K, bytes(320))
                agent.send(0x00)
                assert agent.is_hung_up()
            customer.send(SLIN_8K, bytes(320))
            sleep(0.1)
        assert desk.until("ended")["event"]["data"]["turns"] == 0
    with exchange.server.agent(f"conversation:{conversation}-late") as desk:
        with exchange.dial(late_customer) as customer:
            customer.send(0x00)
            assert customer.is_hung_up()
        desk.until("ended")
        with capture_logs() as logged, exchange.dial(late_agent) as agent:
            assert agent.is_hung_up()
        assert [entry.get("code") for entry in logged] == ["unknown_call"]


def test_a_side_that_was_cut_off_is_announced_anew_and_goes_on_in_the_same_call(
    exchange: Exchange, conversation: str
) -> None:
    with exchange.server.agent(f"conversation:{conversation}") as desk:
        uuid, _ = exchange.expect(conversation)
        with exchange.dial(uuid) as side:
            side.connection.sendall((b"\x10\x01\x40" + bytes(320)) * 100 + b"\x10\x01")
        again, _ = exchange.expect(conversation)
        with exchange.dial(again) as side:
            side.connection.sendall((b"\x10\x01\x40" + bytes(320)) * 100)
        assert desk.until("ended")["event"]["at"] == pytest.approx(4.0, abs=1.0)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x01\x00\x10" + uuid4().bytes, "unknown_call"),
        (b"\x01\x00\x0f" + WORDS[:15], "start_expected"),
        (b"\x10\x01\x40" + bytes(320), "start_expected"),
        (b"GET / HTTP/1.1\r\n\r\n" + bytes(20_000), "start_expected"),
    ],
)
def test_who_was_not_announced_is_not_heard_and_the_log_says_why(
    exchange: Exchange, sent: bytes, code: str
) -> None:
    with capture_logs() as logged, exchange.dial() as side:
        side.connection.sendall(sent)
        assert side.is_hung_up()
    assert [entry.get("code") for entry in logged] == [code]
    assert WORDS.decode() not in str(logged)


def test_a_uuid_admits_one_side_once(exchange: Exchange, conversation: str) -> None:
    uuid, _ = exchange.expect(conversation)
    with exchange.dial(uuid) as first, exchange.dial(uuid) as second:
        first.send(SLIN_8K, bytes(320))
        assert second.is_hung_up()
        first.send(0x00)
        assert first.is_hung_up()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x02\x00\x17" + WORDS,
        b"\x18\x00\x02\x00\x00",
        b"\x12\x00\x02\x00\x00",
        b"\x01\x00\x10" + uuid4().bytes,
    ],
)
def test_garbage_ends_its_own_side_and_the_other_goes_on(
    exchange: Exchange, conversation: str, garbage: bytes
) -> None:
    uuid, other_uuid = exchange.expect(conversation)
    with exchange.dial(other_uuid) as other, exchange.server.agent(f"conversation:{conversation}") as desk:
        other.send(SLIN_8K, bytes(320))
        with capture_logs() as logged, exchange.dial(uuid) as side:
            side.send(SLIN_8K, bytes(321))
            side.connection.sendall(garbage)
            assert side.is_hung_up()
        assert [entry["code"] for entry in logged] == ["bad_message"]
        assert WORDS.decode() not in str(logged)
        other.send(SLIN_8K, bytes(320))
        other.send(0x00)
        assert other.is_hung_up()
        desk.until("ended")


def test_an_old_asterisk_s_rate_can_be_told(exchange: Exchange, conversation: str) -> None:
    with exchange.server.agent(f"conversation:{conversation}") as desk:
        uuid, _ = exchange.expect(conversation, rate=16_000)
        with exchange.dial(uuid) as side:
            side.send(SLIN_8K, bytes(64_000))
        assert desk.until("ended")["event"]["at"] == pytest.approx(2.0, abs=0.4)


def test_calls_are_announced_with_the_token_alone(exchange: Exchange) -> None:
    with exchange.server.http as http:
        answer = http.post("/v1/calls", json={"uuids": {"customer": str(uuid4())}})
    assert answer.status_code == 401


def test_a_call_without_an_id_is_given_one(exchange: Exchange) -> None:
    answer = exchange.announce(uuids={"agent": str(uuid4())})
    assert answer.status_code == 201
    assert answer.json()["call_id"]


@pytest.mark.parametrize(
    ("announcement", "status"),
    [
        ({}, 400),
        ({"uuids": {}}, 400),
        ({"uuids": {"customer": "no uuid"}}, 400),
        ({"uuids": {"boss": str(uuid4())}}, 400),
        ({"uuids": {"customer": str(UUID(int=7)), "agent": str(UUID(int=7))}}, 409),
        ({"uuids": {"customer": str(uuid4())}, "rate": 7}, 400),
        ({"uuids": {"customer": str(uuid4())}, "context": {"date": 7}}, 400),
        ({"uuids": {"customer": str(uuid4())}, "call_id": "x" * 201}, 400),
        ({"uuids": {"customer": str(uuid4())}, "customer": {"note": "x" * 70_000}}, 413),
    ],
)
def test_a_bad_announcement_is_refused_with_the_reason(
    exchange: Exchange, announcement: Message, status: int
) -> None:
    answer = exchange.announce(**announcement)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_a_server_without_an_audiosocket_takes_no_announcements(server: Running) -> None:
    with server.http as http:
        answer = http.post("/v1/calls", json={"uuids": {"customer": str(uuid4())}})
    assert answer.status_code == 404


def test_a_uuid_that_nobody_uses_is_forgotten() -> None:
    now_s = 0.0
    announced = Announced(Door(TOKEN, ()), {}, lambda: now_s)
    app = Starlette(routes=[Route("/v1/calls", announced.post, methods=["POST"])])
    soon, late = uuid4(), uuid4()
    for uuid in (soon, late):
        TestClient(app).post(
            "/v1/calls",
            json={"uuids": {"customer": str(uuid)}},
            headers={"Authorization": f"Bearer {TOKEN}"},
        ).raise_for_status()
    now_s = 599.0
    assert announced.take(soon).speaker is Speaker.CUSTOMER
    now_s = 601.0
    with pytest.raises(RefusedError, match="not announced"):
        announced.take(late)
