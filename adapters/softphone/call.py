"""One live call's audio on its way to settled words."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

import structlog

from adapters.mishaps import place_of
from adapters.session import Session
from adapters.weights import Ears
from listener.audio import AudioDecoder, AudioFormat
from listener.events import AudioChunk
from listener.stream import SpeechStream
from listener.transcriber import Segment
from offers.conversation import Behind

_BLOCK_S = (
    0.1  # what is handed to the other thread at a time: handing over 20 ms would cost more than hearing it
)
_MOST_BLOCKS = 300  # 30 s; then the softphone has to wait, and TCP makes it

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listening:
    """What all calls of one server share.

    Attributes:
        ears: The speech models.
        workers: Threads to listen in, so that the event loop never waits.
        lag_s: Seconds behind the live speech from which the agent is told.
    """

    ears: Ears
    workers: Executor
    lag_s: float


@dataclass(frozen=True, slots=True)
class _Block:
    decoder: AudioDecoder
    data: bytes
    end_s: float


class LiveCall:
    """Takes bytes as they arrive, and tells a session what was said.

    The call's time is counted in samples, so that it is the same however late the bytes come; while the
    call is paused, it goes by the clock.
    """

    def __init__(self, audio: AudioFormat, listening: Listening) -> None:
        self._audio = audio
        self._listening = listening
        self._stream = SpeechStream(listening.ears.voice_activity.track)
        self._decoder = AudioDecoder(audio)
        self._blocks: asyncio.Queue[_Block | None] = asyncio.Queue(_MOST_BLOCKS)
        self._rest = b""
        self._received_s = 0.0
        self._heard_s = 0.0
        self._paused_at: float | None = None
        self._is_behind = False

    def now_s(self) -> float:
        """Seconds since the call began, as far as it has been heard."""
        paused_s = 0.0 if self._paused_at is None else monotonic() - self._paused_at
        return round(self._heard_s + paused_s, 3)

    async def take(self, data: bytes) -> None:
        """Take the next bytes, cut anywhere; waits when too much is waiting already."""
        if self._paused_at is not None:
            return
        self._rest += data
        size = round(_BLOCK_S * self._audio.rate_hz) * self._audio.frame_bytes
        while len(self._rest) >= size:
            block, self._rest = self._rest[:size], self._rest[size:]
            await self._put(block)

    async def pause(self) -> None:
        """Listen no more, until resumed."""
        if self._paused_at is None:
            await self._put_rest()
            self._paused_at = monotonic()

    def resume(self) -> None:
        """Listen again, from now on."""
        if self._paused_at is not None:
            self._received_s += monotonic() - self._paused_at
            self._decoder = AudioDecoder(self._audio, self._received_s)
            self._paused_at = None

    async def stop(self) -> None:
        """Take no more; ``listen`` then comes to its end."""
        await self._put_rest()
        await self._blocks.put(None)

    async def listen(self, session: Session) -> None:
        """Tell the session what is said, until the call is stopped; then end it."""
        while (block := await self._blocks.get()) is not None:
            await self._say(session, await self._run(self._hear, block, otherwise=[]))
            self._heard_s = block.end_s
            await self._tell_lag(session)
        await self._say(session, await self._run(self._finish, self._decoder, otherwise=[]))
        await session.end()

    async def _say(self, session: Session, segments: Sequence[Segment]) -> None:
        for segment in segments:
            utterance = await self._run(self._listening.ears.transcriber.transcribe, segment, otherwise=None)
            if utterance is not None:
                await session.receive(utterance)

    async def _run(self, work: Callable[[_Given], _Made], given: _Given, *, otherwise: _Made) -> _Made:
        """Work in another thread. This is the edge of a call: what fails is lost, the call goes on."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._listening.workers, work, given)
        except Exception as error:  # whatever a decoder or recogniser may raise
            _log.error("audio lost", **place_of(error))
            return otherwise

    async def _put_rest(self) -> None:
        rest, self._rest = self._rest, b""
        await self._put(rest)

    async def _put(self, data: bytes) -> None:
        self._received_s += len(data) / self._audio.frame_bytes / self._audio.rate_hz
        await self._blocks.put(_Block(self._decoder, data, self._received_s))

    async def _tell_lag(self, session: Session) -> None:
        """Say so when we fall behind, and when we have caught up: at half, lest it flickers."""
        behind_s = self._received_s - self._heard_s
        limit_s = self._listening.lag_s / 2 if self._is_behind else self._listening.lag_s
        if self._is_behind != (behind_s > limit_s):
            self._is_behind = not self._is_behind
            await session.receive(Behind(behind_s if self._is_behind else 0.0, self.now_s()))

    def _hear(self, block: _Block) -> list[Segment]:
        return self._feed(block.decoder.decode(block.data))

    def _finish(self, decoder: AudioDecoder) -> list[Segment]:
        return self._feed(decoder.flush()) + self._stream.finish()

    def _feed(self, chunks: list[AudioChunk]) -> list[Segment]:
        return [segment for chunk in chunks for segment in self._stream.feed(chunk)]
