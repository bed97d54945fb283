"""The promise, on what ships: help first, and no sale to whom none may be offered."""

import json
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.conversations import RecordedConversation, read_conversations
from adapters.loading import load_desk
from adapters.recorded.recordings import two_channels
from adapters.recorded.replay import decide, of_conversation, of_recording
from adapters.weights import load_ears
from listener.events import Speaker, Utterance
from offers.conversation import Desk
from offers.decisions import Decision, GateState, Scope, Suggestion

SEEDS = Path(__file__).parents[2] / "seeds"
VERTICALS = ("telecom", "banking")
DAY = date(2026, 11, 22)


@cache
def desk(vertical: str) -> Desk:
    return load_desk(SEEDS / vertical / "catalog.yaml", SEEDS / "policy.yaml")


@cache
def conversations(vertical: str) -> list[RecordedConversation]:
    path = SEEDS / vertical / "conversations.jsonl"
    return read_conversations(path.read_text(encoding="utf-8"), str(path))


@cache
def streams(vertical: str) -> dict[str, list[Decision]]:
    return {each.id: decided(each, vertical) for each in conversations(vertical)}


def decided(conversation: RecordedConversation, vertical: str) -> list[Decision]:
    return list(decide(of_conversation(conversation, DAY), desk(vertical)))


def labels(vertical: str) -> dict[str, dict[str, Any]]:
    lines = (SEEDS / vertical / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    return {each["id"]: each["labels"] for each in map(json.loads, lines)}


def sales(stream: list[Decision]) -> list[Decision]:
    return [each for each in stream if isinstance(each.data, Suggestion) and each.data.kind.is_sale]


@pytest.mark.parametrize("vertical", VERTICALS)
def test_nothing_is_sold_where_the_request_is_unresolved_or_the_customer_unhappy_vulnerable_or_unwilling(
    vertical: str,
) -> None:
    answers = labels(vertical)
    forbidden = {name for name, label in answers.items() if label["offer_ok_from"] is None}
    assert len(forbidden) >= 4
    for name in forbidden:
        assert sales(streams(vertical)[name]) == [], name


def openings(stream: list[Decision]) -> set[int | None]:
    """The turns at which the gate let more through than before."""
    gates = [
        (decision.turn, decision.data.scope) for decision in stream if isinstance(decision.data, GateState)
    ]
    reach = [Scope.NONE, Scope.SERVICE, Scope.ALL]
    return {turn for (_, before), (turn, now) in pairwise(gates) if reach.index(now) > reach.index(before)}


@pytest.mark.parametrize("vertical", VERTICALS)
def test_no_single_utterance_that_was_hard_to_hear_opens_the_gate(vertical: str) -> None:
    """0.45 is the least with which the recogniser passes words on."""
    opened = 0
    for each in conversations(vertical):
        for turn in openings(streams(vertical)[each.id]) - {None}:
            assert turn is not None
            unsure = replace(each.turns[turn], confidence=0.45)
            turns = (*each.turns[:turn], unsure, *each.turns[turn + 1 :])
            assert turn not in openings(decided(replace(each, turns=turns), vertical)), (each.id, turn)
            opened += 1
    assert opened >= 3


@pytest.mark.parametrize("vertical", VERTICALS)
def test_where_something_may_be_sold_it_is_found_in_some_conversations(vertical: str) -> None:
    answers = labels(vertical)
    found = [name for name, stream in streams(vertical).items() if sales(stream)]
    assert found
    assert all(answers[name]["offer_ok_from"] is not None for name in found)


@pytest.mark.parametrize("vertical", VERTICALS)
def test_every_quote_is_verbatim_and_was_said_before(vertical: str) -> None:
    path = SEEDS / vertical / "conversations.jsonl"
    texts = {each["id"]: each["turns"] for each in map(json.loads, path.read_text("utf-8").splitlines())}
    for name, stream in streams(vertical).items():
        for decision in stream:
            if isinstance(decision.data, Suggestion):
                for quote in decision.data.evidence:
                    assert decision.turn is None or quote.turn <= decision.turn
                    assert texts[name][quote.turn]["text"][quote.start : quote.end] == quote.text


def test_in_the_call_that_make_run_plays_the_offer_comes_once_the_customer_has_agreed() -> None:
    telecom = SEEDS / "telecom"
    call = two_channels(telecom / "calls" / "payment-date.flac", (Speaker.CUSTOMER, Speaker.AGENT))
    desk = load_desk(telecom / "catalog.yaml", SEEDS / "policy.yaml")
    stream = list(decide(of_recording(call, load_ears(), DAY), desk))
    heard = [each.data for each in stream if isinstance(each.data, Utterance)]
    done = next(each for each in heard if "changed your payment date" in each.text)
    agreed = next(each for each in heard if each.start_s > done.end_s and each.speaker is Speaker.CUSTOMER)
    offered = [each for each in stream if isinstance(each.data, Suggestion)]
    assert offered
    assert min(each.at for each in offered) >= agreed.end_s
    assert stream[-1].at - offered[0].at > 10
