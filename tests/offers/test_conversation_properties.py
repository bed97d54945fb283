"""The core of a conversation: whatever happens, and in whatever order, these hold."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Partial, Speaker, Tick, Utterance
from nlu.understanding import (
    Flag,
    FlagId,
    Resolution,
    ResolutionState,
    Sentiment,
    Understanding,
)
from offers.decisions import (
    Decision,
    Ended,
    GateState,
    Outcome,
    OutcomeBy,
    OutcomeKind,
    Suggestion,
    Withdrawn,
)
from offers.events import Behind, End, Event, OutcomeReported, QueueLoad, Switched
from offers.policy import Policy
from tests.offers.corner_shop import BAGS, CATALOG, GIFTS, HELPED, conversation, run, said, told

times = st.floats(0, 500, allow_nan=False)
shares = st.floats(0, 1)
beliefs = st.builds(
    Understanding,
    resolution=st.builds(Resolution, st.sampled_from(ResolutionState), shares),
    sentiment=st.builds(Sentiment, mood=st.floats(-1, 1)),
    needs=st.sampled_from([(), (BAGS,), (GIFTS,), (BAGS, GIFTS)]),
    flags=st.lists(st.builds(Flag, st.sampled_from(FlagId), shares), max_size=1).map(tuple),
) | st.just(HELPED)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(said, times),
    st.builds(said, times, st.text(max_size=20), st.sampled_from(Speaker)),
    st.builds(Tick, times),
    st.builds(Partial, st.sampled_from(Speaker), st.text(max_size=9), times),
    st.builds(Behind, st.floats(0, 20), times),
    st.builds(Switched, st.booleans(), times),
    st.builds(QueueLoad, st.integers(0, 9), times),
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


@settings(max_examples=150, deadline=None)
@given(stories)
def test_every_offer_is_on_the_screen_or_its_fall_is_explained(
    story: tuple[list[Understanding], list[Event]],
) -> None:
    talk = conversation(story[0])
    decisions = run(talk, story[1])
    *_, (_, _, cards) = fold(decisions)
    shown = {card.offer for card in cards.values()}
    for offer in CATALOG.offers:
        fall = talk.explain(offer)
        assert (fall is None) == (offer in shown)
        assert fall is None or fall.why
