"""Forks of calls as telephone platforms send them: streamdouble for Twilio, scripts for the others."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed

from adapters.app import Parts
from adapters.recorded.recordings import RecordedCall
from listener.events import Speaker
from tests.adapters.conftest import TOKEN, Client, Message, Running, running
from tests.adapters.platforms import (
    SILENCE,
    Dialect,
    as_wav,
    exotel,
    media,
    mulaw,
    packets,
    plain_start,
    plivo,
    request_of,
    said,
    send_all,
    telnyx,
    twilio_start,
)
from tests.adapters.test_audio_socket import utterances

WORDS = "my mother's maiden name"
STREAMDOUBLE = Path(sys.executable).with_name("streamdouble")


@pytest.fixture(scope="module")
def streams(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that gives up a lost call soon."""
    with running(replace(parts, resume_within_s=1.5, journals=tmp_path_factory.mktemp("streams"))) as found:
        yield found


def test_streamdouble_s_calls_are_heard_with_the_speakers_apart_over_good_and_bad_lines(
    streams: Running, conversation: str, call: RecordedCall, tmp_path: Path
) -> None:
    """Two of its calls at once: one on a good line, one with lost packets and jitter."""
    customer = as_wav(tmp_path / "customer.wav", mulaw(call, Speaker.CUSTOMER))
    agent = as_wav(tmp_path / "agent.wav", mulaw(call, Speaker.AGENT))
    lines = [[], ["--packet-loss", "0.03", "--jitter", "60", "--chaos-seed", "7"]]
    with streams.agent("agent:me", agent=conversation) as desk:
        clients = [
            subprocess.Popen(
                [str(STREAMDOUBLE), "call", f"ws://{streams.host}/v1/twilio",
                 "--audio", str(customer), "--agent-audio", str(agent), "--fork", "--strict-fork",
                 "--track", "both", "--allow-no-audio", "--param", f"token={TOKEN}",
                 "--param", f"agent_id={conversation}", *options],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            for options in lines
        ]  # fmt: skip
        for client in clients:
            output, _ = client.communicate(timeout=120)
            assert client.returncode == 0, output
        heard: dict[str, list[Message]] = {}
        ended = 0
        while ended < len(lines):
            event = desk.until("event")["event"]
            ended += event["type"] == "ended"
            if event["type"] == "utterance":
                heard.setdefault(event["conversation"], []).append(event["data"])
    assert len(heard) == len(lines)
    for utterance in heard.values():
        (first, greeting), (second, request) = said(utterance)
        assert (first, second) == ("agent", "customer")
        assert "thank you for calling" in greeting
        assert "change the date" in request
        assert utterance[1]["start_s"] == pytest.approx(7.4, abs=0.5)


@pytest.mark.parametrize("dialect", [telnyx, plivo, exotel])
def test_other_platforms_say_the_same_in_other_words(
    streams: Running, conversation: str, call: RecordedCall, dialect: Dialect
) -> None:
    with streams.agent(f"conversation:{conversation}") as agent:
        with streams.connect("/v1/stream", "none-of-ours") as client:
            send_all(client, dialect(conversation, request_of(call)))
            assert client.closed() == 1000
        ((speaker, words),) = said(utterances(agent))
    assert speaker == "customer"
    assert "change the date" in words


def test_a_call_whose_stream_is_lost_goes_on_in_the_same_conversation_with_the_next_stream(
    streams: Running, conversation: str, call: RecordedCall
) -> None:
    sound = request_of(call)
    with streams.agent(f"conversation:{conversation}") as agent:
        with streams.connect("/v1/twilio", "none-of-ours") as client:
            known = json.dumps({"id": "cu-9", "products": ["mobile-20"]})
            client.send(**twilio_start(conversation, customer=known, agent_id="a42"))
            client.send(event="dtmf", dtmf={"track": "inbound_track", "digit": "1"})
            send_all(client, (media(number * 20, SILENCE) for number in range(100)))
            assert agent.until("started")["event"]["data"]["customer"] == "cu-9"
            sleep(0.2)
            client.socket.socket.close()
        with streams.connect("/v1/twilio", "none-of-ours") as client:
            client.send(**twilio_start(conversation))
            send_all(client, (media(number * 20, data) for number, data in enumerate(packets(sound))))
            client.send(event="stop")
            assert client.closed() == 1000
        (one,) = utterances(agent)
    assert "change the date" in one["text"].lower()
    assert one["start_s"] > 2.0


def test_the_tracks_of_a_call_may_come_in_streams_of_their_own_and_the_token_as_a_password(
    streams: Running, conversation: str
) -> None:
    password = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {password}"}
    with (
        streams.agent(f"conversation:{conversation}") as agent,
        streams.connect("/v1/stream", "none-of-ours", headers) as one,
        streams.connect("/v1/stream", "none-of-ours", headers) as other,
    ):
        for client, track in ((one, "inbound"), (other, "outbound")):
            client.send(**twilio_start(conversation, token=""))
            send_all(client, (media(number * 20, SILENCE, track) for number in range(50)))
        one.send(event="stop")
        assert one.closed() == 1000
        send_all(other, [media(1_000, SILENCE, "outbound"), {"event": "stop"}])
        assert other.closed() == 1000
        assert agent.until("ended")["event"]["data"]["turns"] == 0


def test_a_platform_that_hangs_up_without_a_word_ends_its_call_and_one_that_vanishes_does_so_later(
    streams: Running, conversation: str
) -> None:
    for way in ("close", "vanish"):
        id = f"{conversation}-{way}"
        with streams.agent(f"conversation:{id}") as agent:
            with streams.connect("/v1/twilio", "none-of-ours") as client:
                client.send(event="connected", protocol="Call", version="1.0.0")
                client.send(**twilio_start(id))
                send_all(client, (media(number * 20, SILENCE) for number in range(500)))
                if way == "vanish":
                    client.socket.socket.close()
            ended = agent.until("ended")["event"]
        assert ended["data"]["turns"] == 0
        assert ended["at"] == pytest.approx(10.0, abs=0.2)


BAD_BEGINNINGS: list[tuple[list[Message], str, int]] = [
    ([media(0, bytes(160))], "start_expected", 4400),
    ([{"event": "connected"}, {"event": "connected"}], "start_expected", 4400),
    ([{"event": "stop"}], "start_expected", 4400),
    ([{"no": "event"}], "bad_message", 4400),
    ([{"event": "start", "start": {}}], "bad_message", 4400),
    ([plain_start([WORDS])], "bad_message", 4400),
    ([plain_start({"encoding": "OPUS"})], "bad_message", 4400),
    ([plain_start({"sampleRate": 7})], "bad_message", 4400),
    ([plain_start({"channels": 2})], "bad_message", 4400),
    ([plain_start({})], "unauthorized", 4401),
    ([twilio_start("c", token="wrong")], "unauthorized", 4401),
    ([twilio_start("c", inbound="both")], "bad_message", 4400),
    ([twilio_start("c", customer=WORDS)], "bad_message", 4400),
    ([twilio_start("c", customer=f'["{WORDS}"]')], "bad_message", 4400),
    ([twilio_start("c", context='{"date": 7}')], "bad_message", 4400),
]


@pytest.mark.parametrize(("messages", "code", "close_code"), BAD_BEGINNINGS)
def test_a_bad_beginning_is_closed_and_logged_and_answered_with_nothing(
    streams: Running, messages: list[Message], code: str, close_code: int
) -> None:
    with capture_logs() as logged, streams.connect("/v1/twilio", "none-of-ours") as client:
        send_all(client, messages)
        assert answers(client) == []
        assert client.socket.close_code == close_code
        assert client.socket.close_reason == code
    assert [(entry["event"], entry["code"]) for entry in logged] == [("refused", code)]
    assert WORDS not in str(logged)


def answers(client: Client) -> list[str | bytes]:
    """What came until the server hung up."""
    found: list[str | bytes] = []
    with suppress(ConnectionClosed):
        found.extend(client.socket)
    return found


@pytest.mark.parametrize(
    "garbage",
    [
        "{",
        WORDS,
        bytes(160),
        json.dumps({"event": "media"}),
        json.dumps(twilio_start("again")),
        json.dumps({"event": "media", "media": {"payload": WORDS, "timestamp": "0"}}),
        json.dumps({"event": "media", "media": {"payload": "", "timestamp": WORDS}}),
        json.dumps({"event": "media", "media": {"payload": "", "timestamp": "-1"}}),
        json.dumps(media(10**15, bytes(160))),
        json.dumps(media(0, bytes(160), track=WORDS)),
    ],
)
def test_garbage_ends_its_own_call_alone_and_no_word_of_it_is_logged(
    streams: Running, conversation: str, garbage: str | bytes
) -> None:
    with streams.connect("/v1/twilio", "none-of-ours") as other:
        other.send(**twilio_start(f"{conversation}-other"))
        with capture_logs() as logged, streams.connect("/v1/twilio", "none-of-ours") as client:
            client.send(**twilio_start(conversation))
            client.send(**media(0, bytes(161)))
            client.socket.send(garbage)
            assert client.closed() == 4400
        assert [entry["code"] for entry in logged] == ["bad_message"]
        assert WORDS not in str(logged)
        send_all(other, [media(0, bytes(160)), {"event": "stop"}])
        assert other.closed() == 1000
