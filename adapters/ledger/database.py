"""The database of a ledger: found, opened safely, brought to its newest form."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_S = 30
_CONNECT_WITHIN_S = 5
_ANSWER_WITHIN_MS = 10_000
"""After so long, a server that went silent counts as away; the system would wait a quarter of an hour."""
_MIGRATING = 7_265_118_217
"""PostgreSQL's advisory lock while tables are made; any number nobody else takes."""


class LedgerError(ValueError):
    """A ledger that cannot be used; the message says which and why, and shows no password."""


class AwayError(LedgerError):
    """The database cannot be reached now; later it may."""


class Database:
    """One ledger's database, ready for use.

    Args:
        where: A file for SQLite, or a URL such as ``postgresql://user@host/name``.
        make: Whether a file that is not there is made.

    Raises:
        LedgerError: No such place, or no ledger in there.
    """

    def __init__(self, where: str, *, make: bool) -> None:
        self._url = _url(where)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = self._sqlite(make=make) if self.is_sqlite else self._postgresql()
        with self.writing() as connection:
            self._migrate(connection)

    def __str__(self) -> str:
        """The place, without a password."""
        return str(self._url.database) if self.is_sqlite else str(self._url)

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Give a transaction that is durable when this returns, and nothing if it does not.

        Raises:
            AwayError: The database cannot be reached, or is full.
        LedgerError: It refuses what it was told, or is no database.
        """
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Give one unchanging view of everything, however much is written meanwhile.

        Raises:
            AwayError: The database cannot be reached.
        """
        level: dict[str, Any] = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._transaction(**level) as connection:
            yield connection

    def scrub(self) -> None:
        """See that what was deleted is gone from the disk as well, as far as we can."""
        if self.is_sqlite:
            with self._told(), self._engine.connect() as connection:
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, **options: Any) -> Generator[Connection]:  # noqa: ANN401  # SQLAlchemy's own
        with self._told(), self._engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except OperationalError as error:
            raise AwayError(f"{self}: {_reason(error)}") from None
        except DBAPIError as error:
            raise LedgerError(f"{self}: {_reason(error)}") from None

    def _sqlite(self, *, make: bool) -> Engine:
        path = Path(self._url.database or "")
        try:
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL if make else os.O_RDONLY, 0o600))
        except OSError as error:
            raise LedgerError(f"{path}: {error.strerror}") from None
        engine = create_engine(self._url, connect_args={"timeout": _BUSY_S, "check_same_thread": False})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _postgresql(self) -> Engine:
        arguments = {"connect_timeout": _CONNECT_WITHIN_S, "tcp_user_timeout": _ANSWER_WITHIN_MS}
        return create_engine(self._url, connect_args=arguments, pool_pre_ping=True)

    def _migrate(self, connection: Connection) -> None:
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(_MIGRATIONS))
        try:
            command.upgrade(config, "head")
        except (CommandError, DBAPIError) as error:
            raise LedgerError(f"{self}: is no ledger of this version: {_reason(error)}") from None


def _url(where: str) -> URL:
    if "://" not in where:
        return URL.create("sqlite+pysqlite", database=where)
    try:
        url = make_url(where)
    except ArgumentError:
        raise LedgerError("the ledger's URL must be like postgresql://user@host/name") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise LedgerError(f"{url}: name a file, or a URL that begins with postgresql://")
    return url.set(drivername="postgresql+psycopg")


def _prepare(connection: Any, _: object) -> None:  # noqa: ANN401  # the driver's own connection
    """Durable when committed, overwritten when deleted; transactions begin when we say so."""
    connection.isolation_level = None
    for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _reason(error: CommandError | DBAPIError) -> str:
    """The driver's own words: SQLAlchemy's would show the statement and its values."""
    told = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return told.strip().partition("\n")[0]
