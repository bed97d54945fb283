"""Who is recognised next: the recogniser's threads, shared by all calls.

What was said to its end comes before what is unfinished, and of either the oldest first. Unfinished speech
is recognised only while half the threads have nothing to do. When more calls wait than there are threads,
what one speaker said in several segments is recognised as one, which costs less.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Executor
from functools import partial
from time import monotonic

from adapters.mishaps import attempt
from adapters.softphone.backlog import Backlog, Unfinished
from listener.transcriber import Segment, Transcriber, joined


class Recogniser:
    """The one that hands out work.

    Args:
        transcriber: The model.
        workers: Threads for it to work in.
    """

    def __init__(self, transcriber: Transcriber, workers: Executor) -> None:
        self._transcriber = transcriber
        self._workers = workers
        self._backlogs: list[Backlog] = []
        self._at_work: set[asyncio.Task[None]] = set()

    @property
    def late_s(self) -> float:
        """Seconds for which a call has waited for a thread, though nothing of it was being recognised."""
        ready = ((backlog.since, backlog.free_since) for backlog in self._backlogs)
        return max(
            (monotonic() - max(since, free) for since, free in ready if since is not None), default=0.0
        )

    def join(self) -> Backlog:
        """Return the backlog of one more call."""
        backlog = Backlog(self._hand_out)
        self._backlogs.append(backlog)
        return backlog

    def leave(self, backlog: Backlog) -> None:
        """Forget a call."""
        self._backlogs.remove(backlog)

    def _hand_out(self) -> None:
        while len(self._at_work) < self._transcriber.at_once and (work := self._next()) is not None:
            task = asyncio.create_task(work)
            self._at_work.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        self._hand_out()

    def _next(self) -> Coroutine[None, None, None] | None:
        waiting = [(backlog.since, backlog) for backlog in self._backlogs if backlog.since is not None]
        if waiting:
            _, oldest = min(waiting, key=lambda one: one[0])
            segments = oldest.take(together=len(waiting) > self._transcriber.at_once)
            return self._recognise(oldest, segments)
        if len(self._at_work) >= max(1, self._transcriber.at_once // 2):
            return None
        looks = [(backlog, unfinished) for backlog in self._backlogs for unfinished in backlog.unfinished()]
        if not looks:
            return None
        backlog, unfinished = min(looks, key=lambda look: look[1].since)
        return self._look(backlog, unfinished, unfinished.take())

    async def _recognise(self, backlog: Backlog, segments: list[Segment]) -> None:
        work = partial(self._transcriber.transcribe, joined(segments))
        backlog.give(segments, await attempt(self._workers, work, otherwise=None))

    async def _look(self, backlog: Backlog, unfinished: Unfinished, segment: Segment) -> None:
        settled = " ".join(unfinished.agreement.settled)
        work = partial(self._transcriber.look, segment, settled)
        backlog.give_look(unfinished, segment, await attempt(self._workers, work, otherwise=None))
