"""All live calls: begun, kept while a lost line may come back, ended."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from starlette.websockets import WebSocketDisconnect

from adapters.conversations import FieldError
from adapters.door import TRY_AGAIN, RefusedError
from adapters.softphone.call import Listening, LiveCall
from adapters.switchboard import Switchboard, TakenError
from offers.events import Opening

_HUNG_UP = 1000
"""Close code of a client that ends its call, rather than losing it. Source: RFC 6455, 7.4.1."""


@dataclass(slots=True)
class _Kept:
    call: LiveCall
    listening: asyncio.Task[None]
    lines: int = 0
    given_up: asyncio.TimerHandle | None = None


class Calls:
    """The live calls of one server.

    Args:
        switchboard: Where the calls go.
        listening: What all calls share.
        resume_within_s: Seconds for which a call whose lines are lost is kept.
        most: Calls at once; one more is refused, so that those that go on are heard in time.
    """

    def __init__(
        self, switchboard: Switchboard, listening: Listening, resume_within_s: float, most: int
    ) -> None:
        self._switchboard = switchboard
        self._listening = listening
        self._resume_within_s = resume_within_s
        self._most = most
        self._kept: dict[str, _Kept] = {}
        self._ending: set[asyncio.Task[None]] = set()
        # The two sides of a new call may come at once.
        self._joining: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def find(self, id: str) -> LiveCall | None:
        """Return the call of this id that can be taken up, or joined by another line."""
        kept = self._kept.get(id)
        return None if kept is None else kept.call

    @asynccontextmanager
    async def connected(
        self, opening: Callable[[], Opening], id: str, agent: str
    ) -> AsyncGenerator[LiveCall]:
        """Give the call for as long as one connection of it lasts.

        A connection that ends in order hangs up, and with the last one the call ends. When all are lost,
        the call is kept for a while and goes on with the next connection.

        Args:
            opening: What is known at the beginning; asked only where the call is new.
            id: The call's.
            agent: Id of the agent who has it; empty when nobody said.

        Raises:
            RefusedError: Its opening says nonsense, another source has a conversation of this id, or the
                calls that go on are too many already.
        """
        async with self._joining.setdefault(id, asyncio.Lock()):
            kept = self._kept.get(id) or await self._open(opening, agent)
        if kept.given_up is not None:
            kept.given_up.cancel()
            kept.given_up = None
        kept.lines += 1
        try:
            yield kept.call
        except BaseException as error:
            kept.lines -= 1
            if isinstance(error, WebSocketDisconnect) and error.code == _HUNG_UP:
                await self._hang_up(kept)
            elif kept.lines == 0:
                loop = asyncio.get_running_loop()
                kept.given_up = loop.call_later(self._resume_within_s, self._give_up, kept)
            raise
        kept.lines -= 1
        await self._hang_up(kept)

    async def close(self) -> None:
        """End the calls that are kept."""
        await asyncio.gather(*(self._end(kept) for kept in tuple(self._kept.values())), *self._ending)

    async def _open(self, opening: Callable[[], Opening], agent: str) -> _Kept:
        if len(self._kept) >= self._most or self._late_s > self._listening.lag_s:
            problem = (
                f"{len(self._kept)} calls are going on, and no more can be heard in time; try again later"
            )
            raise RefusedError("busy", problem, TRY_AGAIN)
        try:
            opened = opening()
            call = LiveCall(opened.id, self._listening)
            session = await self._switchboard.open(opened, agent, call.now_s)
        except FieldError as error:
            raise RefusedError("bad_message", str(error)) from None
        except TakenError as error:
            raise RefusedError("conversation_exists", str(error)) from None
        kept = self._kept[call.id] = _Kept(call, asyncio.create_task(call.listen(session)))
        return kept

    @property
    def _late_s(self) -> float:
        """Seconds for which a call has been waiting for a thread, of the one that has waited longest."""
        waits = (kept.call.late_s for kept in self._kept.values())
        return max(self._listening.recogniser.late_s, *waits, 0.0)

    async def _hang_up(self, kept: _Kept) -> None:
        if kept.lines == 0:
            await self._end(kept)

    def _give_up(self, kept: _Kept) -> None:
        ending = asyncio.create_task(self._end(kept))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _end(self, kept: _Kept) -> None:
        if self._kept.get(kept.call.id) is kept:
            del self._kept[kept.call.id]
            await kept.call.stop()
        await kept.listening
