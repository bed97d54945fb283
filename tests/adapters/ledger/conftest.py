"""A ledger on each of the two databases."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.ledger.ledger import Ledger

_SERVER = "postgresql://postgres@127.0.0.1:5432/test"


def _schema() -> Iterator[str]:
    """A schema of PostgreSQL's of its own, dropped in the end."""
    name = f"rightsell_{os.getpid()}"
    try:
        server = psycopg.connect(_SERVER, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432 with a database test: its half is not tested")
    with server:
        server.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")  # pyright: ignore[reportArgumentType, reportCallIssue]  # our own text
        server.execute(f"CREATE SCHEMA {name}")  # pyright: ignore[reportArgumentType, reportCallIssue]  # as above
        yield f"{_SERVER}?options=-csearch_path%3D{name}"
        server.execute(f"DROP SCHEMA {name} CASCADE")  # pyright: ignore[reportArgumentType, reportCallIssue]  # as above


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a ledger may be made."""
    if request.param == "sqlite":
        yield str(tmp_path / "ledger.db")
    else:
        yield from _schema()


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    found = Ledger(place)
    yield found
    found.close()
