"""Who is talking now, and who follows: where the sources of conversations and the agents' screens meet."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from adapters.session import Clock, Recall, Session, Surroundings
from offers.conversation import Desk
from offers.decisions import Decision
from offers.events import Opening

_KEPT = 20
"""Conversations that are over and can still be looked at, newest last."""


class TakenError(ValueError):
    """A conversation of this id is going on already."""


class Follower(Protocol):
    """Somebody who wants to know what is decided, as it is decided."""

    def tell(self, session: Session, decision: Decision) -> None:
        """Take the next decision of a conversation; must not wait."""
        ...


class Switchboard:
    """All conversations of one server.

    Args:
        desk: What they share.
        journals: Folder for their journals; None keeps none.
        recalls: Who knows more of a customer when a conversation begins.
    """

    def __init__(self, desk: Desk, journals: Path | None, recalls: Sequence[Recall] = ()) -> None:
        self._thinking = ThreadPoolExecutor(1, thread_name_prefix="thinking")
        self._around = Surroundings(desk, self._thinking, journals, self._tell, recalls)
        self._sessions: dict[str, Session] = {}
        self._followers: set[Follower] = set()

    def take(self, desk: Desk) -> None:
        """From now on, begin conversations with this desk; those that are going on keep theirs."""
        self._around = replace(self._around, desk=desk)

    async def open(self, opening: Opening, agent: str, clock: Clock) -> Session:
        """Begin a conversation.

        Args:
            opening: What is known at the beginning.
            agent: Id of the agent who has it; empty when nobody said.
            clock: Seconds since it began.

        Raises:
            TakenError: One of this id is going on.
        """
        found = self._sessions.pop(opening.id, None)
        if found is not None and not found.ended:
            self._sessions[opening.id] = found
            raise TakenError(f"conversation {opening.id!r} is going on already; end it, or choose another id")
        live = replace(opening, explores=True)
        session = self._sessions[opening.id] = Session(live, agent, clock, self._around)
        self._forget()
        try:
            await session.begin()
        except BaseException:
            del self._sessions[opening.id]
            raise
        return session

    def find(self, conversation: str) -> Session | None:
        """Return the conversation of this id, going on or lately over."""
        return self._sessions.get(conversation)

    def sessions(self, wanted: Callable[[Session], bool]) -> list[Session]:
        """Return the conversations that are wanted, oldest first."""
        return [session for session in self._sessions.values() if wanted(session)]

    def join(self, follower: Follower) -> None:
        """From now on, tell the follower every decision."""
        self._followers.add(follower)

    def leave(self, follower: Follower) -> None:
        """Tell the follower nothing more."""
        self._followers.discard(follower)

    async def close(self) -> None:
        """End what is going on."""
        await asyncio.gather(*(session.end() for session in self._sessions.values()))
        self._thinking.shutdown()

    def _tell(self, session: Session, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            for follower in tuple(self._followers):
                follower.tell(session, decision)

    def _forget(self) -> None:
        over = [id for id, session in self._sessions.items() if session.ended]
        for id in over[:-_KEPT]:
            del self._sessions[id]
