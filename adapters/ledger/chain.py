"""The chain of the ledger's rows: how a row is added, and how to tell that none was changed or taken out."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, bindparam, insert, select, update

from adapters.ledger.moments import now_utc
from adapters.ledger.personal import key_of
from adapters.ledger.tables import CHAIN, CONVERSATIONS, ERASURES, HEAD, PERSONAL, SUGGESTIONS

_AT_A_TIME = 1_000
_MOVE = update(HEAD).values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))

_canonical = msgspec.json.Encoder(order="sorted")

Values = Mapping[str, Any]
"""A row's columns by name."""


class Chain:
    """The end of the chain, held by one writing transaction: others wait until it is over.

    Args:
        connection: The transaction; nothing is kept unless it commits.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        head = connection.execute(select(HEAD.c.seq, HEAD.c.hash).with_for_update()).one()
        self._seq: int = head.seq
        self._hash: str = head.hash

    def append(self, table: Table, values: Values) -> int:
        """Add a row to one of the chain's tables; return its number."""
        self._seq += 1
        row = {**values, "seq": self._seq, "previous": self._hash, "recorded_at": now_utc()}
        self._hash = hash_of(table, row)
        self._connection.execute(insert(table), {**row, "hash": self._hash})
        self._connection.execute(_MOVE, {"to_seq": self._seq, "to_hash": self._hash})
        return self._seq


def hash_of(table: Table, row: Values) -> str:
    """Return the hash that a row of these values must carry."""
    values = {str(column.name): row.get(column.name) for column in table.columns if column.name != "hash"}
    return sha256(_canonical.encode([str(table.name), values])).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found.

    Attributes:
        rows: How many it has.
        head: The last row's hash; noted elsewhere, it proves later that nothing before it was written anew.
        erased: How many personal texts are gone by right.
        breaks: Where it is broken and how, in words; none when it is whole.
    """

    rows: int
    head: str
    erased: int
    breaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Gone:
    """A personal text that is no longer there."""

    table: str
    seq: int
    conversation: int
    kind: str
    recorded_at: str


def verify(connection: Connection, noted: str = "") -> Verdict:
    """Follow the chain from its first row to its last.

    Args:
        connection: One unchanging view of the ledger.
        noted: The head at an earlier time, which must still be part of it; empty does not ask.
    """
    return _Walk(connection, noted).verdict()


_PERSONAL = {
    CONVERSATIONS.name: {"name": "conversation", "customer": "customer"},
    SUGGESTIONS.name: {"evidence": "evidence"},
}
"""Columns that hold keys of personal texts, and of which kind."""


class _Walk:
    def __init__(self, connection: Connection, noted: str) -> None:
        self._connection = connection
        self._noted = noted
        self._breaks: list[str] = []
        self._gone: list[_Gone] = []
        self._forgotten: set[int] = set()
        self._before: dict[str, str] = {}

    def verdict(self) -> Verdict:
        """Walk; return what was found."""
        seq, hash_ = 0, ""
        for table, row in _rows(self._connection):
            where = f"row {row['seq']} ({table.name})"
            if row["seq"] != seq + 1:
                self._breaks.append(f"{where}: {_missing(seq + 1, row['seq'] - 1)} missing before it")
            elif row["previous"] != hash_:
                self._breaks.append(f"{where}: does not follow from the row before it")
            if row["hash"] != hash_of(table, row):
                self._breaks.append(f"{where}: was changed")
            self._check_personal(table, row, where)
            seq, hash_ = row["seq"], row["hash"]
            if hash_ == self._noted:
                self._noted = ""
        if self._noted:
            self._breaks.append(
                "the head that was noted is not in this chain: it was written anew, or cut off"
            )
        self._check_head(seq, hash_)
        self._check_gone()
        return Verdict(seq, hash_, len(self._gone), tuple(self._breaks))

    def _check_head(self, seq: int, hash_: str) -> None:
        head = self._connection.execute(select(HEAD.c.seq, HEAD.c.hash)).one()
        if head.seq > seq:
            self._breaks.append(f"the end: {_missing(seq + 1, head.seq)} missing")
        elif (head.seq, head.hash) != (seq, hash_):
            self._breaks.append(f"the end: row {seq} is not the one that was written last")

    def _check_personal(self, table: Table, row: Values, where: str) -> None:
        if table is ERASURES:
            self._note_erasure(row)
        for column, kind in _PERSONAL.get(table.name, {}).items():
            key = row[column]
            salt, text = row[f"{column}_salt"], row[f"{column}_text"]
            if key is not None and salt is None:
                conversation = row.get("conversation", row["seq"])
                self._gone.append(_Gone(table.name, row["seq"], conversation, kind, row["recorded_at"]))
            elif key is not None and key_of(salt, kind, text) != key:
                self._breaks.append(f"{where}: its {kind} was changed")

    def _note_erasure(self, row: Values) -> None:
        if row["kind"] == "customer":
            self._forgotten.update(msgspec.json.decode(row["what"], type=list[int]))
        else:
            self._before.update(msgspec.json.decode(row["what"], type=dict[str, str]))

    def _check_gone(self) -> None:
        for gone in self._gone:
            by_age = gone.recorded_at < self._before.get(gone.kind, "")
            if gone.conversation not in self._forgotten and not by_age:
                self._breaks.append(f"row {gone.seq} ({gone.table}): its {gone.kind} was taken away")


def _missing(first: int, last: int) -> str:
    return f"row {first} is" if first == last else f"rows {first} to {last} are"


def _rows(connection: Connection) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Yield all rows of the chain in order, with the personal texts that are still there."""

    def of(table: Table) -> Iterator[tuple[int, Table, dict[str, Any]]]:
        for row in connection.execution_options(yield_per=_AT_A_TIME).execute(_selected(table)).mappings():
            yield row["seq"], table, dict(row)

    for _, table, row in heapq.merge(*map(of, CHAIN), key=lambda found: found[0]):
        yield table, row


def _selected(table: Table) -> Any:  # noqa: ANN401  # a select of columns that depend on the table
    columns, joined = list(table.columns), table
    for column in _PERSONAL.get(table.name, {}):
        personal = PERSONAL.alias()
        columns += [personal.c.salt.label(f"{column}_salt"), personal.c.text.label(f"{column}_text")]
        joined = joined.outerjoin(personal, personal.c.key == table.c[column])
    return select(*columns).select_from(joined).order_by(table.c.seq)
