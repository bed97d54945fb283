"""One AudioHook session's audio on its way to the call."""

import asyncio

import structlog

from adapters.door import TRY_AGAIN, RefusedError
from adapters.softphone.audiohook_events import AudioHookEvents
from adapters.softphone.audiohook_exchange import Exchange
from adapters.softphone.audiohook_messages import (
    Close,
    Discarded,
    Error,
    Media,
    Open,
    Paused,
    Ping,
    Resumed,
    Update,
    understands,
)
from adapters.softphone.audiohook_time import StreamTime
from adapters.softphone.call import LiveCall

_PAUSE_BEHIND_S = 30.0
_MOST_BEHIND_S = 60.0
_CLOSED_WITHIN_S = 8.0  # Genesys waits for 10 s; the last words may be later

_log = structlog.get_logger()

_Step = bytes | Paused | Resumed | Discarded | Close | Exception


class Hearing:
    """Reads a session, and answers it at once however long the audio has to wait.

    Genesys is asked to pause while a language is spoken that we do not understand, and while too much
    audio waits.

    Args:
        exchange: The session's messages.
        events: Who tells it what was heard.
        media: What its audio is.
        call: Which call it is.
        begins_s: Seconds since the call began, of its first sample.
    """

    def __init__(
        self, exchange: Exchange, events: AudioHookEvents, media: Media, call: LiveCall, begins_s: float
    ) -> None:
        self._exchange = exchange
        self._events = events
        self._audio = media.audio
        self._call = call
        self._time = StreamTime(begins_s)
        self._line = call.line(self._audio, begins_s)
        self._steps: asyncio.Queue[_Step] = asyncio.Queue()
        self._waiting_s = 0.0
        self._is_paused = False
        self._refused: RefusedError | None = None
        self._reasons_to_pause = set[str]()
        if not understands(events.language):
            self._reasons_to_pause.add("language")
        events.keep_time(self._time)

    async def run(self) -> None:
        """Hear the session to its ``close``.

        Raises:
            RefusedError: Something it sent.
            WebSocketDisconnect: The connection was lost.
        """
        reading = asyncio.create_task(self._read())
        try:
            await self._relay()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await self._call.hang_up(self._line)

    async def _relay(self) -> None:
        """Bring the call what came, in its order, until the session closes."""
        while not isinstance(step := await self._steps.get(), Close):
            if self._refused is not None:
                raise self._refused
            if isinstance(step, Exception):
                raise step
            await self._follow(step)
            if self._steps.empty():
                self._resume("behind")
        asyncio.get_running_loop().call_later(_CLOSED_WITHIN_S, self._exchange.send_closed)

    async def _follow(self, step: bytes | Paused | Resumed | Discarded) -> None:
        match step:
            case bytes():
                await self._line.take(step, self._time.call_s)
                self._time.advance(self._seconds(step))
                self._waiting_s -= self._seconds(step)
            case Paused():
                await self._call.pause()
            case Resumed():
                self._call.resume()
                self._time.skip(step.parameters)
                self._time.catch_up(self._call.live_s())
            case Discarded():
                self._time.skip(step.parameters)

    async def _read(self) -> None:
        """Read until the session ends, one way or another.

        What is refused is refused at once; when the line is lost, all that came before is heard first.
        """
        try:
            while not isinstance(message := await self._exchange.receive(), Close):
                if isinstance(message, bytes):
                    self._take(message)
                else:
                    self._answer(message)
            self._steps.put_nowait(message)
        except Exception as error:  # raised where the call is heard
            if isinstance(error, RefusedError):
                self._refused = error
            self._steps.put_nowait(error)

    def _take(self, data: bytes) -> None:
        if not data:
            return
        if self._is_paused:
            raise RefusedError("bad_message", "audio came in a pause")
        if len(data) % self._audio.frame_bytes:
            raise RefusedError("bad_message", f"audio comes in samples of {self._audio.frame_bytes} bytes")
        self._waiting_s += self._seconds(data)
        if self._waiting_s > _MOST_BEHIND_S:
            raise RefusedError("too_fast", "audio comes faster than it can be heard", TRY_AGAIN)
        if self._waiting_s > _PAUSE_BEHIND_S:
            self._pause("behind")
        self._steps.put_nowait(data)

    def _answer(self, message: Open | Ping | Paused | Resumed | Discarded | Update | Error) -> None:
        match message:
            case Ping():
                self._exchange.send("pong")
            case Update():
                self._events.language = message.parameters.language
                self._exchange.send("updated")
                if understands(message.parameters.language):
                    self._resume("language")
                else:
                    self._pause("language")
            case Paused() | Resumed():
                self._is_paused = isinstance(message, Paused)
                self._steps.put_nowait(message)
            case Discarded():
                self._steps.put_nowait(message)
            case Open():
                raise RefusedError("bad_message", "the session is open already")
            case Error():  # about a message of ours; what has to end, Genesys ends
                _log.warning("audiohook: Genesys reports an error", code=message.parameters.code)

    def _pause(self, reason: str) -> None:
        if not self._reasons_to_pause:
            self._exchange.send("pause")
        self._reasons_to_pause.add(reason)

    def _resume(self, reason: str) -> None:
        if self._reasons_to_pause == {reason}:
            self._exchange.send("resume")
        self._reasons_to_pause.discard(reason)

    def _seconds(self, data: bytes) -> float:
        return len(data) / self._audio.frame_bytes / self._audio.rate_hz
