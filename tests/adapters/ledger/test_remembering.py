"""What a server remembers from one conversation to the next."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

import pytest

from adapters.app import Parts
from adapters.desk.line import NotKeptError
from adapters.journal import read_journal
from adapters.ledger.database import AwayError, LedgerError
from adapters.ledger.erasure import Keep
from adapters.ledger.ledger import Ledger
from adapters.ledger.recorder import Recorder
from adapters.ledger.records import Became, Begun, Made, Record
from adapters.session import stopwatch
from adapters.switchboard import Switchboard
from adapters.weights import Ears
from adapters.wire import encode
from listener.events import Channel
from nlu.pipeline import Understander
from offers.conversation import Conversation, Desk
from offers.decisions import OutcomeBy, OutcomeKind, Suggestion
from offers.events import End, Opening, OutcomeReported
from offers.matching import Matcher
from offers.policy import Policy
from tests.adapters.conftest import TOKEN, Client, Running, running
from tests.offers.corner_shop import CATALOG, HELPED, OPEN, Constant, Scripted, said

SECRET = "my hands are full and my pin is 1 2 3 4"  # as long as the stand-in's quote at least


@dataclass(frozen=True)
class Deaf:
    """Nobody calls in these tests."""

    models: dict[str, str]
    transcriber: None = None


@pytest.fixture
def shop() -> Desk:
    understander = cast(Understander, Scripted((OPEN, HELPED)))
    return Desk(CATALOG, Policy(), understander, Matcher(CATALOG, Constant()))


@pytest.fixture
def server(shop: Desk, place: str, tmp_path: Path) -> Iterator[Running]:
    journals = tmp_path / "journals"
    journals.mkdir()
    parts = Parts(shop, cast(Ears, Deaf({})), TOKEN, journals=journals, ledger=Ledger(place))
    with running(parts) as found:
        yield found


def helped(server: Running, conversation: str, *actions: str, late: str = "") -> str:
    """A chat in which the customer is helped, and what the agent tells; return the offer that was made."""
    customer: dict[str, object] = {"id": "cu-1", "products": []}
    with server.agent(f"conversation:{conversation}") as agent:
        with server.chat(conversation, customer=customer) as chat:
            for at, text in enumerate((SECRET, "thank you")):
                chat.send(type="message", speaker="customer", text=text, at_s=float(at))
            made = agent.until("suggestion")["event"]["data"]
            for action in actions:
                tell(agent, made["id"], action)
            chat.send(type="end")
            chat.until("ended")
        if late:
            tell(agent, made["id"], late)
    return made["offer"]


def tell(agent: Client, suggestion: str, action: str) -> None:
    """Tell what became of a suggestion; it is confirmed."""
    agent.send(type="feedback", id=1, suggestion_id=suggestion, action=action)
    while (answer := agent.receive())["type"] == "event":
        pass
    assert answer == {"type": "result", "id": 1, "ok": True}


def test_what_was_declined_in_one_conversation_is_not_offered_in_the_next(
    server: Running, place: str
) -> None:
    assert helped(server, "first", "shown", "declined") == "tote"
    assert helped(server, "second") == "trolley"
    ledger = Ledger(place)
    first, second = ledger.past("cu-1")
    assert [one.outcome for one in first.offered[0].outcomes] == ["shown", "declined"]
    assert second.offered[0].outcomes == ()
    assert ledger.verify().breaks == ()
    ledger.close()


def test_the_wrap_up_may_tell_after_the_end(server: Running, place: str) -> None:
    helped(server, "first", late="accepted")
    ledger = Ledger(place)
    assert [one.outcome for one in ledger.past("cu-1")[0].offered[0].outcomes] == ["accepted"]
    ledger.close()


def test_a_journal_holds_the_history_by_which_was_decided(server: Running, shop: Desk) -> None:
    helped(server, "first", "declined")
    helped(server, "second")
    text = (server.journals / "second.jsonl").read_text()
    journal = read_journal(text, "second")
    assert {(one.offer, one.outcome) for one in journal.opening.contacts} == {
        ("tote", OutcomeKind.SHOWN),
        ("tote", OutcomeKind.DECLINED),
    }
    again = Conversation(journal.opening, shop)
    decisions = again.begin() + [one for event in journal.events for one in again.receive(event)]
    recorded = [line for line in text.splitlines() if line.startswith('{"seq":')]
    assert [encode(decision).decode() for decision in decisions] == recorded


def test_words_are_masked_before_they_are_stored(server: Running, place: str) -> None:
    helped(server, "first")
    ledger = Ledger(place)
    [evidence] = ledger.past("cu-1")[0].offered[0].evidence
    assert evidence == SECRET[:17]
    ledger.close()


def post(server: Running, body: object, token: str = TOKEN) -> tuple[int, Any]:
    with server.http as http:
        answer = http.post("/v1/outcomes", json=body, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json()


def test_the_business_tells_what_it_found_out_later(server: Running, place: str) -> None:
    helped(server, "first")
    sale = {"key": "o-1", "suggestion": "first:1", "result": "sale", "day": "2026-11-20", "amount": 5.0}
    assert post(server, [sale]) == (200, {"recorded": 1, "repeated": 0})
    assert post(server, [sale]) == (200, {"recorded": 0, "repeated": 1})
    assert post(server, [{**sale, "result": "cancellation"}])[0] == 409
    status, refused = post(server, [{**sale, "key": "o-2"}, {**sale, "key": "o-3", "suggestion": "x:7"}])
    assert (status, refused["error"]["code"]) == (404, "unknown_suggestion")
    assert "item 1: no suggestion 'x:7'" in refused["error"]["message"]
    assert post(server, [{**sale, "result": "theft"}])[0] == 400
    assert post(server, [{**sale, "colour": "red"}])[0] == 400
    assert post(server, [sale], "wrong")[0] == 401
    ledger = Ledger(place)
    [outcome] = ledger.past("cu-1")[0].offered[0].outcomes
    assert (outcome.outcome, outcome.result, outcome.by) == ("accepted", "sale", "crm")
    assert outcome.at.startswith("2026-11-20")
    ledger.close()


class Unreliable:
    """A ledger whose database comes and goes, as the recorder sees it."""

    def __init__(self) -> None:
        self.is_away = True
        self.refuses: type[Record] | None = None
        self.written: list[Record] = []

    def write(self, records: list[Record]) -> None:
        if self.is_away:
            raise AwayError("away")
        if self.refuses and any(isinstance(record, self.refuses) for record in records):
            raise LedgerError("no")
        self.written += records

    def contacts(self, customer: str, moment: str) -> tuple[()]:
        del customer, moment
        sleep(1.5)
        return ()

    def prune(self, keep: Keep) -> int:
        del keep
        return 0

    def close(self) -> None:
        pass


def recorder_of(ledger: Unreliable) -> Recorder:
    return Recorder(cast(Ledger, ledger), Keep())


async def play(board: Switchboard, recorder: Recorder) -> None:
    """A conversation with one suggestion, which the agent says was accepted."""
    session = await board.open(Opening("c", Channel.CHAT), "", stopwatch())
    for at in (1.0, 2.0):
        await session.receive(said(at))
    [made] = [one.data.id for one in session.so_far if isinstance(one.data, Suggestion)]
    await session.receive(OutcomeReported(made, OutcomeKind.ACCEPTED, OutcomeBy.AGENT, 3.0))
    await session.receive(End(4.0))
    await recorder.keep_late(session, OutcomeReported(made, OutcomeKind.DECLINED, OutcomeBy.AGENT, 9.0))


def test_when_the_database_is_away_calls_go_on_and_nothing_is_confirmed_until_it_is_back(
    shop: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.ledger.recorder._KEPT_WITHIN_S", 0.1)
    monkeypatch.setattr("adapters.ledger.recorder._AGAIN_AFTER_S", 0.01)

    async def scenario() -> None:
        ledger = Unreliable()
        recorder = recorder_of(ledger)
        board = Switchboard(shop, None)
        board.join(recorder)
        with pytest.raises(NotKeptError):
            await play(board, recorder)
        assert ledger.written == []
        ledger.is_away = False
        await recorder.kept()
        assert [type(record) for record in ledger.written] == [Begun, Made, Became, Made, Became]
        await recorder.close()
        await board.close()

    asyncio.run(scenario())


def test_what_the_ledger_refuses_is_not_confirmed_and_the_rest_is_written(shop: Desk) -> None:
    async def scenario() -> None:
        ledger = Unreliable()
        ledger.is_away, ledger.refuses = False, Became
        recorder = recorder_of(ledger)
        board = Switchboard(shop, None)
        board.join(recorder)
        with pytest.raises(NotKeptError, match="does not take this"):
            await play(board, recorder)
        assert [type(record) for record in ledger.written] == [Begun, Made, Made]
        await recorder.close()
        await board.close()

    asyncio.run(scenario())


def test_a_slow_history_delays_a_call_by_a_second_at_most(
    shop: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.ledger.recorder._RECALL_WITHIN_S", 0.05)

    async def scenario() -> None:
        ledger = Unreliable()
        ledger.is_away = False
        recorder = recorder_of(ledger)
        board = Switchboard(shop, None, [recorder.recall])
        began = monotonic()
        session = await board.open(Opening("c", Channel.CHAT, {"id": "cu-1"}), "", stopwatch())
        assert monotonic() - began < 1.0
        assert session.opening.contacts == ()
        await recorder.close()
        await board.close()

    asyncio.run(scenario())
