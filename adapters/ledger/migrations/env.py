"""Brings a ledger to the newest form; alembic runs this with the connection it was given."""

from alembic import context
from sqlalchemy import Connection

from adapters.ledger.tables import ledger


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=ledger, transactional_ddl=True)
    context.run_migrations()


_run(context.config.attributes["connection"])
