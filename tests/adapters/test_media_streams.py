"""Forks of calls as telephone platforms send them: streamdouble for Twilio, scripts for the others."""

import base64
import json
import random
import subprocess
import sys
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocket
from streamdouble.g711 import decode  # pyright: ignore[reportMissingTypeStubs]
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator  # pyright: ignore[reportMissingTypeStubs]
from websockets.exceptions import ConnectionClosed

from adapters.app import Parts
from adapters.door import RefusedError
from adapters.recorded.feed import Sending, encode_frames
from adapters.recorded.recordings import RecordedCall
from adapters.softphone.signature import TwilioSignature
from listener.events import Speaker
from tests.adapters.conftest import TOKEN, Client, Message, Running, running
from tests.adapters.test_audio_socket import beginning, utterances

AUTH_TOKEN = "twilio-and-we-know"
PUBLIC_URL = "wss://calls.example.com/in"
PACKET = 160
CUSTOMER_FROM_S = 7
WORDS = "my mother's maiden name"
STREAMDOUBLE = Path(sys.executable).with_name("streamdouble")


@pytest.fixture(scope="module")
def streams(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that gives up a lost call soon."""
    with running(replace(parts, resume_within_s=1.5, journals=tmp_path_factory.mktemp("streams"))) as found:
        yield found


def mulaw(call: RecordedCall, speaker: Speaker) -> bytes:
    chunks = [chunk for chunk in beginning(call) if chunk.speaker is speaker]
    return b"".join(encode_frames(chunks, (speaker,), Sending.MULAW))


def request_of(call: RecordedCall) -> bytes:
    """The customer's first words, five seconds of them."""
    return mulaw(call, Speaker.CUSTOMER)[CUSTOMER_FROM_S * 8_000 :]


def packets(audio: bytes, size: int = PACKET) -> list[bytes]:
    return [audio[begin : begin + size] for begin in range(0, len(audio), size)]


def twilio_start(call_id: str, **parameters: str) -> Message:
    start = {
        "accountSid": "AC1", "streamSid": "MZ1", "callSid": call_id, "tracks": ["inbound", "outbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": TOKEN, **parameters},
    }  # fmt: skip
    return {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ1"}


def plain_start(format: object) -> Message:
    return {"event": "start", "start": {"callSid": "c", "mediaFormat": format}}


def media(at_ms: int, data: bytes, track: str = "inbound") -> Message:
    payload = base64.b64encode(data).decode()
    return {"event": "media", "media": {"track": track, "timestamp": str(at_ms), "payload": payload}}


def send_all(client: Client, messages: Iterable[Message]) -> None:
    """Send until the server hangs up."""
    with suppress(ConnectionClosed):
        for message in messages:
            client.send(**message)


def said(heard: list[Message]) -> list[tuple[str, str]]:
    return [(one["speaker"], one["text"].lower()) for one in heard]


def as_wav(path: Path, audio: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(decode(audio).astype("<i2").tobytes())
    return path


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


def alaw(audio: bytes) -> bytes:
    codec = av.CodecContext.create("pcm_alaw", "w")
    codec.rate, codec.layout, codec.format = 8_000, "mono", "s16"
    samples = decode(audio).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.rate = 8_000
    return b"".join(bytes(packet) for packet in codec.encode(frame))  # pyright: ignore  # PyAV types it in part


def pcm(audio: bytes) -> bytes:
    return decode(audio).astype("<i2").tobytes()


def telnyx(call_id: str, audio: bytes) -> list[Message]:
    """Out of order, some packets twice, as its documentation warns; the agent's leg runs the markup."""
    start: dict[str, Any] = {
        "call_control_id": call_id, "call_session_id": "s", "from": "+1", "to": "+2", "client_state": None,
        "media_format": {"encoding": "PCMA", "sample_rate": 8000, "channels": 1},
        "custom_parameters": {"token": TOKEN, "inbound": "agent"},
    }  # fmt: skip
    chance = random.Random(3)  # noqa: S311  # no secret
    order = sorted(
        (number * 20 + chance.randint(0, 150), number, data)
        for number, data in enumerate(packets(alaw(audio)))
        for _ in range(1 + (number % 10 == 0))
    )
    sent = [media(number * 20, data, "outbound") for _, number, data in order]
    return [
        {"event": "connected", "version": "1.0.0"},
        {"event": "start", "sequence_number": "1", "stream_id": "x", "start": start},
        *sent,
        {"event": "stop", "stream_id": "x"},
    ]


def plivo(call_id: str, audio: bytes) -> list[Message]:
    """No word of being connected, and time counted from 1970."""
    start = {
        "callId": call_id, "streamId": "x", "accountId": "MA", "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-l16;rate=8000", "sampleRate": 8000},
    }  # fmt: skip
    sent = [
        media(1_795_304_535_000 + number * 20, data) for number, data in enumerate(packets(pcm(audio), 320))
    ]
    first = {
        "event": "start",
        "sequenceNumber": 1,
        "start": start,
        "extra_headers": f"token={TOKEN};agent_id=a7",
    }
    return [first, *sent, {"event": "stop"}]


def exotel(call_id: str, audio: bytes) -> list[Message]:
    """Samples of 16 bits, a tenth of a second at a time, on the one track it has."""
    start: dict[str, Any] = {
        "stream_sid": "x", "call_sid": call_id, "account_sid": "e", "from": "1", "to": "2",
        "custom_parameters": json.dumps({"token": TOKEN}),
        "media_format": {"encoding": "audio/x-raw", "sample_rate": "8000", "bit_rate": "16"},
    }  # fmt: skip
    sent = [media(number * 100, data) for number, data in enumerate(packets(pcm(audio), 1_600))]
    for message in sent:
        del message["media"]["track"]
    return [
        {"event": "connected"},
        {"event": "start", "stream_sid": "x", "start": start},
        *sent,
        {"event": "stop"},
    ]


Dialect = Callable[[str, bytes], list[Message]]


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
            send_all(client, (media(number * 20, bytes([255]) * PACKET) for number in range(100)))
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


def test_a_platform_that_hangs_up_without_a_word_ends_its_call_and_one_that_vanishes_does_so_later(
    streams: Running, conversation: str
) -> None:
    for way in ("close", "vanish"):
        id = f"{conversation}-{way}"
        with streams.agent(f"conversation:{id}") as agent:
            with streams.connect("/v1/twilio", "none-of-ours") as client:
                client.send(event="connected", protocol="Call", version="1.0.0")
                client.send(**twilio_start(id))
                send_all(client, (media(number * 20, bytes([255]) * PACKET) for number in range(500)))
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


@pytest.fixture(scope="module")
def signed(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that wants Twilio's signature."""
    signature = TwilioSignature(AUTH_TOKEN, PUBLIC_URL)
    with running(replace(parts, signature=signature, journals=tmp_path_factory.mktemp("signed"))) as found:
        yield found


def twilio_s(url: str, auth_token: str) -> str:
    return RequestValidator(auth_token).compute_signature(url, {})  # pyright: ignore[reportUnknownMemberType]


def signature_of(url: str, auth_token: str = AUTH_TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": twilio_s(url, auth_token)}


def test_a_stream_that_twilio_signed_is_heard(signed: Running, conversation: str) -> None:
    headers = signature_of(f"{PUBLIC_URL}/v1/twilio")
    with signed.connect("/v1/twilio", "none-of-ours", headers) as client:
        send_all(client, [twilio_start(conversation), media(0, bytes(160)), {"event": "stop"}])
        assert client.closed() == 1000


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        signature_of(f"{PUBLIC_URL}/v1/twilio/"),
        signature_of("wss://elsewhere.example.com/v1/twilio"),
        signature_of(f"{PUBLIC_URL}/v1/twilio", "another"),
    ],
)
def test_a_stream_that_nobody_signed_is_turned_away_even_with_our_token(
    signed: Running, conversation: str, headers: dict[str, str]
) -> None:
    with signed.connect("/v1/twilio", "none-of-ours", headers) as client:
        send_all(client, [twilio_start(conversation)])
        assert client.closed() == 4401


def test_a_signed_stream_without_our_token_is_turned_away(signed: Running, conversation: str) -> None:
    headers = signature_of(f"{PUBLIC_URL}/v1/twilio")
    with signed.connect("/v1/twilio", "none-of-ours", headers) as client:
        send_all(client, [twilio_start(conversation, token="")])
        assert client.closed() == 4401


async def _nothing(*_: object) -> Any:  # noqa: ANN401  # neither received nor sent here
    raise NotImplementedError


@given(
    token=st.text(min_size=1, max_size=40),
    path=st.text("abcdefghij/-._~", max_size=20),
    other=st.text(max_size=30),
)
def test_our_check_agrees_with_twilio_s_own(token: str, path: str, other: str) -> None:
    def accepts(shown: str) -> bool:
        scope: Any = {
            "type": "websocket", "path": f"/{path}", "root_path": "", "query_string": b"", "subprotocols": [],
            "headers": [(b"x-twilio-signature", shown.encode("latin-1", "replace"))],
        }  # fmt: skip
        try:
            TwilioSignature(token, "wss://calls.example.com").check(WebSocket(scope, _nothing, _nothing))
        except RefusedError:
            return False
        return True

    right = twilio_s(f"wss://calls.example.com/{path}", token)
    assert accepts(right)
    assert accepts(other) is (other == right)
