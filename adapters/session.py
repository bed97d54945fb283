"""The asynchronous shell of one conversation: it brings the core events, time and a thread to think in."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic

import structlog

from adapters.conversations import day_of
from adapters.journal import JournalWriter
from adapters.mishaps import place_of
from listener.events import Partial, Tick
from offers.conversation import Conversation, Desk
from offers.decisions import Decision, Suggestion
from offers.events import End, Event, Opening

_log = structlog.get_logger()

Clock = Callable[[], float]
"""Seconds since the conversation began."""

Recall = Callable[[Opening], Awaitable[Opening]]
"""Returns the opening with what else is known of its customer. Raises nothing, and takes a second at most."""


def stopwatch() -> Clock:
    """Return a clock that starts now, for conversations whose source keeps no time of its own."""
    began = monotonic()
    return lambda: round(monotonic() - began, 3)


def today_or(context: Mapping[str, object]) -> date:
    """Return the day that a live conversation's context names, else today.

    Raises:
        FieldError: The context names something that is no day.
    """
    return day_of(context) or date.today()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sessions of one server share.

    Attributes:
        desk: The business's catalog, policy and models.
        thinking: One thread, in which the cores understand and decide: the models are not for two at once.
        journals: Folder of the journals; None keeps none.
        tell: Takes the decisions as they are made, in the event loop.
        recalls: Asked one after the other when a conversation begins.
    """

    desk: Desk
    thinking: Executor
    journals: Path | None
    tell: Callable[["Session", Sequence[Decision]], None]
    recalls: Sequence[Recall] = ()


class Session:
    """One live conversation.

    Events are taken one after the other, whoever brings them: the source of the words, the agent's
    feedback, and the passing of time, for which the session sees itself.

    Args:
        opening: What is known at the beginning.
        agent: Id of the agent who has it; empty when nobody said.
        clock: The conversation's own time, which its source keeps.
        surroundings: What it shares with the others.
    """

    def __init__(self, opening: Opening, agent: str, clock: Clock, surroundings: Surroundings) -> None:
        self.opening = opening
        self.agent = agent
        self.so_far: list[Decision] = []
        self.ended = False
        self._clock = clock
        self._around = surroundings
        self._core: Conversation
        self._journal: JournalWriter | None = None
        self._one_at_a_time = asyncio.Lock()
        self._alarm: asyncio.TimerHandle | None = None
        self._ticking: asyncio.Task[bool] | None = None

    @property
    def now_s(self) -> float:
        """Seconds since the conversation began."""
        return self._clock()

    def has_suggested(self, suggestion: str) -> bool:
        """Whether a suggestion of this id was made here."""
        facts = (decision.data for decision in self.so_far)
        return any(isinstance(fact, Suggestion) and fact.id == suggestion for fact in facts)

    async def begin(self) -> None:
        """Find out what is known of the customer; tell what is to be told before anything was said."""
        async with self._one_at_a_time:
            for recall in self._around.recalls:
                self.opening = await recall(self.opening)
            await self._step(None)

    async def receive(self, event: Event) -> bool:
        """Take the next event; returns when its decisions have been told.

        Returns:
            Whether it was taken. After the end, nothing is.
        """
        async with self._one_at_a_time:
            if self.ended:
                return False
            self.ended = isinstance(event, End)
            try:
                await self._step(event)
                return True
            except Exception as error:  # the edge of a session: one event is lost, the call goes on
                _log.error("event lost", conversation=self.opening.id, **place_of(error))
                return False
            finally:
                self._set_alarm()

    async def end(self) -> None:
        """End the conversation now; a second time, nothing happens."""
        await self.receive(End(self.now_s))

    async def _step(self, event: Event | None) -> None:
        loop = asyncio.get_running_loop()
        decisions = await loop.run_in_executor(self._around.thinking, self._think, event)
        self.so_far += (decision for decision in decisions if not isinstance(decision.data, Partial))
        self._around.tell(self, decisions)

    def _think(self, event: Event | None) -> list[Decision]:
        if event is None:
            self._core = Conversation(self.opening, self._around.desk)
            decisions = self._core.begin()
        else:
            decisions = self._core.receive(event)
        self._record(event, decisions)
        return decisions

    def _record(self, event: Event | None, decisions: Sequence[Decision]) -> None:
        """A disk that is full ends the journal, not the call."""
        try:
            if event is None and self._around.journals is not None:
                self._journal = JournalWriter(self._around.journals, self.opening)
            if self._journal is not None:
                self._journal.write(event, decisions)
        except OSError as error:
            self._journal = None
            _log.error("journal ended early", conversation=self.opening.id, error=error.strerror)

    def _set_alarm(self) -> None:
        """Wake when something is due although nobody speaks."""
        if self._alarm is not None:
            self._alarm.cancel()
        deadline = None if self.ended else self._core.deadline
        if deadline is not None:
            wait_s = max(0.0, deadline - self.now_s)
            self._alarm = asyncio.get_running_loop().call_later(wait_s, self._ring, deadline)

    def _ring(self, deadline: float) -> None:
        if self.now_s < deadline:
            self._set_alarm()
        else:
            self._ticking = asyncio.create_task(self.receive(Tick(deadline)))
