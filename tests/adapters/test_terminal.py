"""The decision stream as a person reads it."""

from io import StringIO

from rich.console import Console

from adapters.terminal import Terminal
from listener.events import Partial, Speaker, Utterance
from nlu.understanding import Evidence
from offers.decisions import (
    Decision,
    Fact,
    GateState,
    Hold,
    Holds,
    Lagging,
    OfferKind,
    Outcome,
    OutcomeBy,
    OutcomeKind,
    Scope,
    WhyWithdrawn,
    Withdrawn,
)
from tests.adapters.samples import family_data


def printed(*facts: Fact) -> str:
    out = StringIO()
    terminal = Terminal(Console(file=out, width=200, highlight=False))
    for fact in facts:
        terminal.print(Decision(1, "c", 93.4, 18, fact))
    return out.getvalue()


def test_a_suggestion_says_what_why_and_how() -> None:
    suggestion = family_data(OfferKind.CROSS_SELL, Evidence(7, 0, 18, "it always slows [b]down"))
    text = printed(suggestion)
    first = " ".join(text.splitlines()[0].split())
    assert first == "1:33.4 SUGGEST 1. Family Data 60 GB (cross-sell, 15.00 USD per month)"
    for part in (
        "“it always slows [b]down”",
        "Since",
        "the plan",
        "How often?",
        "too expensive: It is less.",
        "Fine.",
    ):
        assert part in text


def test_a_gate_says_why_it_is_held() -> None:
    held = GateState("held", Scope.NONE, (Hold("unresolved", Holds.ALL, "The request is not solved yet."),))
    assert "held. The request is not solved yet." in printed(held)
    assert "open" in printed(GateState("open", Scope.ALL, ()))


def test_what_a_customer_writes_cannot_move_the_cursor() -> None:
    said = printed(Utterance(Speaker.CUSTOMER, "hi\r\n\x1b[31mred\x07\u202e", 0.0, 1.0))
    assert said.count("\n") == 1
    assert not any(control in said for control in "\r\x1b\x07\u202e")


def test_words_that_may_still_change_are_not_printed() -> None:
    assert printed(Partial(Speaker.AGENT, "hel", 1.0)) == ""


def test_everything_else_has_a_line_of_its_own() -> None:
    text = printed(
        Withdrawn("s-1", WhyWithdrawn("need_gone", "The customer no longer needs it.")),
        Outcome("s-1", OutcomeKind.ACCEPTED, OutcomeBy.AGENT),
        Lagging(6.25),
    )
    assert "no longer needs it" in text
    assert "accepted, says the agent" in text
    assert "6.2 s behind" in text
    assert text.count("\n") == 3
