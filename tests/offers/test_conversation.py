"""The core of a conversation: whatever happens, and in whatever order, these hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from listener.events import Channel, Partial, Speaker, Tick, Turn, Utterance
from nlu.pipeline import Mind, Understander
from nlu.understanding import (
    Evidence,
    Flag,
    FlagId,
    Need,
    NeedKind,
    Resolution,
    ResolutionState,
    Sentiment,
    Understanding,
)
from offers.catalog import load_catalog
from offers.conversation import Behind, Conversation, Desk, End, Event, Opening, OutcomeReported
from offers.decisions import (
    Decision,
    Ended,
    GateState,
    Outcome,
    OutcomeBy,
    OutcomeKind,
    Scope,
    Started,
    Suggestion,
    Withdrawn,
)
from offers.matching import Matcher
from offers.policy import Policy

CATALOG = load_catalog(
    """
catalog: corner-shop
version: "2026-11-01"
currency: USD
vertical: retail
reasons:
  - {id: order, title: An order, examples: [where is my order, my order is late, order status]}
needs:
  - {id: bags, title: Bags, stated: [i need a bag], unstated: [my hands are full],
     primer: [How far do you carry it?]}
  - {id: gifts, title: Gifts, stated: [i need a gift], unstated: [it is her birthday]}
offers:
  - {id: tote, title: Tote bag, kind: cross_sell, needs: [bags], price: {amount: 5, per: once},
     value: 2, excludes: [trolley],
     talk: {bridge: As your hands are full, pitch: a tote would help., decline: No problem.}}
  - {id: trolley, title: Trolley, kind: upsell, needs: [bags], price: {amount: 40, per: once},
     value: 9}
  - {id: wrap, title: Gift wrap, kind: goodwill, needs: [gifts]}
  - {id: card, title: Greeting card, kind: cross_sell, needs: [gifts], price: {amount: 3, per: once},
     value: 1}
""",
    "corner-shop.yaml",
)


class Constant:
    """An embedder to which all texts are alike: these tests are not about meaning."""

    name = "constant"
    sha256 = "0"
    dim = 4

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), self.dim), 0.5, np.float32)


@dataclass(frozen=True)
class Scripted:
    """Believes what the test says, turn by turn: the core is tested apart from understanding."""

    beliefs: tuple[Understanding, ...]

    @property
    def models(self) -> dict[str, str]:
        return {}

    def begin(self, customer: Mapping[str, object], context: Mapping[str, object]) -> Mind:
        del customer, context
        return cast(Mind, Remembered(Understanding()))

    def read(self, mind: Mind, turn: Turn) -> Mind:
        del mind
        return cast(Mind, Remembered(self.beliefs[turn.index % len(self.beliefs)]))


@dataclass(frozen=True)
class Remembered:
    understanding: Understanding


Said = TypeVar("Said")


def conversation(beliefs: Iterable[Understanding], policy: Policy | None = None) -> Conversation:
    desk = Desk(
        catalog=CATALOG,
        policy=policy or Policy(),
        understander=cast(Understander, Scripted(tuple(beliefs))),
        matcher=Matcher(CATALOG, Constant()),
    )
    return Conversation(Opening("c-1", Channel.CHAT, {"id": "cu-1", "products": []}), desk)


def said(at_s: float, text: str = "my hands are full", speaker: Speaker = Speaker.CUSTOMER) -> Utterance:
    return Utterance(speaker, text, at_s, at_s)


def run(talk: Conversation, events: Iterable[Event]) -> list[Decision]:
    return talk.begin() + [decision for event in events for decision in talk.receive(event)]


def told(kind: type[Said], decisions: Iterable[Decision]) -> list[Said]:
    return [decision.data for decision in decisions if isinstance(decision.data, kind)]


QUOTE = (Evidence(0, 0, 17, "my hands are full"),)
BAGS = Need("bags", NeedKind.UNSTATED, 0.9, QUOTE)
GIFTS = Need("gifts", NeedKind.STATED, 0.9, QUOTE)
OPEN = Understanding(resolution=Resolution(ResolutionState.OPEN, 0.9), needs=(BAGS,))
HELPED = Understanding(resolution=Resolution(ResolutionState.CONFIRMED, 0.9), needs=(BAGS,))
UPSET = Understanding(
    resolution=Resolution(ResolutionState.CONFIRMED, 0.9), sentiment=Sentiment(-0.4), needs=(BAGS,)
)


def test_the_offer_comes_in_the_event_that_opens_the_gate() -> None:
    decisions = run(conversation([OPEN, HELPED]), [said(1), said(2)])
    made = [decision for decision in decisions if isinstance(decision.data, Suggestion)]
    assert [(decision.turn, decision.at) for decision in made] == [(1, 2.0)]
    suggestion = told(Suggestion, decisions)[0]
    assert (suggestion.offer, suggestion.rank, suggestion.need) == ("tote", 1, "bags")
    assert suggestion.evidence == QUOTE
    assert suggestion.talk.primer == ("How far do you carry it?",)
    assert suggestion.talk.decline == "No problem."


def test_the_stream_begins_with_started_and_a_held_gate() -> None:
    first, second = conversation([OPEN]).begin()
    assert isinstance(first.data, Started)
    assert (first.seq, first.at, first.turn) == (1, 0.0, None)
    assert isinstance(second.data, GateState)
    assert (second.data.state, [hold.id for hold in second.data.reasons]) == ("held", ["unresolved"])


def test_a_new_request_takes_the_card_back_and_says_why() -> None:
    reopened = Understanding(resolution=Resolution(ResolutionState.REOPENED, 0.9), needs=(BAGS,))
    decisions = run(conversation([HELPED, reopened]), [said(1), said(2)])
    assert [w.reason.id for w in told(Withdrawn, decisions)] == ["reopened"]


def test_a_card_whose_need_was_contradicted_is_taken_back() -> None:
    without = Understanding(resolution=HELPED.resolution)
    decisions = run(conversation([HELPED, without]), [said(1), said(2)])
    assert [w.reason.id for w in told(Withdrawn, decisions)] == ["need_gone"]


def test_an_offer_taken_back_by_the_gate_may_come_again() -> None:
    decisions = run(conversation([HELPED, OPEN, HELPED]), [said(1), said(2), said(3)])
    suggestions = told(Suggestion, decisions)
    assert [s.offer for s in suggestions] == ["tote", "tote"]
    assert len({s.id for s in suggestions}) == 2


def test_a_declined_offer_does_not_come_again_and_sales_pause() -> None:
    talk = conversation([HELPED])
    first = told(Suggestion, run(talk, [said(1)]))[0]
    after = talk.receive(OutcomeReported(first.id, OutcomeKind.DECLINED, OutcomeBy.AGENT, 2.0))
    assert [type(decision.data) for decision in after] == [Outcome, GateState]
    assert told(GateState, after)[0].scope is Scope.SERVICE
    cooled = 2.0 + Policy().gate.cooldown_s
    assert talk.deadline == cooled
    later = talk.receive(Tick(cooled))
    assert told(GateState, later)[0].scope is Scope.ALL
    assert [s.offer for s in told(Suggestion, later)] == ["trolley"]


def test_a_card_that_nobody_takes_up_expires_at_its_own_time() -> None:
    talk = conversation([HELPED])
    run(talk, [said(1)])
    expiry = 1.0 + Policy().suggestions.expire_s
    decisions = talk.receive(said(expiry + 50))
    withdrawn = [decision for decision in decisions if isinstance(decision.data, Withdrawn)]
    assert [(decision.at, decision.turn) for decision in withdrawn] == [(expiry, None)]


def test_nothing_is_decided_because_the_conversation_ends() -> None:
    talk = conversation([HELPED])
    run(talk, [said(1)])
    (last,) = talk.receive(End(10_000.0))
    assert last.data == Ended(turns=1, suggestions=1)
    assert talk.deadline is None
    assert talk.receive(said(10_001.0)) == []


def test_lag_closes_the_gate_and_catching_up_opens_it() -> None:
    talk = conversation([HELPED])
    run(talk, [said(1)])
    behind = talk.receive(Behind(30.0, 2.0))
    assert told(GateState, behind)[0].scope is Scope.NONE
    assert len(told(Withdrawn, behind)) == 1
    caught_up = talk.receive(Behind(0.0, 3.0))
    assert len(told(Suggestion, caught_up)) == 1


def test_an_outcome_of_a_suggestion_that_was_never_made_is_not_told() -> None:
    report = OutcomeReported("c-1:9", OutcomeKind.ACCEPTED, OutcomeBy.CRM, 2.0)
    assert conversation([HELPED]).receive(report) == []


def test_words_that_were_hard_to_hear_do_not_open_the_gate() -> None:
    mumbled = Resolution(ResolutionState.CONFIRMED, 0.9, QUOTE)
    belief = Understanding(resolution=mumbled, needs=(BAGS,))
    decisions = run(conversation([belief]), [Utterance(Speaker.CUSTOMER, "thanks", 1, 2, confidence=0.2)])
    assert told(Suggestion, decisions) == []
    assert [hold.id for hold in told(GateState, decisions)[-1].reasons] == ["misheard"]


# Whatever happens, in whatever order.

times = st.floats(0, 500, allow_nan=False)
shares = st.floats(0, 1)
beliefs = st.builds(
    Understanding,
    resolution=st.builds(Resolution, st.sampled_from(ResolutionState), shares),
    sentiment=st.builds(Sentiment, value=st.floats(-1, 1)),
    needs=st.sampled_from([(), (BAGS,), (GIFTS,), (BAGS, GIFTS)]),
    flags=st.lists(st.builds(Flag, st.sampled_from(FlagId), shares), max_size=1).map(tuple),
) | st.just(HELPED)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(said, times),
    st.builds(said, times, st.text(max_size=20), st.sampled_from(Speaker)),
    st.builds(Tick, times),
    st.builds(Partial, st.sampled_from(Speaker), st.text(max_size=9), times),
    st.builds(Behind, st.floats(0, 20), times),
    st.builds(
        OutcomeReported,
        st.integers(1, 8).map("c-1:{}".format),
        st.sampled_from(OutcomeKind),
        st.sampled_from(OutcomeBy),
        times,
    ),
)
stories = st.tuples(st.lists(beliefs, min_size=1, max_size=12), st.lists(events, max_size=30))


def fold(decisions: Iterable[Decision]) -> Iterable[tuple[Decision, GateState | None, dict[str, Suggestion]]]:
    """Yield each decision with the gate and the cards as they stand after it."""
    gate: GateState | None = None
    cards: dict[str, Suggestion] = {}
    for decision in decisions:
        match decision.data:
            case GateState():
                gate = decision.data
            case Suggestion():
                cards[decision.data.id] = decision.data
            case Withdrawn():
                cards.pop(decision.data.suggestion)
            case Outcome() if decision.data.outcome not in (OutcomeKind.SHOWN, OutcomeKind.VOICED):
                cards.pop(decision.data.suggestion, None)
            case _:
                pass
        yield decision, gate, dict(cards)


@given(stories)
@settings(max_examples=300)
def test_a_held_gate_never_yields_a_suggestion_nor_a_sale_outside_its_scope(
    story: tuple[list[Understanding], list[Event]],
) -> None:
    for decision, gate, cards in fold(run(conversation(story[0]), story[1])):
        if isinstance(decision.data, Suggestion):
            assert gate is not None
            assert gate.scope.lets(decision.data.kind)
        if isinstance(decision.data, GateState):
            assert all(decision.data.scope.lets(card.kind) for card in cards.values())


@given(stories, st.integers(1, 3), st.integers(0, 4))
@settings(max_examples=200)
def test_there_are_never_more_cards_than_the_policy_says_nor_two_that_clash(
    story: tuple[list[Understanding], list[Event]], at_once: int, in_all: int
) -> None:
    policy = Policy.model_validate({"suggestions": {"at_once": at_once, "per_conversation": in_all}})
    decisions = run(conversation(story[0], policy), story[1])
    assert len(told(Suggestion, decisions)) <= in_all
    for _, _, cards in fold(decisions):
        assert len(cards) <= at_once
        shown = [card.offer for card in cards.values()]
        assert len(shown) == len(set(shown))
        assert not {"tote", "trolley"} <= set(shown)


@given(stories)
@settings(max_examples=200)
def test_the_stream_is_numbered_and_time_never_goes_back(
    story: tuple[list[Understanding], list[Event]],
) -> None:
    decisions = run(conversation(story[0]), [*story[1], End(0.0)])
    assert [decision.seq for decision in decisions] == list(range(1, len(decisions) + 1))
    moments = [decision.at for decision in decisions]
    assert moments == sorted(moments)
    assert isinstance(decisions[-1].data, Ended)


@given(stories)
@settings(max_examples=100)
def test_the_same_events_give_the_same_stream(story: tuple[list[Understanding], list[Event]]) -> None:
    assert run(conversation(story[0]), story[1]) == run(conversation(story[0]), story[1])


@given(stories)
@settings(max_examples=100)
def test_ticks_change_when_we_hear_of_a_deadline_but_not_what_is_decided(
    story: tuple[list[Understanding], list[Event]],
) -> None:
    spoken = sorted(
        (event for event in story[1] if isinstance(event, Utterance)), key=lambda event: event.end_s
    )
    quiet, ticking = conversation(story[0]), conversation(story[0])
    with_ticks: list[Decision] = ticking.begin()
    for event in spoken:
        while (due := ticking.deadline) is not None and due <= event.end_s:
            with_ticks += ticking.receive(Tick(due))
        with_ticks += ticking.receive(event)
    assert with_ticks == run(quiet, spoken)
