"""The ledger on both databases."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.ledger.business import Receipt, Result, ResultKind, ResultsError
from adapters.ledger.database import Database, LedgerError
from adapters.ledger.erasure import Keep
from adapters.ledger.ledger import Ledger
from adapters.ledger.moments import start_of
from listener.events import Channel
from offers.contact import Contact
from offers.decisions import OutcomeKind
from tests.adapters.ledger.records import SAID, became, begun, made


def execute(place: str, statement: str) -> list[Sequence[object]]:
    """Do something to the database behind the ledger's back."""
    with Database(place, make=False).writing() as connection:
        done = connection.execute(sa.text(statement))
        return [tuple(row) for row in done] if done.returns_rows else []


def counts(place: str) -> dict[str, int]:
    tables = ("conversations", "suggestions", "outcomes")
    return {name: int(str(execute(place, f"SELECT count(*) FROM {name}")[0][0])) for name in tables}  # noqa: S608  # names from above


def fill(ledger: Ledger, calls: int = 3, customer: str = "cu-9") -> None:
    for number in range(calls):
        talk = begun(f"c-{customer}-{number}", customer)
        ledger.write([talk, made(talk), made(talk, 2, "roaming"), became(talk)])


def test_what_was_written_can_be_read_again(ledger: Ledger) -> None:
    talk = begun()
    ledger.write([talk, made(talk), became(talk, OutcomeKind.POSTPONED)])
    [past] = ledger.past("cu-9")
    assert (past.id, past.channel) == ("c-1", "voice")
    [offered] = past.offered
    assert (offered.id, offered.offer, offered.evidence) == ("c-1:1", "family-data-60", (SAID,))
    assert [(one.outcome, one.by) for one in offered.outcomes] == [("postponed", "agent")]
    assert ledger.past("somebody else") == []


def test_what_is_told_twice_counts_once(ledger: Ledger, place: str) -> None:
    talk = begun()
    told = [talk, made(talk), became(talk)]
    ledger.write(told)
    ledger.write(told)
    assert counts(place) == {"conversations": 1, "suggestions": 1, "outcomes": 1}
    assert ledger.verify().breaks == ()


@pytest.mark.parametrize("odd", ["", "a\x00b", "ü", "\ud83d", "'; DROP TABLE head; --", "x" * 10_000])
def test_any_id_can_be_written_and_found(ledger: Ledger, odd: str) -> None:
    talk = begun(odd, odd)
    ledger.write([talk, made(talk)])
    assert [past.id for past in ledger.past(odd)] == [odd]
    assert ledger.record([Result("item 0", "k", f"{odd}:1", ResultKind.SALE)]).recorded == 1
    assert ledger.erase(odd) == [odd]
    assert ledger.verify().breaks == ()


def test_each_suggestion_was_shown_once_and_its_last_outcome_counts(ledger: Ledger) -> None:
    talk = begun(days_ago=2.0)
    ledger.write([talk, made(talk), made(talk, 2, "roaming")])
    ledger.write([became(talk, outcome) for outcome in (OutcomeKind.SHOWN, OutcomeKind.SHOWN)])
    ledger.write([became(talk, outcome) for outcome in (OutcomeKind.POSTPONED, OutcomeKind.DECLINED)])
    found = ledger.contacts("cu-9", start_of(None))
    assert {(one.offer, one.outcome) for one in found} == {
        ("family-data-60", OutcomeKind.SHOWN),
        ("family-data-60", OutcomeKind.DECLINED),
        ("roaming", OutcomeKind.SHOWN),
    }
    assert len(found) == 3
    assert all(one.days_ago == pytest.approx(2.0, abs=0.01) for one in found)
    assert {(one.group, one.channel) for one in found} == {("data", Channel.VOICE)}


def test_what_comes_after_a_conversation_is_not_its_past(ledger: Ledger) -> None:
    talk = begun(days_ago=-1.0)
    ledger.write([talk, made(talk), became(talk)])
    assert ledger.contacts("cu-9", start_of(None)) == ()


def test_whose_conversation_nobody_knows_is_in_nobody_s_past(ledger: Ledger, place: str) -> None:
    talk = begun(customer=None)
    ledger.write([talk, made(talk), became(talk)])
    assert ledger.contacts("None", start_of(None)) == ()
    assert counts(place)["outcomes"] == 1
    assert ledger.verify().breaks == ()


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE outcomes SET outcome = 'accepted' WHERE seq = 4", "row 4 (outcomes): was changed"),
        ("UPDATE suggestions SET considered = '[]' WHERE seq = 2", "row 2 (suggestions): was changed"),
        ("DELETE FROM outcomes WHERE seq = 4", "row 5 (conversations): row 4 is missing before it"),
        ("DELETE FROM outcomes WHERE seq = 12", "the end: row 12 is missing"),
        (
            "UPDATE personal SET text = '\"cu-8\"' WHERE text = '\"cu-9\"'",
            "row 1 (conversations): its customer",
        ),
        ("DELETE FROM personal WHERE kind = 'evidence'", "row 2 (suggestions): its evidence was taken away"),
        ("UPDATE head SET hash = 'x'", "the end: row 12 is not the one that was written last"),
    ],
)
def test_tampering_shows_and_where(ledger: Ledger, place: str, tampering: str, told: str) -> None:
    fill(ledger)
    assert ledger.verify().breaks == ()
    execute(place, tampering)
    assert ledger.verify().breaks[0].startswith(told)


def test_a_row_that_was_changed_with_its_hash_no_longer_fits_the_next(ledger: Ledger, place: str) -> None:
    fill(ledger)
    execute(place, "UPDATE outcomes SET hash = 'forged' WHERE seq = 4")
    assert "row 5 (conversations): does not follow from the row before it" in ledger.verify().breaks


def test_a_head_noted_before_shows_a_chain_that_was_written_anew(ledger: Ledger, place: str) -> None:
    fill(ledger)
    noted = ledger.verify().head
    fill(ledger, customer="cu-10")
    assert ledger.verify(noted).breaks == ()
    for table in ("outcomes", "suggestions", "conversations", "personal"):
        execute(place, f"DELETE FROM {table}")  # noqa: S608  # names from above
    execute(place, "UPDATE head SET seq = 0, hash = ''")
    fill(ledger)
    assert ledger.verify().breaks == ()
    assert "written anew" in ledger.verify(noted).breaks[0]


def test_erasing_a_customer_keeps_the_numbers_and_the_chain(ledger: Ledger, place: str) -> None:
    fill(ledger, 3)
    fill(ledger, 2, "cu-10")
    before = counts(place)
    assert ledger.erase("cu-9") == ["c-cu-9-0", "c-cu-9-1", "c-cu-9-2"]
    assert counts(place) == before
    assert ledger.verify().breaks == ()
    assert ledger.past("cu-9") == []
    assert ledger.contacts("cu-9", start_of(None)) == ()
    assert len(ledger.past("cu-10")) == 2
    assert ledger.erase("cu-9") == []
    with pytest.raises(ResultsError, match="c-cu-9-0:1"):
        ledger.record([Result("item 0", "k", "c-cu-9-0:1", ResultKind.SALE)])


def test_who_is_erased_while_the_call_goes_on_is_not_written_down_anew(ledger: Ledger, place: str) -> None:
    talk = begun()
    ledger.write([talk])
    ledger.erase("cu-9")
    ledger.write([made(talk), became(talk)])
    assert counts(place)["outcomes"] == 1
    assert execute(place, "SELECT * FROM personal") == []
    assert ledger.verify().breaks == ()


def test_nothing_of_an_erased_customer_is_left_in_the_file(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path / "ledger.db"))
    fill(ledger, customer="secret-name")
    ledger.erase("secret-name")
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secret-name" not in left
    assert SAID.encode() not in left
    ledger.close()


def test_words_are_forgotten_before_names_and_both_before_the_chain(ledger: Ledger, place: str) -> None:
    fill(ledger)
    assert ledger.prune(Keep()) == 0
    assert ledger.prune(Keep(words=0.0)) == 6
    assert [offered.evidence for offered in ledger.past("cu-9")[0].offered] == [(), ()]
    assert len(ledger.contacts("cu-9", start_of(None))) == 9
    assert ledger.prune(Keep(words=0.0, names=0.0)) == 6
    assert ledger.past("cu-9") == []
    assert counts(place) == {"conversations": 3, "suggestions": 6, "outcomes": 3}
    verdict = ledger.verify()
    assert (verdict.breaks, verdict.erased) == ((), 12)


def test_findings_of_the_business_supersede_what_was_told_before(ledger: Ledger) -> None:
    talk = begun(days_ago=20.0)
    ledger.write([talk, made(talk), became(talk, OutcomeKind.ACCEPTED)])
    sale = Result("item 0", "order-1", "c-1:1", ResultKind.SALE, amount=15.0)
    cancelled = Result("item 1", "order-1-back", "c-1:1", ResultKind.CANCELLATION)
    assert ledger.record([sale, cancelled]) == Receipt(2, 0)
    assert ledger.record([sale, cancelled]) == Receipt(0, 2)
    last = ledger.contacts("cu-9", start_of(None))[-1]
    assert last == Contact("family-data-60", "data", OutcomeKind.DECLINED, last.days_ago, Channel.VOICE)
    assert last.days_ago < 1.0
    assert ledger.verify().breaks == ()


def test_unknown_suggestions_are_refused_by_name_and_nothing_is_taken(ledger: Ledger, place: str) -> None:
    fill(ledger, 1)
    found = [
        Result("item 0", "a", "c-cu-9-0:1", ResultKind.SALE),
        Result("item 1", "b", "c-cu-9-0:9", ResultKind.SALE),
        Result("item 2", "c", "nonsense", ResultKind.SALE),
    ]
    with pytest.raises(ResultsError, match=r"item 1: no suggestion 'c-cu-9-0:9'.*\n.*'nonsense'"):
        ledger.record(found)
    with pytest.raises(ResultsError, match="'a' was used for another result"):
        ledger.record([found[0], Result("item 1", "a", "c-cu-9-0:2", ResultKind.SALE)])
    assert counts(place)["outcomes"] == 1


def test_many_writers_at_once_make_one_chain(place: str) -> None:
    def write(number: int) -> None:
        ledger = Ledger(place)
        for call in range(5):
            talk = begun(f"c-{number}-{call}", f"cu-{number}")
            ledger.write([talk])
            ledger.write([made(talk), became(talk)])
        ledger.close()

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write, range(4)))
    ledger = Ledger(place)
    assert counts(place) == {"conversations": 20, "suggestions": 20, "outcomes": 20}
    verdict = ledger.verify()
    assert (verdict.rows, verdict.breaks) == (60, ())
    ledger.close()


_WRITER = """
import sys
from adapters.ledger.ledger import Ledger
from tests.adapters.ledger.records import became, begun, made

ledger, number = Ledger(sys.argv[1]), 0
talk = begun(sys.argv[2])
ledger.write([talk, made(talk)])
while True:
    told = became(talk)
    ledger.write([told])
    print(told.once, flush=True)
"""


def killed_at_random(place: str, name: str, seconds: float) -> set[str]:
    """Let a process write outcomes, kill it, and return those that it was told were kept."""
    root = Path(__file__).parents[3]
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, place, name], stdout=subprocess.PIPE, cwd=root)
    assert writer.stdout is not None
    acknowledged = {writer.stdout.readline().decode().strip()}
    try:
        writer.wait(seconds)
    except subprocess.TimeoutExpired:
        writer.kill()
    rest = writer.communicate()[0].decode()
    return acknowledged | set(rest.split("\n")[:-1])


def test_a_process_that_is_killed_while_it_writes_loses_nothing_it_was_told_was_kept(place: str) -> None:
    acknowledged: set[str] = set()
    for kill in range(3):
        acknowledged |= killed_at_random(place, f"c-{kill}", random.uniform(0.01, 0.2))  # noqa: S311  # any moment will do
    kept = {row[0] for row in execute(place, "SELECT once FROM outcomes")}
    assert acknowledged <= kept
    ledger = Ledger(place)
    assert ledger.verify().breaks == ()
    ledger.close()


def test_a_file_is_durable_when_written_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(str(path))
    fill(ledger)
    assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ledger.close()


@pytest.mark.parametrize(
    "where",
    ["/nowhere/ledger.db", "mysql://host/name", "postgresql://u:secret@127.0.0.1:1/x", "://", __file__],
)
def test_a_place_that_is_no_ledger_is_refused_without_telling_its_password(where: str) -> None:
    with pytest.raises(LedgerError) as refused:
        Ledger(where)
    assert "secret" not in str(refused.value)
