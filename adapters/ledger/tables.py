"""The ledger's tables, the same on SQLite and PostgreSQL.

``conversations``, ``suggestions``, ``outcomes`` and ``erasures`` are one chain: each row carries the hash of
the row before it, whatever table that is in, and is never changed. They hold no name and no word of a
customer, but keys of ``personal``, whose rows can be deleted without breaking the chain.
"""

from sqlalchemy import Column, Double, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

ledger = MetaData()

HEAD = Table(
    "head",
    ledger,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row: where the chain ends. Whoever appends holds it locked."""

PERSONAL = Table(
    "personal",
    ledger,
    Column("key", String(64), primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Index("personal_text", "text", postgresql_using="hash"),
)
"""What can be forgotten: ids of customers and conversations, and customers' words, as JSON."""


def _link() -> tuple[Column[int], Column[str], Column[str], Column[str]]:
    return (
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("previous", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
        Column("recorded_at", String(32), nullable=False),
    )


CONVERSATIONS = Table(
    "conversations",
    ledger,
    *_link(),
    Column("name", String(64), nullable=False, unique=True),
    Column("customer", String(64), index=True),
    Column("channel", String(16), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("catalog", Text, nullable=False),
    Column("catalog_version", Text, nullable=False),
    Column("catalog_sha256", String(64), nullable=False),
    Column("policy", Text, nullable=False),
    Column("models", Text, nullable=False),
)
"""``name`` and ``customer`` are keys of ``personal``; ``models`` is JSON."""

SUGGESTIONS = Table(
    "suggestions",
    ledger,
    *_link(),
    Column("conversation", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("offer", Text, nullable=False),
    Column("offer_group", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("need", Text),
    Column("need_kind", String(16)),
    Column("confidence", Double, nullable=False),
    Column("reason", Text),
    Column("scope", String(16), nullable=False),
    Column("held", Text, nullable=False),
    Column("considered", Text, nullable=False),
    Column("at_s", Double, nullable=False),
    Column("turn", Integer),
    Column("evidence", String(64), index=True),
    UniqueConstraint("conversation", "number"),
)
"""``conversation`` is a ``seq``; ``held`` (the gate's reasons) and ``considered`` are JSON; ``evidence`` is a
key of ``personal``."""

OUTCOMES = Table(
    "outcomes",
    ledger,
    *_link(),
    Column("suggestion", Integer, nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("said_by", String(16), nullable=False),
    Column("happened_at", String(32), nullable=False),
    Column("result", String(16)),
    Column("amount", Double),
    Column("once", String(64), nullable=False, unique=True),
)
"""``suggestion`` is a ``seq``; ``once`` tells a repetition from a second outcome."""

ERASURES = Table(
    "erasures",
    ledger,
    *_link(),
    Column("kind", String(16), nullable=False),
    Column("what", Text, nullable=False),
)
"""What was deleted from ``personal``: of which conversations, or recorded before when; JSON."""

CHAIN = (CONVERSATIONS, SUGGESTIONS, OUTCOMES, ERASURES)
