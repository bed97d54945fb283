"""Telephone platforms' messages, and the sample call in their encodings."""

import base64
import json
import random
import wave
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
from streamdouble.g711 import decode  # pyright: ignore[reportMissingTypeStubs]
from websockets.exceptions import ConnectionClosed

from adapters.recorded.feed import Sending, encode_frames
from adapters.recorded.recordings import RecordedCall
from listener.events import Speaker
from tests.adapters.conftest import TOKEN, Client, Message
from tests.adapters.test_audio_socket import beginning

PACKET = 160
SILENCE = bytes([255]) * PACKET
CUSTOMER_FROM_S = 7


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
