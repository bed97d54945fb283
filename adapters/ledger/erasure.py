"""Forgetting: the personal texts go, the chain and the numbers stay."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from adapters.ledger.chain import Chain
from adapters.ledger.moments import later, now_utc
from adapters.ledger.personal import Kind, read, written
from adapters.ledger.tables import CONVERSATIONS, ERASURES, PERSONAL, SUGGESTIONS

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days personal data is kept.

    Attributes:
        words: What customers said.
        names: Whose conversation it was; without it no contact policy counts it any more.
    """

    words: float = 90.0
    names: float = 400.0


def erase(connection: Connection, customer: str) -> list[str]:
    """Forget who a customer is and what they said; return the ids of their conversations."""
    chain = Chain(connection)
    theirs = (
        select(CONVERSATIONS.c.seq)
        .join(PERSONAL, PERSONAL.c.key == CONVERSATIONS.c.customer)
        .where(PERSONAL.c.kind == Kind.CUSTOMER.value, PERSONAL.c.text == written(customer))
    )
    conversations = sorted(connection.execute(theirs).scalars())
    if not conversations:
        return []
    names: list[str] = []
    for seq in conversations:
        row = connection.execute(select(CONVERSATIONS).where(CONVERSATIONS.c.seq == seq)).one()
        name = connection.execute(select(PERSONAL.c.text).where(PERSONAL.c.key == row.name)).scalar_one()
        names.append(read(name))
        words = select(SUGGESTIONS.c.evidence).where(SUGGESTIONS.c.conversation == seq)
        connection.execute(delete(PERSONAL).where(PERSONAL.c.key.in_(words)))
        connection.execute(delete(PERSONAL).where(PERSONAL.c.key.in_((row.name, row.customer))))
    chain.append(ERASURES, {"kind": "customer", "what": written(conversations)})
    return names


def prune(connection: Connection, keep: Keep) -> int:
    """Forget what has been kept long enough; return how many texts went."""
    chain = Chain(connection)
    now = now_utc()
    words, names = later(now, -keep.words * _DAY_S), later(now, -keep.names * _DAY_S)
    too_old = {
        Kind.EVIDENCE: (SUGGESTIONS.c.evidence, words),
        Kind.CUSTOMER: (CONVERSATIONS.c.customer, names),
        Kind.CONVERSATION: (CONVERSATIONS.c.name, names),
    }
    forgotten = sum(_forget_before(connection, column, before) for column, before in too_old.values())
    if forgotten:
        what = {kind.value: before for kind, (_, before) in too_old.items()}
        chain.append(ERASURES, {"kind": "retention", "what": written(what)})
    return forgotten


def _forget_before(connection: Connection, column: Any, before: str) -> int:  # noqa: ANN401  # any text column
    old = select(column).where(column.table.c.recorded_at < before, column.is_not(None))
    return connection.execute(delete(PERSONAL).where(PERSONAL.c.key.in_(old))).rowcount
