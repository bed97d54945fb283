"""The ledger: written in whole transactions, durable when a call returns."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select

from adapters.ledger import chain, erasure, history
from adapters.ledger.answered import Moment, moments
from adapters.ledger.business import Receipt, Result, record_results
from adapters.ledger.chain import Chain, Verdict
from adapters.ledger.database import Database
from adapters.ledger.erasure import Keep
from adapters.ledger.history import Past
from adapters.ledger.personal import Sealed, written
from adapters.ledger.records import Became, Begun, Made, Record
from adapters.ledger.tables import CONVERSATIONS, OUTCOMES, PERSONAL, SUGGESTIONS
from offers.contact import Contact

_MOST_CONSIDERED = 50
"""Candidates kept of a suggestion, best first: nobody chooses what came behind."""


class Ledger:
    """One business's ledger. Its methods wait for the disk: call them where that is no harm.

    Args:
        where: A file for SQLite, or PostgreSQL's URL.
        make: Whether a file that is not there is made.

    Raises:
        LedgerError: There is no such place, or it holds something else.
    """

    def __init__(self, where: str, *, make: bool = True) -> None:
        self._database = Database(where, make=make)

    def write(self, records: Iterable[Record]) -> None:
        """Add what was told, all or nothing; what is there already is passed over.

        Raises:
            AwayError: The database cannot be reached; nothing was written.
            LedgerError: It refuses; nothing was written.
        """
        with self._database.writing() as connection:
            writing = _Writing(connection)
            for record in records:
                writing.add(record)

    def record(self, results: Iterable[Result]) -> Receipt:
        """Add what the business found out later, all or nothing.

        Raises:
            ResultsError: Naming every suggestion nobody made, and every key that was used for something else.
            LedgerError: The database cannot be reached, or refuses.
        """
        with self._database.writing() as connection:
            return record_results(connection, results)

    def contacts(self, customer: str, moment: str) -> tuple[Contact, ...]:
        """Return what a customer was offered before a moment, and what became of it, oldest first.

        Raises:
            LedgerError: The database cannot be reached.
        """
        with self._database.reading() as connection:
            return history.contacts(connection, customer, moment)

    def past(self, customer: str) -> list[Past]:
        """Return a customer's conversations, oldest first, with their suggestions and outcomes.

        Raises:
            LedgerError: The database cannot be reached.
        """
        with self._database.reading() as connection:
            return history.past(connection, customer)

    def answered(self) -> list[Moment]:
        """Return the suggestions whose answer is known, oldest first.

        Raises:
            LedgerError: The database cannot be reached.
        """
        with self._database.reading() as connection:
            return list(moments(connection))

    def verify(self, noted: str = "") -> Verdict:
        """Follow the chain from its first row to its last.

        Args:
            noted: The head at an earlier time, which must still be part of it; empty does not ask.

        Raises:
            LedgerError: The database cannot be reached.
        """
        with self._database.reading() as connection:
            return chain.verify(connection, noted)

    def erase(self, customer: str) -> list[str]:
        """Forget who the customer is and what they said; return the ids of their conversations.

        Raises:
            LedgerError: The database cannot be reached; nothing was erased.
        """
        with self._database.writing() as connection:
            conversations = erasure.erase(connection, customer)
        self._database.scrub()
        return conversations

    def prune(self, keep: Keep) -> int:
        """Forget words and names that have been kept long enough; return how many.

        Raises:
            LedgerError: The database cannot be reached; nothing was forgotten.
        """
        with self._database.writing() as connection:
            forgotten = erasure.prune(connection, keep)
        self._database.scrub()
        return forgotten

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


class _Writing:
    """One transaction of records."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._chain = Chain(connection)

    def add(self, record: Record) -> None:
        match record:
            case Begun():
                self._begin(record)
            case Made():
                self._make(record)
            case Became():
                self._become(record)

    def _begin(self, record: Begun) -> None:
        if self._conversation(record.name.key) is not None:
            return
        started = record.started
        self._seal(record.name)
        if record.customer is not None:
            self._seal(record.customer)
        values = {
            "name": record.name.key,
            "customer": record.customer and record.customer.key,
            "channel": started.channel,
            "started_at": record.started_at,
            "catalog": started.catalog.id,
            "catalog_version": started.catalog.version,
            "catalog_sha256": started.catalog.sha256,
            "policy": started.policy,
            "models": written(started.models),
        }
        self._chain.append(CONVERSATIONS, values)

    def _make(self, record: Made) -> None:
        conversation = self._conversation(record.conversation)
        if conversation is None or self._suggestion(conversation, record.number) is not None:
            return
        # A customer who was erased while the call goes on is not written down anew.
        evidence = record.evidence if self._is_named(record.conversation) else None
        if evidence is not None:
            self._seal(evidence)
        self._chain.append(SUGGESTIONS, _values(conversation, record, evidence))

    def _become(self, record: Became) -> None:
        conversation = self._conversation(record.conversation)
        suggestion = conversation and self._suggestion(conversation, record.number)
        if suggestion is None or self._one(select(OUTCOMES.c.seq).where(OUTCOMES.c.once == record.once)):
            return
        values = {
            "suggestion": suggestion,
            "outcome": record.outcome.value,
            "said_by": record.by.value,
            "happened_at": record.happened_at,
            "once": record.once,
        }
        self._chain.append(OUTCOMES, values)

    def _seal(self, sealed: Sealed) -> None:
        self._connection.execute(insert(PERSONAL), asdict(sealed))

    def _is_named(self, key: str) -> bool:
        return self._one(select(PERSONAL.c.key).where(PERSONAL.c.key == key)) is not None

    def _conversation(self, name: str) -> int | None:
        return self._one(select(CONVERSATIONS.c.seq).where(CONVERSATIONS.c.name == name))

    def _suggestion(self, conversation: int, number: int) -> int | None:
        found = select(SUGGESTIONS.c.seq).where(
            SUGGESTIONS.c.conversation == conversation, SUGGESTIONS.c.number == number
        )
        return self._one(found)

    def _one(self, selected: Any) -> Any:  # noqa: ANN401  # whatever the column holds
        return self._connection.execute(selected).scalar_one_or_none()


def _values(conversation: int, record: Made, evidence: Sealed | None) -> dict[str, object]:
    made = record.suggestion
    group = next((one.group for one in record.considered if one.offer == made.offer), made.offer)
    return {
        "conversation": conversation,
        "number": record.number,
        "offer": made.offer,
        "offer_group": group,
        "kind": made.kind.value,
        "rank": made.rank,
        "need": made.need,
        "need_kind": made.need_kind and made.need_kind.value,
        "confidence": float(made.confidence),
        "reason": record.reason,
        "scope": record.gate.scope.value,
        "held": written(record.gate.reasons),
        "considered": written(record.considered[:_MOST_CONSIDERED]),
        "at_s": record.at_s,
        "turn": record.turn,
        "evidence": evidence and evidence.key,
    }
