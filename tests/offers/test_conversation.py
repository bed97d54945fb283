"""The core of a conversation, step by step."""

from adapters.wire import encode
from listener.events import Speaker, Tick, Utterance
from nlu.understanding import (
    Resolution,
    ResolutionState,
    Understanding,
)
from offers.decisions import (
    Ended,
    GateState,
    Notice,
    NoticeId,
    Outcome,
    OutcomeBy,
    OutcomeKind,
    Scope,
    Started,
    Suggestion,
    Withdrawn,
)
from offers.events import Behind, End, Noticed, OutcomeReported
from offers.policy import Policy
from tests.offers.corner_shop import BAGS, HELPED, OPEN, QUOTE, conversation, run, said, told


def test_the_offer_comes_in_the_event_that_opens_the_gate() -> None:
    decisions = run(conversation([OPEN, HELPED]), [said(1), said(2)])
    made = [decision for decision in decisions if isinstance(decision.data, Suggestion)]
    assert [(decision.turn, decision.at) for decision in made] == [(1, 2.0)]
    suggestion = told(Suggestion, decisions)[0]
    assert (suggestion.offer, suggestion.rank, suggestion.need) == ("tote", 1, "bags")
    assert suggestion.evidence == QUOTE
    assert suggestion.talk.primer == ("How far do you carry it?",)
    assert suggestion.talk.decline == "No problem."


def test_what_a_suggestion_was_chosen_from_is_told_beside_it_and_not_in_the_stream() -> None:
    decisions = run(conversation([OPEN, HELPED]), [said(1), said(2)])
    [made] = [decision for decision in decisions if isinstance(decision.data, Suggestion)]
    assert [one.offer for one in made.considered] == ["tote", "trolley"]
    chosen = made.considered[0]
    assert (chosen.group, chosen.need, chosen.score) == (
        "cross_sell",
        "bags",
        told(Suggestion, decisions)[0].score,
    )
    assert all(0 < one.score.propensity < 1 for one in made.considered)
    assert b"considered" not in encode(made)
    assert b"trolley" not in encode(made)


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


def test_tracks_that_cannot_be_told_apart_hold_everything_until_they_can() -> None:
    same, apart = (Noticed(NoticeId.SAME_SOUND, active, 2.0 + active) for active in (True, False))
    decisions = run(conversation([HELPED]), [same, same, said(3), apart])
    assert [(one.id, one.active) for one in told(Notice, decisions)] == [
        ("same_sound", True),
        ("same_sound", False),
    ]
    gates = [[hold.id for hold in gate.reasons] for gate in told(GateState, decisions)]
    assert gates == [["unresolved"], ["unresolved", "tracks"], ["tracks"], []]
    assert [one.data for one in decisions][-1] == told(Suggestion, decisions)[0]


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
