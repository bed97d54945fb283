"""What is heard of offers: voiced by the agent, answered by the customer."""

from dataclasses import replace

import pytest

from listener.events import Speaker
from offers.decisions import Decision, Outcome, OutcomeBy, OutcomeKind, Suggestion, Unsuggested
from offers.events import OutcomeReported
from tests.offers.corner_shop import HELPED, OPEN, conversation, run, said, told

PITCH = "we also have a lovely tote bag for 5 dollars would you like it"


def heard(decisions: list[Decision]) -> list[OutcomeKind]:
    return [o.outcome for o in told(Outcome, decisions) if o.by is OutcomeBy.TRANSCRIPT]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("yes please", OutcomeKind.ACCEPTED),
        ("no thank you", OutcomeKind.DECLINED),
        ("let me think about it", OutcomeKind.POSTPONED),
    ],
)
def test_what_is_voiced_and_answered_becomes_the_suggestion_s_outcome(
    answer: str, outcome: OutcomeKind
) -> None:
    decisions = run(conversation([HELPED]), [said(1), said(2, PITCH, Speaker.AGENT), said(3, answer)])
    assert heard(decisions) == [OutcomeKind.VOICED, outcome]
    first = told(Suggestion, decisions)[0]
    assert {o.suggestion for o in told(Outcome, decisions)} == {first.id}


@pytest.mark.parametrize(
    "answer", ["okay", "hm", "my hands are full", "yes but what does it cost", "oh right"]
)
def test_an_answer_that_is_not_certain_is_none(answer: str) -> None:
    decisions = run(conversation([HELPED]), [said(1), said(2, PITCH, Speaker.AGENT), said(3, answer)])
    assert heard(decisions) == [OutcomeKind.VOICED]


def test_a_no_to_anything_else_declines_nothing() -> None:
    asked = f"{PITCH} or is there anything else"
    decisions = run(conversation([HELPED]), [said(1), said(2, asked, Speaker.AGENT), said(3, "no thanks")])
    assert OutcomeKind.DECLINED not in heard(decisions)


def test_a_refusal_that_is_heard_pauses_sales_like_a_click() -> None:
    talk = conversation([HELPED])
    run(talk, [said(1), said(2, PITCH, Speaker.AGENT)])
    after = talk.receive(said(3, "no thank you"))
    assert told(Suggestion, after) == []
    assert talk.deadline is not None


def test_what_the_agent_told_is_not_contradicted() -> None:
    talk = conversation([HELPED])
    made = told(Suggestion, run(talk, [said(1), said(2, PITCH, Speaker.AGENT)]))[0]
    talk.receive(OutcomeReported(made.id, OutcomeKind.ACCEPTED, OutcomeBy.AGENT, 2.5))
    assert heard(talk.receive(said(3, "no thank you"))) == []


def test_an_offer_nobody_suggested_is_told_beside_the_stream() -> None:
    talk = conversation([OPEN])
    decisions = run(talk, [said(1), said(2, PITCH, Speaker.AGENT), said(3, "no thank you")])
    assert told(Outcome, decisions) == []
    beside = [d.unsuggested for d in decisions if d.unsuggested is not None]
    assert [(u.offer, u.outcome) for u in beside if isinstance(u, Unsuggested)] == [
        ("tote", OutcomeKind.VOICED),
        ("tote", OutcomeKind.DECLINED),
    ]


def test_words_that_were_heard_badly_voice_nothing() -> None:
    mumbled = replace(said(2, PITCH, Speaker.AGENT), confidence=0.4)
    assert heard(run(conversation([HELPED]), [said(1), mumbled, said(3, "yes please")])) == []
