"""Between live conversations and the ledger: nothing waits for the disk but who asks for certainty.

What is decided is told here as it happens, and written in one thread of its own, all that waits in one
transaction. When the database is away, it waits here until it is back.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

import structlog

from adapters.desk.line import NotKeptError
from adapters.ledger.business import Receipt, Result
from adapters.ledger.database import AwayError, LedgerError
from adapters.ledger.erasure import Keep
from adapters.ledger.ledger import Ledger
from adapters.ledger.moments import later, start_of
from adapters.ledger.personal import Kind, seal
from adapters.ledger.records import Became, Begun, Made, Record, number_of
from adapters.masking import Masker
from adapters.mishaps import place_of
from adapters.session import Session
from listener.events import Utterance
from nlu.understanding import Evidence, Understanding
from offers.contact import Contact
from offers.decisions import Decision, GateState, Outcome, Scope, Started, Suggestion
from offers.events import Opening, OutcomeReported

_RECALL_WITHIN_S = 1.0
_KEPT_WITHIN_S = 5.0
_AGAIN_AFTER_S = 1.0
_MOST_WAITING = 100_000
"""Records that wait for a database that is away; some 20,000 conversations."""
_DAY_S = 86_400.0

_SHUT = GateState("held", Scope.NONE, ())

_Made = TypeVar("_Made")

_log = structlog.get_logger()


@dataclass(slots=True)
class _Talk:
    """What has to be remembered of one conversation until its suggestions are written.

    Attributes:
        conversation: Key of its name.
    """

    conversation: str
    started_at: str
    masker: Masker
    reason: str | None = None
    gate: GateState = _SHUT


class Recorder:
    """Writes all conversations of one server into the ledger; a follower of the switchboard.

    Args:
        ledger: Used in the recorder's own thread from now on.
        keep: For how long personal data is kept.
    """

    def __init__(self, ledger: Ledger, keep: Keep) -> None:
        self._ledger = ledger
        self._keep = keep
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._talks: WeakKeyDictionary[Session, _Talk] = WeakKeyDictionary()
        self._waiting: list[Record] = []
        self._promises: list[asyncio.Future[None]] = []
        self._writing: asyncio.Task[None] | None = None
        self._pruning: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to forget what has been kept long enough, now and every day."""
        self._pruning = asyncio.create_task(self._prune_daily())

    async def recall(self, opening: Opening) -> Opening:
        """Return the opening with what its customer was offered before; without, when that takes too long."""
        customer = opening.customer.get("id")
        if not isinstance(customer, str):
            return opening
        asked = partial(self._ledger.contacts, customer, start_of(opening.day))
        try:
            async with asyncio.timeout(_RECALL_WITHIN_S):
                with suppress(NotKeptError):  # the conversation before this one may just have ended
                    await self.kept()
                contacts: tuple[Contact, ...] = await self._in_thread(asked)
        except (TimeoutError, LedgerError) as error:
            _log.error("contact history unknown", conversation=opening.id, **place_of(error))
            return opening
        return replace(opening, contacts=contacts)

    def tell(self, session: Session, decision: Decision) -> None:
        """Take the next decision of a conversation."""
        fact = decision.data
        if isinstance(fact, Started):
            self._begin(session, fact)
        talk = self._talks.get(session)
        if talk is None:
            return
        match fact:
            case Utterance():
                talk.masker.mask(decision)
            case Understanding():
                talk.reason = fact.reason.id if fact.reason else None
            case GateState():
                talk.gate = fact
            case Suggestion():
                self._add(_made(talk, decision, fact))
            case Outcome():
                at = later(talk.started_at, decision.at)
                self._add(Became(talk.conversation, number_of(fact.suggestion), fact.outcome, fact.by, at))
            case _:
                pass

    async def keep_late(self, session: Session, said: OutcomeReported) -> None:
        """Take what became of a suggestion after its conversation was over; returns when it is kept.

        Raises:
            NotKeptError: It was not, for now.
        """
        talk = self._talks[session]
        number, at = number_of(said.suggestion), later(talk.started_at, said.at_s)
        self._add(Became(talk.conversation, number, said.outcome, said.by, at))
        await self.kept()

    async def kept(self) -> None:
        """Return when all that was told so far is durable.

        Raises:
            NotKeptError: It was not within some seconds, or never will be.
        """
        promise = asyncio.get_running_loop().create_future()
        self._promises.append(promise)
        self._write_soon()
        try:
            async with asyncio.timeout(_KEPT_WITHIN_S):
                await promise
        except TimeoutError:
            raise NotKeptError("the ledger cannot be written now; try again") from None

    async def record(self, results: Sequence[Result]) -> Receipt:
        """Take what the business found out, all or nothing; returns when it is kept.

        Raises:
            ResultsError: Naming what cannot be taken.
            LedgerError: The database cannot be reached, or refuses.
        """
        return await self._in_thread(partial(self._ledger.record, tuple(results)))

    async def close(self) -> None:
        """Write what waits, and let go of the database."""
        if self._pruning is not None:
            self._pruning.cancel()
        try:
            await self.kept()
        except NotKeptError:
            _log.error("ledger closed too early", lost=len(self._waiting))
        if self._writing is not None:
            self._writing.cancel()
        self._thread.shutdown()
        self._ledger.close()

    def _begin(self, session: Session, started: Started) -> None:
        name = seal(Kind.CONVERSATION, session.opening.id)
        customer = None if started.customer is None else seal(Kind.CUSTOMER, started.customer)
        at = start_of(session.opening.day)
        self._talks[session] = _Talk(name.key, at, Masker())
        self._add(Begun(name, customer, at, started))

    def _add(self, record: Record) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            _log.error("ledger is away for too long: a record is lost")
            return
        self._waiting.append(record)
        self._write_soon()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._waiting or self._promises:
            batch, promises = self._waiting, self._promises
            self._waiting, self._promises = [], []
            try:
                lost = await self._in_thread(partial(_written, self._ledger, batch))
            except AwayError as error:
                _log.error("ledger away", **place_of(error))
                self._waiting, self._promises = batch + self._waiting, promises + self._promises
                await asyncio.sleep(_AGAIN_AFTER_S)
                continue
            for promise in promises:
                _settle(promise, lost)

    async def _prune_daily(self) -> None:
        while True:
            try:
                await self._in_thread(partial(self._ledger.prune, self._keep))
            except LedgerError as error:
                _log.error("nothing forgotten today", **place_of(error))
            await asyncio.sleep(_DAY_S)

    async def _in_thread(self, work: Callable[[], _Made]) -> _Made:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _written(ledger: Ledger, batch: Sequence[Record]) -> int:
    """Write what can be written, all at once if that goes; return how many records are lost.

    Raises:
        AwayError: The database cannot be reached; what is written a second time counts once.
    """
    if not batch:
        return 0
    try:
        ledger.write(batch)
    except AwayError:
        raise
    except Exception as error:  # one that cannot be written must not take the others with it
        if len(batch) > 1:
            return sum(_written(ledger, [record]) for record in batch)
        _log.error("ledger refused a record", kind=type(batch[0]).__name__, **place_of(error))
        return 1
    return 0


def _settle(promise: asyncio.Future[None], lost: int) -> None:
    if promise.done():
        return  # who asked has given up
    if lost:
        promise.set_exception(NotKeptError("the ledger does not take this"))
    else:
        promise.set_result(None)


def _made(talk: _Talk, decision: Decision, fact: Suggestion) -> Made:
    masked = talk.masker.mask(decision).data
    words: tuple[Evidence, ...] = masked.evidence if isinstance(masked, Suggestion) else ()
    return Made(
        conversation=talk.conversation,
        number=number_of(fact.id),
        suggestion=fact,
        considered=tuple(sorted(decision.considered, key=lambda one: -one.score.priority)),
        reason=talk.reason,
        gate=talk.gate,
        at_s=decision.at,
        turn=decision.turn,
        evidence=seal(Kind.EVIDENCE, words) if words else None,
    )
