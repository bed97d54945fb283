"""What the business finds out after the conversation: sold, cancelled again, stayed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection, Row, select

from adapters.ledger.chain import Chain
from adapters.ledger.moments import begin_of, now_utc
from adapters.ledger.personal import Kind, written
from adapters.ledger.records import number_of
from adapters.ledger.tables import CONVERSATIONS, OUTCOMES, PERSONAL, SUGGESTIONS
from offers.decisions import OutcomeBy, OutcomeKind

_NUMBER = re.compile("[0-9]{1,9}")


class ResultsError(ValueError):
    """Results we do not take, none of them; the message names each that is wrong.

    Attributes:
        code: Short and stable: ``unknown_suggestion`` or ``key_conflict``.
    """

    def __init__(self, code: str, problems: Iterable[str]) -> None:
        super().__init__("\n".join(problems))
        self.code = code


class ResultKind(StrEnum):
    """What the business found out."""

    SALE = "sale"
    CANCELLATION = "cancellation"
    RETENTION = "retention"


_OUTCOMES = {
    ResultKind.SALE: OutcomeKind.ACCEPTED,
    ResultKind.RETENTION: OutcomeKind.ACCEPTED,
    ResultKind.CANCELLATION: OutcomeKind.DECLINED,
}
"""A cancelled sale is a no that came late: it supersedes the yes, and the offer rests."""


@dataclass(frozen=True, slots=True)
class Result:
    """One finding.

    Attributes:
        where: Where it was read, for messages: ``line 3`` or ``item 0``.
        key: The sender's own mark: the same key for the same conversation is the same finding.
        suggestion: Id of the suggestion, as in the decision stream.
        day: When it happened; None is now.
        amount: What it earned, in the catalog's currency; None when nobody says.
    """

    where: str
    key: str
    suggestion: str
    result: ResultKind
    day: date | None = None
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many findings were new, and how many were there already."""

    recorded: int
    repeated: int


def record_results(connection: Connection, results: Iterable[Result]) -> Receipt:
    """Add findings to the chain.

    Raises:
        ResultsError: Naming each that cannot be taken; the transaction must not be committed then.
    """
    chain = Chain(connection)
    recorded = repeated = 0
    unknown: list[str] = []
    conflicts: list[str] = []
    for one in results:
        found = _find(connection, one.suggestion)
        if found is None:
            unknown.append(f"{one.where}: no suggestion {one.suggestion!r} is known")
            continue
        once = sha256(f"{found.salt}\n{one.key}".encode("utf-8", "surrogatepass")).hexdigest()
        there = connection.execute(select(OUTCOMES).where(OUTCOMES.c.once == once)).one_or_none()
        if there is None:
            chain.append(OUTCOMES, _values(found.seq, one, once))
            recorded += 1
        elif (there.suggestion, there.result) == (found.seq, one.result.value):
            repeated += 1
        else:
            conflicts.append(f"{one.where}: key {one.key!r} was used for another result")
    if unknown:
        raise ResultsError("unknown_suggestion", unknown)
    if conflicts:
        raise ResultsError("key_conflict", conflicts)
    return Receipt(recorded, repeated)


def _values(suggestion: int, one: Result, once: str) -> dict[str, object]:
    return {
        "suggestion": suggestion,
        "outcome": _OUTCOMES[one.result].value,
        "said_by": OutcomeBy.CRM.value,
        "happened_at": begin_of(one.day) if one.day else now_utc(),
        "result": one.result.value,
        "amount": one.amount,
        "once": once,
    }


def _find(connection: Connection, suggestion: str) -> Row[*tuple[object, ...]] | None:
    """Return a suggestion's row and its conversation's salt; the newest where ids were used again."""
    conversation, _, number = suggestion.rpartition(":")
    if not _NUMBER.fullmatch(number):
        return None
    found = (
        select(SUGGESTIONS.c.seq, PERSONAL.c.salt)
        .join(CONVERSATIONS, CONVERSATIONS.c.seq == SUGGESTIONS.c.conversation)
        .join(PERSONAL, PERSONAL.c.key == CONVERSATIONS.c.name)
        .where(
            PERSONAL.c.kind == Kind.CONVERSATION.value,
            PERSONAL.c.text == written(conversation),
            SUGGESTIONS.c.number == number_of(suggestion),
        )
        .order_by(SUGGESTIONS.c.seq.desc())
        .limit(1)
    )
    return connection.execute(found).one_or_none()
