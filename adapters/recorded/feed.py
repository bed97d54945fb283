"""Playing a recorded call into a server, as a softphone would."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from time import monotonic
from typing import Any

import av
import msgspec
import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from adapters.recorded.recordings import RecordedCall
from listener.events import SAMPLE_RATE_HZ, AudioChunk, Speaker
from listener.recording import CHUNK_SAMPLES

_SUBPROTOCOL = Subprotocol("rightsell.audio.v1")
_CHUNK_S = CHUNK_SAMPLES / SAMPLE_RATE_HZ
_TELEPHONE_RATE_HZ = 8_000
_ENDING_S = 300.0  # a server that was fed faster than it hears may have this much left to do

Progress = Callable[[float], None]
"""Told how many seconds of the call have been sent."""


class FeedError(ValueError):
    """The call could not be played into the server; the message says why."""


class Sending(StrEnum):
    """How samples are written on the way."""

    PCM = "s16le"
    MULAW = "mulaw"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call goes.

    Attributes:
        url: The server's audio socket, such as ``ws://127.0.0.1:8700/v1/audio``.
        token: What it wants to see.
    """

    url: str
    token: str


async def feed(
    call: RecordedCall, to: Destination, *, sending: Sending, speed: float | None, progress: Progress
) -> None:
    """Play a call and end it properly.

    Args:
        call: The recording.
        to: Where it goes.
        sending: 16-bit samples at 16 kHz, or µ-law at 8 kHz as on a telephone line.
        speed: 1.0 for speaking speed; None for as fast as the server takes it.
        progress: Told how far we are.

    Raises:
        FeedError: The server cannot be reached, refuses the call, or hangs up before its end.
        RecordingError: It is not such a recording.
    """
    frames = encode_frames(call.chunks(), call.speakers, sending)
    try:
        # A server that lags answers pings late: it is working, not gone.
        async with connect(
            to.url, subprotocols=[_SUBPROTOCOL], compression=None, ping_timeout=None
        ) as socket:
            await _send(socket, _start(call, to, sending))
            await _expect(socket, "started")
            await _play(socket, frames, speed, progress)
            await _send(socket, {"type": "stop"})
            async with asyncio.timeout(_ENDING_S):
                await _expect(socket, "ended")
    except (ConnectionClosed, InvalidHandshake, InvalidURI, OSError, TimeoutError) as error:
        raise FeedError(f"{to.url}: {error or type(error).__name__}") from None


def encode_frames(
    chunks: Iterable[AudioChunk], speakers: tuple[Speaker, ...], sending: Sending
) -> Iterator[bytes]:
    """Yield a call in frames of 20 ms, speakers interleaved; a side that ends early goes on in silence."""
    encode = _pcm if sending is Sending.PCM else _Mulaw(len(speakers)).encode
    for _, together in groupby(chunks, key=lambda chunk: round(chunk.start_s / _CHUNK_S)):
        yield encode(_side_by_side({chunk.speaker: chunk.samples for chunk in together}, speakers))


def _side_by_side(
    samples: dict[Speaker, NDArray[np.float32]], speakers: tuple[Speaker, ...]
) -> NDArray[np.int16]:
    """Return samples of shape ``(n, channels)``; who has none is silent."""
    frame = np.zeros((max(map(len, samples.values())), len(speakers)), np.float32)
    for channel, speaker in enumerate(speakers):
        heard = samples.get(speaker, np.empty(0, np.float32))
        frame[: len(heard), channel] = heard
    return np.clip(np.rint(frame * 32_768), -32_768, 32_767).astype(np.int16)


def _pcm(frame: NDArray[np.int16]) -> bytes:
    return frame.astype("<i2").tobytes()


class _Mulaw:
    """Brings 16-bit samples at 16 kHz down to a telephone line's.

    Source: libav's resampler and its G.711 encoder.
    """

    def __init__(self, channels: int) -> None:
        self._layout = "mono" if channels == 1 else "stereo"
        self._resampler = av.AudioResampler(format="s16", layout=self._layout, rate=_TELEPHONE_RATE_HZ)
        self._codec = av.CodecContext.create("pcm_mulaw", "w")
        self._codec.rate, self._codec.layout, self._codec.format = _TELEPHONE_RATE_HZ, self._layout, "s16"

    def encode(self, samples: NDArray[np.int16]) -> bytes:
        """Take samples of shape ``(n, channels)``; return the bytes that are ready."""
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=self._layout)
        frame.rate = SAMPLE_RATE_HZ
        packets = [
            bytes(packet)  # pyright: ignore[reportUnknownArgumentType]  # PyAV types packets in part only
            for small in self._resampler.resample(frame)
            for packet in self._codec.encode(small)  # pyright: ignore  # as above
        ]
        return b"".join(packets)


def _start(call: RecordedCall, to: Destination, sending: Sending) -> dict[str, object]:
    return {
        "type": "start",
        "call_id": call.id,
        "token": to.token,
        "format": sending,
        "rate": SAMPLE_RATE_HZ if sending is Sending.PCM else _TELEPHONE_RATE_HZ,
        "channels": len(call.speakers),
        "roles": call.speakers,
        "customer": call.background.customer,
        "context": call.background.context,
    }


async def _play(
    socket: ClientConnection, frames: Iterable[bytes], speed: float | None, progress: Progress
) -> None:
    began = monotonic()
    for number, frame in enumerate(frames, start=1):
        await socket.send(frame)
        sent_s = number * _CHUNK_S
        progress(sent_s)
        if speed is not None:
            await asyncio.sleep(max(0.0, began + sent_s / speed - monotonic()))


async def _send(socket: ClientConnection, message: dict[str, object]) -> None:
    await socket.send(msgspec.json.encode(message).decode())


async def _expect(socket: ClientConnection, kind: str) -> None:
    answer: dict[str, Any] = msgspec.json.decode(await socket.recv())
    if answer.get("type") != kind:
        raise FeedError(f"the server says {answer.get('code')}: {answer.get('message')}")
