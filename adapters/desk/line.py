"""One agent's connection: which conversations it follows, and what waits to be sent. No socket in here."""

import asyncio
from typing import Protocol

import msgspec

from adapters.desk.messages import Feedback, MessageId, Subscribe, Unsubscribe
from adapters.door import TRY_AGAIN, RefusedError
from adapters.session import Session
from adapters.switchboard import Switchboard
from adapters.wire import encode
from listener.events import Partial
from offers.decisions import Decision, OutcomeBy, OutcomeKind
from offers.events import OutcomeReported

MINE = "agent:me"
MOST_WAITING = 1_000
"""Messages that may wait for a client that does not read; a whole call makes some 500."""
_PARTIALS_UNTIL = 500


class DeclinedError(Exception):
    """A request we do not fulfil; the connection goes on.

    Attributes:
        code: Short and stable, such as ``unknown_topic``.
        retryable: Whether the same request may be fulfilled later.
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class NotKeptError(Exception):
    """What was told could not be written in time; it may be later."""


class Keeper(Protocol):
    """Somebody who sees that what became of suggestions is not lost."""

    async def kept(self) -> None:
        """Return when all that was told so far is durable.

        Raises:
            NotKeptError: It is not, for now.
        """
        ...

    async def keep_late(self, session: Session, said: OutcomeReported) -> None:
        """Take what became of a suggestion after its conversation was over; returns when it is durable.

        Raises:
            NotKeptError: It is not, for now.
        """
        ...


class AgentLine:
    """What one agent follows.

    Args:
        switchboard: Where the conversations are.
        keeper: Keeps what the agent tells; None forgets it with the conversation.
        agent: The agent's id; may be empty.
        open_house: Whether an agent without an id follows all conversations.
    """

    def __init__(
        self, switchboard: Switchboard, keeper: Keeper | None, agent: str, *, open_house: bool
    ) -> None:
        self._switchboard = switchboard
        self._keeper = keeper
        self._agent = agent
        self._open_house = open_house
        self._topics: set[str] = set()
        self._messages: asyncio.Queue[bytes] = asyncio.Queue()
        self._most_waiting = MOST_WAITING
        self._overflowed = asyncio.Event()
        self._seq = 0

    @property
    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return self._messages.qsize()

    def tell(self, session: Session, decision: Decision) -> None:
        """Send a decision if its conversation is followed.

        Whoever reads too slowly misses partials first, and is then cut off.
        """
        if not any(self._covers(topic, session) for topic in self._topics):
            return
        if self.waiting >= self._most_waiting:
            self._overflowed.set()
        elif self.waiting < _PARTIALS_UNTIL or not isinstance(decision.data, Partial):
            self._send_event(decision)

    def send(self, **message: object) -> None:
        """Put a message behind those that wait."""
        self._messages.put_nowait(msgspec.json.encode(message))

    async def next(self) -> bytes:
        """Return the next message to send, when there is one."""
        return await self._messages.get()

    async def overflow(self) -> None:
        """Wait until too much waits.

        Raises:
            RefusedError: Then. The client gets all again when it comes back.
        """
        await self._overflowed.wait()
        raise RefusedError("too_slow", "too many messages wait for you; connect again", TRY_AGAIN)

    def subscribe(self, request: Subscribe) -> None:
        """Follow a topic: say so, and begin with its conversations so far.

        Raises:
            DeclinedError: There is no such topic.
        """
        topic = request.topic
        kind, _, name = topic.partition(":")
        if topic != MINE and (kind != "conversation" or not name):
            raise DeclinedError("unknown_topic", f"follow conversation:ID or {MINE}")
        self._confirm(request.id)
        followed = [session for session in self._followed() if not session.ended]
        self._topics.add(topic)
        for session in self._snapshot(topic):
            if session not in followed:
                self._most_waiting += len(session.so_far)
                for decision in session.so_far:
                    self._send_event(decision)

    def unsubscribe(self, request: Unsubscribe) -> None:
        """Follow a topic no longer."""
        self._topics.discard(request.topic)
        self._confirm(request.id)

    async def report(self, feedback: Feedback) -> None:
        """Tell the conversation what became of its suggestion; confirmed when it is durable.

        Raises:
            DeclinedError: No conversation that is followed made it; it is over, and nobody keeps what is
                told later; or it could not be written.
        """
        session = next(filter(lambda session: _made(session, feedback), reversed(self._followed())), None)
        if session is None:
            raise DeclinedError("unknown_suggestion", "no conversation that you follow made this suggestion")
        said = OutcomeReported(
            feedback.suggestion_id, OutcomeKind(feedback.action), OutcomeBy.AGENT, session.now_s
        )
        try:
            await self._take(session, said)
        except NotKeptError as error:
            raise DeclinedError("not_kept", str(error), retryable=True) from None
        self._confirm(feedback.id)

    async def _take(self, session: Session, said: OutcomeReported) -> None:
        taken = await session.receive(said)
        if self._keeper is not None:
            await (self._keeper.kept() if taken else self._keeper.keep_late(session, said))
        elif not taken:
            raise DeclinedError("conversation_ended", "the conversation is over")

    def _confirm(self, request: MessageId) -> None:
        self.send(type="result", id=request, ok=True)

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

    def _send_event(self, decision: Decision) -> None:
        self._seq += 1
        topic = f"conversation:{decision.conversation}"
        self.send(type="event", seq=self._seq, topic=topic, event=msgspec.Raw(encode(decision)))


def _made(session: Session, feedback: Feedback) -> bool:
    is_meant = feedback.conversation in ("", session.opening.id)
    return is_meant and session.has_suggested(feedback.suggestion_id)
