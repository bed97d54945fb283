"""Calls in from call servers, each in its own dialect, on a real server with the real recogniser."""

import base64
import json
from collections.abc import Generator
from contextlib import contextmanager, suppress
from itertools import islice

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from adapters.recorded.feed import Sending, encode_frames
from adapters.recorded.recordings import RecordedCall
from listener.events import Speaker
from tests.adapters.conftest import TOKEN, Client, Message, Running

BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"asterisk:{TOKEN}".encode()).decode()}
BEGINNING_S = 12
BOTH = (Speaker.CUSTOMER, Speaker.AGENT)

PLAIN = (
    "MEDIA_START connection_id:copilot channel:WebSocket/copilot/0x7f3a5c channel_id:1795304569.6"
    " format:ulaw optimal_frame_size:160 ptime:20"
)
JSON = json.dumps(
    {
        "event": "MEDIA_START",
        "connection_id": "copilot",
        "channel": "WebSocket/copilot/0x7f3a5c",
        "channel_id": "1795304535.2",
        "format": "slin16",
        "optimal_frame_size": 640,
        "ptime": 20,
        "channel_variables": {"MEDIA_WEBSOCKET_CONNECTION_ID": "copilot"},
    }
)
JAMBONZ = {
    "callSid": "e3b1c2d4",
    "direction": "inbound",
    "from": "15083084809",
    "to": "15084901000",
    "sampleRate": 16_000,
    "mixType": "stereo",
}
VONAGE = {"event": "websocket:connected", "content-type": "audio/l16;rate=16000"}


def sound(call: RecordedCall, speakers: tuple[Speaker, ...], sending: Sending = Sending.PCM) -> bytes:
    """The call's first seconds: the agent's greeting, the customer's request."""
    chunks = islice(call.chunks(), BEGINNING_S * 50 * len(call.speakers))
    wanted = (chunk for chunk in chunks if chunk.speaker in speakers)
    return b"".join(encode_frames(wanted, speakers, sending))


@contextmanager
def call_server(
    server: Running, query: str = "", headers: dict[str, str] | None = None, subprotocol: str | None = None
) -> Generator[ClientConnection]:
    offered = [Subprotocol(subprotocol)] if subprotocol else None
    url = f"ws://{server.host}/v1/audio{query}"
    with connect(url, subprotocols=offered, additional_headers=headers) as client:
        assert client.subprotocol == subprotocol
        yield client


def play(client: ClientConnection, audio: bytes, frame_bytes: int = 3_200) -> None:
    for begin in range(0, len(audio), frame_bytes):
        client.send(audio[begin : begin + frame_bytes])


def story(agent: Client) -> dict[str, list[Message]]:
    """A conversation's events until it ends, by type."""
    found: dict[str, list[Message]] = {"utterance": []}
    while "ended" not in found:
        event = agent.until("event")["event"]
        found.setdefault(event["type"], []).append(event["data"])
    return found


def assert_heard_apart(agent: Client) -> dict[str, list[Message]]:
    found = story(agent)
    heard = sorted(found["utterance"], key=lambda one: one["start_s"])
    assert [one["speaker"] for one in heard] == ["agent", "customer"]
    assert "thank you for calling" in heard[0]["text"].lower()
    assert "change the date" in heard[1]["text"].lower()
    return found


def test_freeswitch_s_audio_fork_says_in_its_metadata_who_is_calling(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    metadata = {"call_id": conversation, "agent_id": "a42", "customer": {"id": "cust-7"}, "to": "6173333456"}
    with server.agent(f"conversation:{conversation}") as agent:
        query = "?format=s16le&rate=16000&channels=2&roles=customer,agent"
        with call_server(server, query, BASIC, "audio.drachtio.org") as client:
            client.send(json.dumps(metadata))
            play(client, sound(call, BOTH))
        found = assert_heard_apart(agent)
    assert found["started"][0]["customer"] == "cust-7"


@pytest.mark.parametrize("metadata", ["any text, it's not JSON", None])
def test_freeswitch_s_audio_stream_may_say_anything_or_nothing(
    server: Running, conversation: str, call: RecordedCall, metadata: str | None
) -> None:
    query = f"?format=s16le&rate=16000&role=customer&call_id={conversation}"
    with server.agent(f"conversation:{conversation}") as agent:
        with call_server(server, query, BEARER) as client:
            if metadata is not None:
                client.send(metadata)
            play(client, sound(call, (Speaker.CUSTOMER,)))
        (heard,) = story(agent)["utterance"]
    assert heard["speaker"] == "customer"
    assert "change the date" in heard["text"].lower()


def test_jambonz_says_what_its_audio_is_and_which_call(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    with server.agent(f"conversation:{conversation}") as agent:
        with call_server(server, "", BASIC, "audio.jambonz.org") as client:
            client.send(json.dumps(JAMBONZ | {"callSid": conversation, "metadata": {"agent_id": "a42"}}))
            play(client, sound(call, BOTH))
        assert_heard_apart(agent)


@pytest.mark.parametrize(("start", "sending"), [(PLAIN, Sending.MULAW), (JSON, Sending.PCM)])
def test_asterisk_brings_each_side_in_a_connection_of_its_own_and_they_are_one_call(
    server: Running, conversation: str, call: RecordedCall, start: str, sending: Sending
) -> None:
    address = f"?call_id={conversation}&role="
    with server.agent(f"conversation:{conversation}") as agent:
        with (
            call_server(server, address + "customer", BASIC, "media") as customer,
            call_server(server, address + "agent", BASIC, "media") as clerk,
        ):
            sides = (customer, Speaker.CUSTOMER), (clerk, Speaker.AGENT)
            for client, _ in sides:
                client.send(start)
            parts = [sound(call, (speaker,), sending) for _, speaker in sides]
            for begin in range(0, len(parts[0]), 1_600):
                for (client, _), audio in zip(sides, parts, strict=True):
                    client.send(audio[begin : begin + 1_600])
            customer.send("DTMF_END digit:1")
        found = assert_heard_apart(agent)
    assert len(found["started"]) == 1


def test_vonage_s_mix_is_refused_with_the_way_out(server: Running) -> None:
    with call_server(server, "", BEARER) as client:
        client.send(json.dumps(VONAGE | {"call_id": "v-1"}))
        error = json.loads(client.recv())
    assert error["code"] == "mixed_audio"
    assert "a connection a side" in error["message"]


def test_vonage_s_audio_is_taken_for_the_side_that_its_headers_vouch_for_and_marked_as_mixed(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    with server.agent(f"conversation:{conversation}") as agent:
        with call_server(server) as client:
            known = {"call_id": conversation, "role": "customer", "token": TOKEN}
            client.send(json.dumps(VONAGE | known))
            play(client, sound(call, (Speaker.CUSTOMER,)), 640)
            client.send(json.dumps({"event": "websocket:dtmf", "digit": "5"}))
        (heard,) = story(agent)["utterance"]
    assert heard["speaker"] == "customer"
    journal = (server.journals / f"{conversation}.jsonl").read_text()
    assert '"audio":"mixed"' in journal.replace(" ", "")


def test_a_call_server_that_lost_its_line_goes_on_with_the_same_call(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    audio = sound(call, BOTH)
    middle = len(audio) // 8 * 4
    start = json.dumps(JAMBONZ | {"callSid": conversation})
    with server.agent(f"conversation:{conversation}") as agent:
        for part, vanishes in ((audio[:middle], True), (audio[middle:], False)):
            with call_server(server, "", BASIC, "audio.jambonz.org") as client:
                client.send(start)
                play(client, part)
                if vanishes:
                    client.socket.close()
        found = story(agent)
    assert len(found["started"]) == 1
    assert {one["speaker"] for one in found["utterance"]} == {"agent", "customer"}


def test_silence_half_samples_and_half_a_call_end_cleanly(server: Running, conversation: str) -> None:
    query = f"?format=s16le&rate=8000&role=agent&call_id={conversation}"
    with server.agent(f"conversation:{conversation}") as agent:
        with call_server(server, query, BEARER) as client:
            for _ in range(10):
                client.send(bytes(16_001))
        found = story(agent)
    assert found["utterance"] == []
    assert found["ended"][0]["turns"] == 0


@pytest.mark.parametrize(
    ("query", "first", "code"),
    [
        (f"?token={TOKEN}", JSON, "token_in_url"),
        ("?rate=8001&format=s16le&role=agent", b"", "bad_message"),
        ("?rate=8000", b"", "start_expected"),
        ("?rate=8000&format=s16le", b"", "role_expected"),
        ("?rate=8000&format=s16le&roles=customer,customer&channels=2", b"", "bad_message"),
        ("?rate=8000&format=s16le&roles=customer,agent", b"", "bad_message"),
        ("?rate=8000&format=opus&role=agent", b"", "bad_message"),
        ("?rate=8000&format=s16le&role=agent", '{"call_id":', "bad_message"),
        ("?rate=8000&format=s16le&role=agent", '{"context":' * 5_000, "bad_message"),
        ("?rate=8000&format=s16le&role=agent", '{"context":' * 20_000, "too_big"),
        ("?rate=8000&format=s16le&role=agent", '{"context":{"date":7}}', "bad_message"),
        ("", bytes(640), "start_expected"),
        ("", "hello", "start_expected"),
        ("", PLAIN, "role_expected"),
        ("?role=agent", PLAIN.replace("ulaw", "opus"), "bad_message"),
        ("?role=agent", "MEDIA_START", "bad_message"),
        ("?role=agent", '{"event":"MEDIA_START","format":["ulaw"]}', "bad_message"),
        ("?role=agent", json.dumps(VONAGE | {"content-type": "audio/opus"}), "bad_message"),
        ("?role=agent", json.dumps(VONAGE | {"content-type": "audio/l16;rate=9"}), "bad_message"),
        (
            "?role=agent",
            json.dumps(VONAGE | {"content-type": "audio/l16;rate=" + "9" * 5_000}),
            "bad_message",
        ),
        ("", json.dumps(JAMBONZ | {"mixType": "mono"}), "role_expected"),
        ("", json.dumps(JAMBONZ | {"mixType": "mixed"}), "mixed_audio"),
        ("", json.dumps(JAMBONZ | {"sampleRate": 64_000}), "bad_message"),
        ("", json.dumps(JAMBONZ | {"sampleRate": "fast"}), "bad_message"),
    ],
)
def test_a_call_server_that_says_too_little_or_nonsense_is_told_what_is_wrong(
    server: Running, query: str, first: str | bytes, code: str
) -> None:
    with call_server(server, query, BEARER) as client:
        with suppress(ConnectionClosed):  # it may be turned away for its address before it has spoken
            client.send(first)
        error = json.loads(client.recv(timeout=10))
    assert error["type"] == "error"
    assert error["code"] == code


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?rate=8000&format=s16le&role=agent", {}),
        ("?rate=8000&format=s16le&role=agent", {"Authorization": "Basic bm90OnJpZ2h0"}),
        ("?role=agent", {}),
    ],
)
def test_a_call_server_without_the_token_is_turned_away(
    server: Running, query: str, headers: dict[str, str]
) -> None:
    with call_server(server, query, headers) as client:
        with suppress(ConnectionClosed):
            client.send(PLAIN)
        assert json.loads(client.recv(timeout=10))["code"] == "unauthorized"


def test_a_message_that_is_too_big_ends_its_own_line_and_the_other_side_is_heard_on(
    server: Running, conversation: str, call: RecordedCall
) -> None:
    address = f"?call_id={conversation}&role="
    with server.agent(f"conversation:{conversation}") as agent:
        with call_server(server, address + "customer", BASIC, "media") as customer:
            customer.send(JSON)
            with call_server(server, address + "agent", BASIC, "media") as clerk:
                clerk.send(JSON)
                clerk.send(bytes(65_537))
                assert json.loads(clerk.recv(timeout=10))["code"] == "too_big"
            play(customer, sound(call, (Speaker.CUSTOMER,)))
        (heard,) = story(agent)["utterance"]
    assert "change the date" in heard["text"].lower()
