"""The agent's socket (subprotocol ``rightsell.v1``): the decision stream out, the agent's feedback in."""

import asyncio
import secrets
from collections.abc import Coroutine
from time import monotonic

import msgspec
from starlette.websockets import WebSocket

from adapters.agent_messages import Feedback, Ping, Pong, Subscribe, Unsubscribe, auths, requests
from adapters.door import Door, RefusedError, parse, receive, receive_first
from adapters.session import Session
from adapters.switchboard import Switchboard
from adapters.wire import encode
from listener.events import Partial
from offers.conversation import OutcomeReported
from offers.decisions import Decision, OutcomeBy, OutcomeKind

SUBPROTOCOL = "rightsell.v1"
MINE = "agent:me"
HEARTBEAT_S = 15
_TRY_AGAIN = 1013
_MOST_WAITING = 1_000  # messages to a client that does not read; a call makes some 500 in all
_PARTIALS_UNTIL = 500


class DeclinedError(Exception):
    """A request we do not fulfil; the connection goes on.

    Attributes:
        code: Short and stable, such as ``unknown_topic``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class AgentSocket:
    """Serves agents.

    Args:
        switchboard: Where the conversations are.
        door: Who may listen.
        open_house: Whether an agent without a name follows all conversations: a development server.
    """

    def __init__(self, switchboard: Switchboard, door: Door, *, open_house: bool) -> None:
        self._switchboard = switchboard
        self._door = door
        self._open_house = open_house

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one agent, from ``hello`` until either side hangs up."""
        await websocket.send_json(
            {"type": "hello", "v": 1, "server": "rightsell", "heartbeat_s": HEARTBEAT_S}
        )
        auth = parse(await receive_first(websocket), auths)
        self._door.admit(websocket.headers, auth.token)
        line = AgentLine(self._switchboard, auth.agent, open_house=self._open_house)
        line.send(type="ready", session=f"s_{secrets.token_hex(8)}", agent=auth.agent)
        self._switchboard.join(line)
        try:
            await _first_to_end(line.read(websocket), line.write(websocket), line.overflow())
        finally:
            self._switchboard.leave(line)


class AgentLine:
    """One agent's connection: what it follows, and what waits to be sent."""

    def __init__(self, switchboard: Switchboard, agent: str, *, open_house: bool) -> None:
        self._switchboard = switchboard
        self._agent = agent
        self._open_house = open_house
        self._topics: set[str] = set()
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._most_waiting = _MOST_WAITING
        self._overflowed = asyncio.Event()
        self._seq = 0

    def tell(self, session: Session, decision: Decision) -> None:
        """Send a decision if its conversation is followed.

        Whoever reads too slowly misses partials first, and is then cut off.
        """
        if not any(self._covers(topic, session) for topic in self._topics):
            return
        waiting = self._waiting.qsize()
        if waiting >= self._most_waiting:
            self._overflowed.set()
        elif waiting < _PARTIALS_UNTIL or not isinstance(decision.data, Partial):
            self._send_event(decision)

    def send(self, **message: object) -> None:
        """Put a message behind those that wait."""
        self._waiting.put_nowait(msgspec.json.encode(message))

    async def read(self, websocket: WebSocket) -> None:
        """Do what the agent's screen asks, one request after the other."""
        while True:
            request = parse(await receive(websocket), requests)
            match request:
                case Ping():
                    self.send(type="pong", t=request.t)
                case Pong():
                    pass
                case _:
                    await self._answer(request)

    async def write(self, websocket: WebSocket) -> None:
        """Send what waits, and a ping when nothing does: a page cannot see the socket's own."""
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    message = await self._waiting.get()
            except TimeoutError:
                message = msgspec.json.encode({"type": "ping", "t": round(monotonic(), 3)})
            await websocket.send_text(message.decode())

    async def overflow(self) -> None:
        """Hang up on a client that does not read.

        Raises:
            RefusedError: When too much waits; it gets all again when it comes back.
        """
        await self._overflowed.wait()
        raise RefusedError("too_slow", "too many messages wait for you; connect again", _TRY_AGAIN)

    async def _answer(self, request: Subscribe | Unsubscribe | Feedback) -> None:
        try:
            match request:
                case Subscribe():
                    self._subscribe(request)
                case Unsubscribe():
                    self._topics.discard(request.topic)
                    self.send(id=request.id, type="result", ok=True)
                case Feedback():
                    await self._report(request)
        except DeclinedError as declined:
            self.send(type="error", id=request.id, code=declined.code, message=str(declined), retryable=False)

    def _subscribe(self, request: Subscribe) -> None:
        """Follow a topic, beginning with its conversations so far."""
        kind, _, name = request.topic.partition(":")
        if request.topic != MINE and (kind != "conversation" or not name):
            raise DeclinedError("unknown_topic", f"follow conversation:ID or {MINE}")
        before = [session for session in self._followed() if not session.ended]
        self._topics.add(request.topic)
        self.send(id=request.id, type="result", ok=True)
        for session in self._snapshot(request.topic):
            if session not in before:
                self._most_waiting += len(session.so_far)
                for decision in session.so_far:
                    self._send_event(decision)

    def _snapshot(self, topic: str) -> list[Session]:
        """What goes on now; when nothing does, what was last."""
        found = self._switchboard.sessions(lambda session: self._covers(topic, session))
        return [session for session in found if not session.ended] or found[-1:]

    def _followed(self) -> list[Session]:
        return self._switchboard.sessions(lambda s: any(self._covers(topic, s) for topic in self._topics))

    def _covers(self, topic: str, session: Session) -> bool:
        if topic == MINE:
            return session.agent == self._agent or (self._open_house and not self._agent)
        return topic == f"conversation:{session.opening.id}"

    async def _report(self, feedback: Feedback) -> None:
        found = (
            session
            for session in reversed(self._followed())
            if feedback.conversation in ("", session.opening.id)
            and session.has_suggested(feedback.suggestion_id)
        )
        session = next(found, None)
        if session is None:
            raise DeclinedError("unknown_suggestion", "no conversation that you follow made this suggestion")
        if session.ended:
            raise DeclinedError("conversation_ended", "the conversation is over")
        outcome = OutcomeKind(feedback.action)
        await session.receive(
            OutcomeReported(feedback.suggestion_id, outcome, OutcomeBy.AGENT, session.now_s)
        )
        self.send(id=feedback.id, type="result", ok=True)

    def _send_event(self, decision: Decision) -> None:
        self._seq += 1
        topic = f"conversation:{decision.conversation}"
        self.send(type="event", seq=self._seq, topic=topic, event=msgspec.Raw(encode(decision)))


async def _first_to_end(*works: Coroutine[None, None, None]) -> None:
    """Run all until one ends, stop the others, and end as it did."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()
