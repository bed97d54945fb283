"""Whether the ledger loses anything when its process is killed, and what it costs.

A process writes outcomes one by one, says of each that it is kept, and is killed at a random moment; again
and again on the same ledger. Then everything it said must be there, and the chain must be whole. Beside
it: how long one durable write takes, a batch, one customer's history among many, and a look at the whole
chain.

    python -m bench.ledger [--kills 200] [--calls 5000] [--postgresql URL] [--json FILE]
"""

import argparse
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import select

from adapters.ledger.database import Database
from adapters.ledger.ledger import Ledger
from adapters.ledger.moments import now_utc, start_of
from adapters.ledger.personal import Kind, seal
from adapters.ledger.records import Became, Begun, Made, Record
from adapters.ledger.tables import OUTCOMES
from nlu.understanding import NeedKind
from offers.decisions import (
    CatalogMark,
    Considered,
    GateState,
    OfferKind,
    OutcomeBy,
    OutcomeKind,
    Scope,
    Score,
    Started,
    Suggestion,
    Talk,
)

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/test"
SCHEMA = "rightsell_bench"
BATCH = 100
SINGLE = 200
CUSTOMERS = 500

Row = dict[str, float | int | str]


def conversation(number: int) -> tuple[Begun, Made]:
    """Return a conversation with one suggestion, chosen from five."""
    mark = CatalogMark("bench", "1", "0" * 64)
    talk = Begun(
        seal(Kind.CONVERSATION, f"c-{number}"),
        seal(Kind.CUSTOMER, f"cu-{number % CUSTOMERS}"),
        start_of(None),
        Started("voice", None, mark, "default", {"minilm": "1" * 64}),
    )
    score = Score(0.2, 0.9, 1.0, 1.0, 0.18)
    considered = tuple(
        Considered(f"offer-{n}", "data", OfferKind.UPSELL, "more_data", NeedKind.STATED, 0.9, score)
        for n in range(5)
    )
    card = Suggestion(
        f"c-{number}:1", "offer-0", 1, "more_data", NeedKind.STATED, 0.9, score, (), Talk(), "",
        OfferKind.UPSELL, "",
    )  # fmt: skip
    words = seal(Kind.EVIDENCE, [{"turn": 3, "start": 0, "end": 9, "text": "more data"}])
    gate = GateState("open", Scope.ALL, ())
    return talk, Made(talk.name.key, 1, card, considered, "slow_data", gate, 93.4, 18, words)


def outcome(made: Made) -> Became:
    """Return one more outcome of a suggestion."""
    return Became(made.conversation, 1, OutcomeKind.ACCEPTED, OutcomeBy.AGENT, now_utc())


def write_until_killed(place: str, number: int, told: Connection) -> None:
    """Write outcomes for ever, and tell of each when it is kept."""
    ledger = Ledger(place)
    talk, made = conversation(number)
    ledger.write([talk, made])
    while True:
        became = outcome(made)
        ledger.write([became])
        told.send(became.once)


def kill_writers(place: str, kills: int) -> set[str]:
    """Kill one writer after the other; return the outcomes that they said were kept."""
    processes = multiprocessing.get_context("fork")
    kept: set[str] = set()
    for number in range(kills):
        here, there = processes.Pipe(duplex=False)
        writer = processes.Process(target=write_until_killed, args=(place, number, there))
        writer.start()
        there.close()
        kept.add(here.recv())
        time.sleep(random.uniform(0.0, 0.1))  # noqa: S311  # any moment will do
        writer.kill()
        writer.join()
        kept.update(_rest(here))
    return kept


def _rest(told: Connection) -> Iterator[str]:
    while True:
        try:
            yield told.recv()
        except (EOFError, OSError):  # what the kill cut off was not told
            return


def receipts(place: str) -> set[str]:
    """Return what tells the outcomes of a ledger apart."""
    with Database(place, make=False).reading() as connection:
        return set(connection.execute(select(OUTCOMES.c.once)).scalars())


def survive(name: str, place: str, kills: int) -> Row:
    """Kill, and look for what was said to be kept."""
    began = time.perf_counter()
    told = kill_writers(place, kills)
    ledger = Ledger(place)
    there, verdict = receipts(place), ledger.verify()
    ledger.close()
    return {
        "database": name,
        "kills": kills,
        "acknowledged": len(told),
        "lost": len(told - there),
        "rows": verdict.rows,
        "breaks": len(verdict.breaks),
        "seconds": round(time.perf_counter() - began, 1),
    }


def cost(name: str, place: str, calls: int) -> Row:
    """Time what a server does all day."""
    ledger = Ledger(place)
    records: list[Record] = []
    for number in range(calls):
        talk, made = conversation(number)
        records += [talk, made, outcome(made)]
    batches = [records[at : at + BATCH] for at in range(0, len(records), BATCH)]
    written = [timed(lambda batch=batch: ledger.write(batch)) for batch in batches]
    talk, made = conversation(calls)
    ledger.write([talk, made])
    single = [timed(lambda: ledger.write([outcome(made)])) for _ in range(SINGLE)]
    recalled = [timed(lambda n=n: ledger.contacts(f"cu-{n}", start_of(None))) for n in range(SINGLE)]
    verified = timed(ledger.verify)
    rows = ledger.verify().rows
    ledger.close()
    return {
        "database": name,
        "rows": rows,
        "one durable write, ms": f"{_p(single, 50):.2f} / {_p(single, 95):.2f}",
        "in batches, µs a record": f"{sum(written) / len(records) * 1e6:.0f}",
        "history of one customer, ms": f"{_p(recalled, 50):.2f} / {_p(recalled, 95):.2f}",
        "verify, rows a second": f"{rows / verified:,.0f}",
    }


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _p(seconds: list[float], percent: int) -> float:
    """A percentile, in milliseconds."""
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1e3


def table(rows: list[Row]) -> None:
    """Print rows of the same columns."""
    columns = list(rows[0])
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(str(row[column]) for column in columns) + " |")
    print()


def places(folder: Path, server: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    """Yield each database's name, and how to get an empty place in it."""
    yield "SQLite", lambda name: str(folder / f"{name}.db")
    try:
        psycopg.connect(server, connect_timeout=2).close()
    except psycopg.OperationalError:
        print("no PostgreSQL there: SQLite alone")
        return
    yield "PostgreSQL", lambda name: schema(server, f"{SCHEMA}_{name}")


def schema(server: str, name: str) -> str:
    """Return the URL of an empty schema."""
    drop(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    return f"{server}?options=-csearch_path%3D{name}"


def drop(server: str, name: str) -> None:
    """Drop a schema and all that is in it."""
    with psycopg.connect(server, autocommit=True) as connection:
        statement = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE")
        connection.execute(statement.format(sql.Identifier(name)))


def main() -> None:
    """Kill and time on each database; print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--calls", type=int, default=5_000)
    parser.add_argument("--postgresql", default=POSTGRESQL)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    killed: list[Row] = []
    costs: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, place in places(Path(folder), options.postgresql):
            killed.append(survive(name, place("kills"), options.kills))
            costs.append(cost(name, place("cost"), options.calls))
    if len(killed) > 1:
        for name in ("kills", "cost"):
            drop(options.postgresql, f"{SCHEMA}_{name}")
    table(killed)
    table(costs)
    if options.json is not None:
        options.json.write_text(json.dumps({"killed": killed, "costs": costs}, indent=1))


if __name__ == "__main__":
    main()
