"""Whose speech is recognised next, and what becomes of it; the recogniser's threads are worked by hand."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from typing import Any

import numpy as np
import pytest

from adapters.softphone.backlog import Backlog
from adapters.softphone.recogniser import Recogniser
from listener.events import Partial, Speaker, Utterance
from listener.transcriber import Segment

CUSTOMER, AGENT = Speaker.CUSTOMER, Speaker.AGENT


class ByHand(Executor):
    """Work is done when the test says so."""

    def __init__(self) -> None:
        self._work: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(  # pyright: ignore[reportIncompatibleMethodOverride]  # typeshed's hides its own ParamSpec
        self, fn: Callable[..., Any], /, *args: object, **kwargs: object
    ) -> Future[Any]:
        future: Future[Any] = Future()
        self._work.append((future, lambda: fn(*args, **kwargs)))
        return future

    async def do(self, times: int = 1) -> None:
        """Do what was asked for first."""
        for _ in range(times):
            await settle_down()
            future, work = self._work.pop(0)
            try:
                future.set_result(work())
            except ValueError as error:
                future.set_exception(error)
        await settle_down()

    async def at_work(self) -> int:
        await settle_down()
        return len(self._work)


class Recorded:
    """Says of everything how long it is, of what is shorter than half a second nothing, and fails at 13 s."""

    name = sha256 = "recorded"

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.did: list[str] = []

    def transcribe(self, segment: Segment) -> Utterance | None:
        self.did.append(f"{segment.start_s:g}-{segment.end_s:g}")
        seconds = len(segment.samples) / 16_000
        if seconds == 13:
            raise ValueError("too unlucky")
        words = Utterance(segment.speaker, f"{seconds:g} seconds", segment.start_s, segment.end_s, 0.9)
        return words if seconds >= 0.5 else None

    def look(self, segment: Segment, settled: str) -> str | None:
        self.did.append(f"look at {segment.start_s:g}-{segment.end_s:g} after {settled!r}")
        words = [f"w{number}" for number in range(round(segment.end_s - segment.start_s))]
        return " ".join(words[len(settled.split()) :])


async def settle_down() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


def segment(start_s: float, seconds: float, speaker: Speaker = CUSTOMER) -> Segment:
    end_s = start_s + seconds
    return Segment(speaker, start_s, end_s, end_s + 0.5, np.zeros(round(seconds * 16_000), np.float32), 0.9)


def scene(at_once: int = 1) -> tuple[Recorded, ByHand, Recogniser]:
    transcriber, workers = Recorded(at_once), ByHand()
    return transcriber, workers, Recogniser(transcriber, workers)


async def words(backlog: Backlog) -> list[str]:
    """Everything a call is told, once it is over."""
    backlog.finish()
    found: list[str] = []
    while (said := await backlog.next()) is not None:
        backlog.told(said)
        if said.event is not None:
            found.append(said.event.text)
    return found


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


def test_what_was_said_to_its_end_comes_before_what_is_unfinished() -> None:
    async def story() -> None:
        transcriber, workers, recogniser = scene()
        speaking, done = recogniser.join(), recogniser.join()
        done.settle([segment(0, 1)])
        speaking.show([segment(0, 3)])
        done.settle([segment(2, 1)])
        await workers.do(3)
        assert transcriber.did == ["0-1", "2-3", "look at 0-3 after ''"]

    run(story)


def test_the_oldest_speech_comes_first_whoever_said_it() -> None:
    async def story() -> None:
        transcriber, workers, recogniser = scene()
        first, second = recogniser.join(), recogniser.join()
        for start_s, backlog in enumerate([first, second, second, first]):
            backlog.settle([segment(start_s, 1, AGENT if start_s % 2 else CUSTOMER)])
        await workers.do(4)
        assert transcriber.did == ["0-1", "1-2", "2-3", "3-4"]

    run(story)


def test_of_what_is_unfinished_only_the_newest_is_recognised() -> None:
    async def story() -> None:
        transcriber, workers, recogniser = scene()
        busy, speaking = recogniser.join(), recogniser.join()
        busy.settle([segment(0, 1)])
        for seconds in (2, 3, 4):
            speaking.show([segment(0, seconds)])
        await workers.do(2)
        assert await workers.at_work() == 0
        assert transcriber.did == ["0-1", "look at 0-4 after ''"]

    run(story)


def test_words_appear_while_they_are_said_and_those_that_settled_are_not_asked_for_again() -> None:
    async def story() -> None:
        transcriber, workers, recogniser = scene()
        backlog = recogniser.join()
        for seconds in (2, 3, 4):
            backlog.show([segment(0, seconds)])
            await workers.do()
        backlog.settle([segment(0, 4.5)])
        await workers.do()
        assert await words(backlog) == ["w0 w1", "w0 w1 w2", "w0 w1 w2 w3", "4.5 seconds"]
        assert transcriber.did[1:3] == ["look at 0-3 after ''", "look at 0-4 after 'w0 w1'"]

    run(story)


def test_words_on_the_screen_are_taken_away_when_there_were_none_after_all() -> None:
    async def story() -> None:
        _, workers, recogniser = scene()
        backlog = recogniser.join()
        backlog.show([segment(0, 2)])
        await workers.do()
        backlog.settle([segment(0, 0.3)])
        await workers.do()
        assert await words(backlog) == ["w0 w1", ""]

    run(story)


def test_what_is_recognised_of_unfinished_speech_too_late_is_not_told() -> None:
    async def story() -> None:
        _, workers, recogniser = scene()
        backlog = recogniser.join()
        backlog.show([segment(0, 2)])
        await settle_down()
        backlog.settle([segment(0, 2.5)])
        await workers.do(2)
        assert await words(backlog) == ["2.5 seconds"]

    run(story)


def test_when_more_calls_wait_than_there_are_threads_one_speaker_s_segments_are_recognised_together() -> None:
    async def story() -> None:
        transcriber, workers, recogniser = scene()
        many, other, first = recogniser.join(), recogniser.join(), recogniser.join()
        first.settle([segment(0, 1)])
        many.settle([segment(1, 10), segment(12, 10), segment(23, 10), segment(34, 1), segment(36, 1, AGENT)])
        other.settle([segment(50, 1)])
        await workers.do(5)
        assert transcriber.did == ["0-1", "1-22", "23-35", "36-37", "50-51"]
        assert await words(many) == ["20 seconds", "11 seconds", "1 seconds"]

    run(story)


def test_a_call_alone_is_recognised_segment_by_segment_however_many_wait() -> None:
    async def story() -> None:
        _, workers, recogniser = scene()
        backlog = recogniser.join()
        backlog.settle([segment(0, 1), segment(2, 1), segment(4, 1)])
        await workers.do(3)
        assert await words(backlog) == ["1 seconds"] * 3

    run(story)


def test_one_call_s_words_keep_their_order_with_many_threads() -> None:
    async def story() -> None:
        _, workers, recogniser = scene(at_once=4)
        backlog, other = recogniser.join(), recogniser.join()
        backlog.settle([segment(0, 1), segment(2, 2)])
        other.settle([segment(0, 3)])
        assert await workers.at_work() == 2
        await workers.do(3)
        assert await words(backlog) == ["1 seconds", "2 seconds"]

    run(story)


def test_unfinished_speech_leaves_half_of_the_threads_free() -> None:
    async def story() -> None:
        _, workers, recogniser = scene(at_once=4)
        for _ in range(6):
            recogniser.join().show([segment(0, 2)])
        assert await workers.at_work() == 2
        await workers.do(6)

    run(story)


def test_what_cannot_be_recognised_is_lost_and_the_rest_is_told() -> None:
    async def story() -> None:
        _, workers, recogniser = scene()
        backlog = recogniser.join()
        backlog.settle([segment(0, 13), segment(14, 1)])
        await workers.do(2)
        assert await words(backlog) == ["1 seconds"]

    run(story)


def test_a_call_with_half_a_minute_of_speech_to_tell_waits_until_some_was_told() -> None:
    async def story() -> None:
        _, workers, recogniser = scene()
        backlog = recogniser.join()
        backlog.settle([segment(start_s, 10) for start_s in (0, 11, 22)])
        waiting = asyncio.create_task(backlog.room())
        await workers.do()
        assert not waiting.done()
        said = await backlog.next()
        assert said is not None
        backlog.told(said)
        await settle_down()
        assert waiting.done()
        assert backlog.settled_s == 21.5

    run(story)


def test_how_late_the_recogniser_is_tells_what_waits_for_a_thread_and_not_for_its_own_call() -> None:
    async def story() -> None:
        _, workers, recogniser = scene()
        alone = recogniser.join()
        alone.settle([segment(0, 1), segment(2, 1)])
        await settle_down()
        assert recogniser.late_s == 0.0
        other = recogniser.join()
        other.settle([segment(0, 1)])
        assert 0.0 < recogniser.late_s < 5.0
        await workers.do(3)
        assert recogniser.late_s == 0.0
        recogniser.leave(other)

    run(story)


def test_a_call_that_is_over_ends_when_its_last_words_are_told() -> None:
    async def story() -> None:
        _, workers, recogniser = scene()
        backlog = recogniser.join()
        backlog.settle([segment(0, 1)])
        told = asyncio.create_task(words(backlog))
        await settle_down()
        assert not told.done()
        await workers.do()
        assert await told == ["1 seconds"]

    run(story)


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_partial_says_whose_words_they_are_and_up_to_when(at_once: int) -> None:
    async def story() -> None:
        _, workers, recogniser = scene(at_once)
        backlog = recogniser.join()
        backlog.show([segment(10, 2, AGENT)])
        await workers.do()
        said = await backlog.next()
        assert said is not None
        assert said.event == Partial(AGENT, "w0 w1", 12)

    run(story)
