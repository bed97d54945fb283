"""What one call has waiting to be recognised, and what was recognised of it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from listener.agreement import Agreement
from listener.events import SAMPLE_RATE_HZ, Partial, Speaker, Utterance
from listener.transcriber import LONGEST_S, Segment

_MOST_UNTOLD_S = 30.0  # of speech; then the call's audio has to wait


@dataclass(frozen=True, slots=True)
class Said:
    """What came of recognising something.

    Attributes:
        event: The words; None when there were none.
        segments: How many segments are done with that.
    """

    event: Utterance | Partial | None
    segments: int = 0


@dataclass(slots=True, eq=False)
class Unfinished:
    """What somebody is saying.

    Attributes:
        newest: As far as it was heard last; None once that was recognised.
        since: Since when it waits to be recognised, by the machine's own clock.
        agreement: What is believed of its words.
    """

    newest: Segment | None = None
    since: float = 0.0
    agreement: Agreement = field(default_factory=Agreement)

    def take(self) -> Segment:
        """Return it as far as it was heard last, to recognise that."""
        segment, self.newest = self.newest, None
        if segment is None:
            raise LookupError("nothing of it waits")
        return segment


class Backlog:
    """One call's speech between its segments and its session.

    Segments are recognised one after the other, so that their words keep their order. Of what is unfinished
    only the newest is kept: when there is no time for it, nothing piles up.

    Args:
        changed: Called when there is more to recognise.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._waiting: deque[tuple[Segment, float]] = deque()
        self._untold: deque[Segment] = deque()
        self._unfinished: dict[Speaker, Unfinished] = {}
        self._shown: dict[Speaker, str] = {}
        self._said: asyncio.Queue[Said | None] = asyncio.Queue()
        self._was_told = asyncio.Event()
        self._is_recognising = False
        self._free_since = 0.0
        self._is_over = False

    @property
    def settled_s(self) -> float:
        """Seconds since the call began, up to where all that was said to its end has been told."""
        return self._untold[0].closed_s if self._untold else float("inf")

    def settle(self, segments: Iterable[Segment]) -> None:
        """Take what was said to its end."""
        for segment in segments:
            self._unfinished.pop(segment.speaker, None)
            self._waiting.append((segment, monotonic()))
            self._untold.append(segment)
        self._changed()

    def show(self, segments: Iterable[Segment]) -> None:
        """Take what is still being said."""
        for segment in segments:
            unfinished = self._unfinished.setdefault(segment.speaker, Unfinished())
            if unfinished.newest is None:
                unfinished.since = monotonic()
            unfinished.newest = segment
        self._changed()

    async def next(self) -> Said | None:
        """Return what was recognised next, in order; None after ``finish`` when that was all."""
        return await self._said.get()

    def told(self, said: Said) -> None:
        """Count something as told."""
        for _ in range(said.segments):
            self._untold.popleft()
        self._was_told.set()

    async def room(self) -> None:
        """Wait until there is room for more."""
        while sum(map(_seconds, self._untold)) >= _MOST_UNTOLD_S:
            self._was_told.clear()
            await self._was_told.wait()

    def finish(self) -> None:
        """Take no more."""
        self._is_over = True
        self._unfinished.clear()
        self._end_if_done()

    @property
    def since(self) -> float | None:
        """Since when its next segment waits, by the machine's own clock; None when none can be taken."""
        return self._waiting[0][1] if self._waiting and not self._is_recognising else None

    @property
    def free_since(self) -> float:
        """Since when no segment of this call is being recognised."""
        return self._free_since

    def take(self, *, together: bool) -> list[Segment]:
        """Return the oldest segment to recognise.

        Args:
            together: Whether to return those that follow it as well, as long as the speaker is the same and
                they can be recognised as one.
        """
        self._is_recognising = True
        taken = [self._waiting.popleft()[0]]
        while together and self._waiting and _fits(taken, self._waiting[0][0]):
            taken.append(self._waiting.popleft()[0])
        return taken

    def give(self, segments: Sequence[Segment], utterance: Utterance | None) -> None:
        """Take the words of segments that were taken; None when they had none."""
        self._is_recognising, self._free_since = False, monotonic()
        speaker = segments[0].speaker
        shown = self._shown.pop(speaker, "")
        event = utterance or (Partial(speaker, "", segments[-1].end_s) if shown else None)
        self._said.put_nowait(Said(event, len(segments)))
        self._end_if_done()

    def unfinished(self) -> list[Unfinished]:
        """Return what was not recognised as far as it goes."""
        if self._untold:
            return []  # the words before it come first
        return [unfinished for unfinished in self._unfinished.values() if unfinished.newest is not None]

    def give_look(self, unfinished: Unfinished, segment: Segment, words: str | None) -> None:
        """Take how unfinished speech goes on after its settled words; None when that could not be told."""
        if words is None or self._unfinished.get(segment.speaker) is not unfinished:
            return  # it came to its end meanwhile, or nobody can tell
        unfinished.agreement = unfinished.agreement.hear(words.split())
        text = unfinished.agreement.text
        if text != self._shown.get(segment.speaker, ""):
            self._shown[segment.speaker] = text
            self._said.put_nowait(Said(Partial(segment.speaker, text, segment.end_s)))

    def _end_if_done(self) -> None:
        if self._is_over and not self._waiting and not self._is_recognising:
            self._said.put_nowait(None)


def _fits(taken: Sequence[Segment], following: Segment) -> bool:
    return following.speaker is taken[0].speaker and sum(map(_seconds, [*taken, following])) <= LONGEST_S


def _seconds(segment: Segment) -> float:
    return len(segment.samples) / SAMPLE_RATE_HZ
