"""The ledger's first form."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, and a chain of no rows."""
    head = op.create_table(
        "head",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": ""}])
    op.create_table(
        "personal",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("personal_text", "personal", ["text"], postgresql_using="hash")
    op.create_table(
        "conversations",
        *_link(),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("customer", sa.String(64), index=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("catalog", sa.Text, nullable=False),
        sa.Column("catalog_version", sa.Text, nullable=False),
        sa.Column("catalog_sha256", sa.String(64), nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("models", sa.Text, nullable=False),
    )
    op.create_table(
        "suggestions",
        *_link(),
        sa.Column("conversation", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("offer", sa.Text, nullable=False),
        sa.Column("offer_group", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("need", sa.Text),
        sa.Column("need_kind", sa.String(16)),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("held", sa.Text, nullable=False),
        sa.Column("considered", sa.Text, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("turn", sa.Integer),
        sa.Column("evidence", sa.String(64), index=True),
        sa.UniqueConstraint("conversation", "number"),
    )
    op.create_table(
        "outcomes",
        *_link(),
        sa.Column("suggestion", sa.Integer, nullable=False, index=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("said_by", sa.String(16), nullable=False),
        sa.Column("happened_at", sa.String(32), nullable=False),
        sa.Column("result", sa.String(16)),
        sa.Column("amount", sa.Double),
        sa.Column("once", sa.String(64), nullable=False, unique=True),
    )
    op.create_table(
        "erasures",
        *_link(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
    )


def _link() -> tuple[sa.Column[int], sa.Column[str], sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(32), nullable=False),
    )
