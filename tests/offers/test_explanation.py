"""Why an offer was not suggested: the stage at which it fell out, in words."""

from offers.decisions import OutcomeBy, OutcomeKind
from offers.events import OutcomeReported, QueueLoad, Switched
from offers.funnel import Fall, Stage
from offers.policy import GatePolicy, MatchingPolicy, Policy, SuggestionsPolicy
from tests.offers.corner_shop import HELPED, OPEN, UPSET, conversation, run, said


def test_an_offer_whose_need_was_not_heard_says_which() -> None:
    talk = conversation([HELPED])
    run(talk, [said(1)])
    assert talk.explain("card") == Fall(Stage.APPLICABILITY, "None of its needs was heard: gifts.")


def test_a_need_that_is_not_certain_enough_says_how_certain() -> None:
    talk = conversation([HELPED], Policy(matching=MatchingPolicy(minimum_need=0.95)))
    run(talk, [said(1)])
    why = "Its need, bags, is not certain enough: 0.90 of 0.95."
    assert talk.explain("tote") == Fall(Stage.APPLICABILITY, why)


def test_the_gate_tells_every_reason() -> None:
    talk = conversation([OPEN])
    run(talk, [said(1), Switched(on=False, at_s=2)])
    fall = talk.explain("tote")
    assert fall is not None
    assert fall.stage is Stage.GATE
    assert "not solved yet" in fall.why
    assert "supervisor" in fall.why


def test_of_two_that_do_not_go_together_the_second_names_the_first() -> None:
    talk = conversation([HELPED])
    run(talk, [said(1)])
    assert talk.explain("tote") is None
    why = "It does not go with tote, which comes first."
    assert talk.explain("trolley") == Fall(Stage.ARBITRATION, why)


def test_what_was_accepted_does_not_come_again() -> None:
    talk = conversation([HELPED])
    run(talk, [said(1), OutcomeReported("c-1:1", OutcomeKind.ACCEPTED, OutcomeBy.AGENT, 2)])
    fall = talk.explain("tote")
    assert fall is not None
    assert fall.stage is Stage.SCREEN


def test_a_conversation_that_had_its_suggestions_says_so() -> None:
    talk = conversation([HELPED], Policy(suggestions=SuggestionsPolicy(per_conversation=0)))
    run(talk, [said(1)])
    fall = talk.explain("tote")
    assert fall is not None
    assert fall.stage is Stage.SCREEN


def test_a_customer_who_is_not_content_is_told_of_at_the_gate() -> None:
    talk = conversation([UPSET])
    run(talk, [said(1)])
    assert talk.explain("tote") == Fall(Stage.GATE, "The customer is not content.")


def test_a_crowded_queue_holds_sales_until_it_is_shorter() -> None:
    talk = conversation([HELPED], Policy(gate=GatePolicy(most_waiting=3)))
    run(talk, [said(1), QueueLoad(4, 2)])
    assert talk.explain("tote") == Fall(Stage.GATE, "Too many customers are waiting.")
    run(talk, [QueueLoad(3, 3)])
    assert talk.explain("tote") is None


def test_a_long_conversation_holds_sales_from_the_second_on_that_the_policy_says() -> None:
    talk = conversation([HELPED], Policy(gate=GatePolicy(handling_s=60)))
    run(talk, [said(1)])
    assert talk.explain("tote") is None
    assert talk.deadline == 60
    run(talk, [said(61)])
    assert talk.explain("tote") == Fall(Stage.GATE, "The conversation has run long already.")
