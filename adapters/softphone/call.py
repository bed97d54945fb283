"""One live call's audio on its way to settled words."""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from time import monotonic

from adapters.mishaps import attempt
from adapters.session import Session
from adapters.softphone.recogniser import Recogniser
from adapters.weights import Ears
from listener.audio import AudioDecoder, AudioFormat
from listener.events import Speaker
from listener.stream import SpeechStream
from listener.transcriber import Segment
from offers.decisions import NoticeId
from offers.events import Behind, Noticed

_BLOCK_S = (
    0.1  # what is handed to the other thread at a time: handing over 20 ms would cost more than hearing it
)
_JITTER_S = 0.1  # a source's time stamps may be as far off; further off, something was lost or repeated
_MOST_BLOCKS = 300  # 30 s; then the softphone has to wait, and TCP makes it
_BLOCKS_AT_ONCE = 10  # when it comes faster than it is heard

_Heard = tuple[Sequence[Segment], Sequence[Segment]]  # said to its end, and unfinished
_NOTHING: _Heard = ((), ())


class Listening:
    """What all calls of one server share.

    Args:
        ears: The speech models.
        workers: Threads to listen in, so that the event loop never waits.
        lag_s: Seconds behind the live speech from which the agent is told, and after which no more calls are
            taken.
    """

    def __init__(self, ears: Ears, workers: Executor, lag_s: float) -> None:
        self.ears = ears
        self.workers = workers
        self.lag_s = lag_s
        self.recogniser = Recogniser(ears.transcriber, workers)


@dataclass(frozen=True, slots=True)
class _Block:
    decoder: AudioDecoder
    data: bytes
    end_s: float
    is_last: bool = False


class LiveCall:
    """Takes audio as it arrives, on one line or several, and tells a session what was said.

    The call's time is counted in samples, so that it is the same however late the bytes come; while the
    call is paused, it goes by the clock, and while no line is connected it stands still.

    Args:
        id: Of the conversation.
        listening: What all calls share.
    """

    def __init__(self, id: str, listening: Listening) -> None:
        self.id = id
        self._lag_s = listening.lag_s
        self._workers = listening.workers
        self._recogniser = listening.recogniser
        self._stream = SpeechStream(listening.ears.voice_activity.track)
        self._backlog = listening.recogniser.join()
        self._blocks: asyncio.Queue[_Block | None] = asyncio.Queue(_MOST_BLOCKS)
        self._has_room = asyncio.Event()
        self._lines: list[Line] = []
        self._received_s = dict.fromkeys(Speaker, 0.0)
        self._received_at = monotonic()
        self._heard_s = 0.0
        self._hearing_since: float | None = None
        self._paused_at: float | None = None
        self._is_behind = False
        self._is_one_sound = False

    def now_s(self) -> float:
        """Seconds since the call began, as far as it has been heard."""
        paused_s = 0.0 if self._paused_at is None else monotonic() - self._paused_at
        return round(self._heard_s + paused_s, 3)

    @property
    def late_s(self) -> float:
        """Seconds for which its audio has been waiting for a thread."""
        return 0.0 if self._hearing_since is None else monotonic() - self._hearing_since

    def received_s(self, speakers: Iterable[Speaker] = tuple(Speaker)) -> float:
        """Return the seconds of audio that have arrived, of the speaker who is furthest."""
        return max(self._received_s[speaker] for speaker in speakers)

    def live_s(self) -> float:
        """Seconds since the call began, of what is being said now."""
        return self.received_s() + monotonic() - self._received_at

    def line(self, audio: AudioFormat, start_s: float = 0.0) -> "Line":
        """Connect a source of audio; an older one of the same speaker is heard no more.

        Args:
            audio: What its bytes are, and whose.
            start_s: Seconds since the call began, of its first sample.
        """
        line = Line(self, audio, start_s)
        self._lines = [other for other in self._lines if not other.brings(audio.speakers)] + [line]
        return line

    def hears(self, line: "Line") -> bool:
        """Whether what a line brings is listened to."""
        return self._paused_at is None and line in self._lines

    async def pause(self) -> None:
        """Listen no more, until resumed."""
        if self._paused_at is None:
            for line in self._lines:
                await line.flush()
            self._paused_at = monotonic()

    def resume(self) -> None:
        """Listen again, from now on."""
        if self._paused_at is not None:
            now_s = self.received_s() + monotonic() - self._paused_at
            self._paused_at = None
            for line in self._lines:
                line.go_on(now_s)

    async def hang_up(self, line: "Line") -> None:
        """Disconnect a line; what it brought so far is heard."""
        if line in self._lines:
            await line.flush(is_last=True)
            self._lines = [other for other in self._lines if other is not line]

    async def stop(self) -> None:
        """Take no more; ``listen`` then comes to its end."""
        for line in tuple(self._lines):
            await self.hang_up(line)
        await self._blocks.put(None)

    async def put(self, line: "Line", audio: AudioFormat, block: _Block) -> None:
        """Take a line's next block; waits when too much is waiting already.

        A line that was replaced meanwhile brings nothing: its client begins again where we say.
        """
        while self._blocks.full():
            self._has_room.clear()
            await self._has_room.wait()
        if line not in self._lines:
            return
        for speaker in audio.speakers:
            self._received_s[speaker] = max(self._received_s[speaker], block.end_s)
        self._received_at = monotonic()
        self._blocks.put_nowait(block)

    async def listen(self, session: Session) -> None:
        """Tell the session what is said, until the call is stopped; then end it."""
        telling = asyncio.create_task(self._tell(session))
        while blocks := await self._next_blocks():
            await self._tell_lag(session)
            self._hearing_since = monotonic()
            heard = await attempt(self._workers, partial(self._hear, blocks), otherwise=_NOTHING)
            self._hearing_since = None
            self._heard_s = blocks[-1].end_s
            await self._tell_tracks(session)
            self._backlog.settle(heard[0])
            self._backlog.show(heard[1])
            await self._backlog.room()
        self._backlog.settle(await attempt(self._workers, self._stream.finish, otherwise=[]))
        self._backlog.finish()
        await telling
        self._recogniser.leave(self._backlog)
        await session.end()

    async def _next_blocks(self) -> list[_Block]:
        """Return what came, not too much of it; nothing once the call was stopped."""
        blocks: list[_Block] = []
        block = await self._blocks.get()
        self._has_room.set()
        while block is not None:
            blocks.append(block)
            if self._blocks.empty() or len(blocks) == _BLOCKS_AT_ONCE:
                return blocks
            block = self._blocks.get_nowait()
        if blocks:
            self._blocks.put_nowait(None)
        return blocks

    async def _tell(self, session: Session) -> None:
        """Tell the session what was recognised, until the backlog is done."""
        while (said := await self._backlog.next()) is not None:
            if said.event is not None:
                await session.receive(said.event)
            self._backlog.told(said)
            await self._tell_lag(session)

    async def _tell_tracks(self, session: Session) -> None:
        """Say so when both tracks carry the same sound, and when they do no more."""
        if self._is_one_sound != self._stream.same_sound:
            self._is_one_sound = self._stream.same_sound
            await session.receive(Noticed(NoticeId.SAME_SOUND, self._is_one_sound, self.now_s()))

    async def _tell_lag(self, session: Session) -> None:
        """Say so when we fall behind, and when we have caught up: at half, lest it flickers."""
        behind_s = self.received_s() - min(self._heard_s, self._backlog.settled_s)
        limit_s = self._lag_s / 2 if self._is_behind else self._lag_s
        if self._is_behind != (behind_s > limit_s):
            self._is_behind = not self._is_behind
            await session.receive(Behind(behind_s if self._is_behind else 0.0, self.now_s()))

    def _hear(self, blocks: Sequence[_Block]) -> _Heard:
        segments: list[Segment] = []
        for block in blocks:
            chunks = block.decoder.decode(block.data)
            if block.is_last:
                chunks += block.decoder.flush()
            segments += (segment for chunk in chunks for segment in self._stream.feed(chunk))
        return segments, self._stream.unfinished()


class Line:
    """One source of a call's audio: a connection, or one track of it."""

    def __init__(self, call: LiveCall, audio: AudioFormat, start_s: float) -> None:
        self._call = call
        self._audio = audio
        self._rest = b""
        self.go_on(start_s)

    def go_on(self, start_s: float) -> None:
        """Place what comes next at so many seconds since the call began."""
        self._decoder = AudioDecoder(self._audio, start_s)
        self._received_s = start_s

    async def take(self, data: bytes, at_s: float | None = None) -> None:
        """Take the next bytes, cut anywhere; waits when too much is waiting already.

        Args:
            data: In the line's format.
            at_s: Seconds since the call began, of the first sample, where the source says so; otherwise
                they follow what came before.
        """
        if not self._call.hears(self):
            return
        if at_s is not None and abs(at_s - self._due_s) > _JITTER_S:
            await self.flush(is_last=True)
            self.go_on(at_s)
        self._rest += data
        size = round(_BLOCK_S * self._audio.rate_hz) * self._audio.frame_bytes
        while len(self._rest) >= size:
            block, self._rest = self._rest[:size], self._rest[size:]
            await self._put(block)

    async def flush(self, *, is_last: bool = False) -> None:
        """Hand on what has come, however little, but for half a sample."""
        whole = len(self._rest) - len(self._rest) % self._audio.frame_bytes
        rest, self._rest = self._rest[:whole], b"" if is_last else self._rest[whole:]
        await self._put(rest, is_last=is_last)

    def brings(self, speakers: Iterable[Speaker]) -> bool:
        """Whether it brings the speech of one of these."""
        return not set(speakers).isdisjoint(self._audio.speakers)

    @property
    def _due_s(self) -> float:
        """Where the next byte would belong."""
        return self._received_s + self._seconds(self._rest)

    def _seconds(self, data: bytes) -> float:
        return len(data) / self._audio.frame_bytes / self._audio.rate_hz

    async def _put(self, data: bytes, *, is_last: bool = False) -> None:
        self._received_s += self._seconds(data)
        await self._call.put(self, self._audio, _Block(self._decoder, data, self._received_s, is_last))
