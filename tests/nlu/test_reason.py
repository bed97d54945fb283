"""Why the customer got in touch."""

from dataclasses import replace

import pytest

from listener.events import Speaker, Turn, Utterance
from nlu.business import Business, ReasonExamples
from nlu.embedder import Embedder
from nlu.reader import Reader
from nlu.reason import ReasonReader, ReasonState
from nlu.understanding import Reason

_BUSINESS = Business(
    reasons=(
        ReasonExamples(
            "bill",
            "Bill is higher than expected",
            (
                "why is my bill so high",
                "you charged me twice",
                "my bill went up this month",
                "there is a charge i don't recognize",
                "i was billed too much",
            ),
        ),
        ReasonExamples(
            "move",
            "Moving house",
            (
                "i'm moving to a new address",
                "can i take my line to the new house",
                "we are relocating next month",
                "i need service at my new place",
                "change of address",
            ),
        ),
        ReasonExamples(
            "outage",
            "Internet does not work",
            (
                "my internet is down",
                "there is no connection",
                "the router has a red light",
                "wifi keeps dropping out",
                "i can't get online",
            ),
        ),
    ),
    needs=(),
)
_FEW = Business(tuple(replace(each, examples=each.examples[:3]) for each in _BUSINESS.reasons), ())


@pytest.fixture(scope="module", params=[_BUSINESS, _FEW], ids=["logistic", "prototypes"])
def reasons(request: pytest.FixtureRequest, embedder: Embedder) -> ReasonReader:
    return ReasonReader(request.param, embedder)


def _hear(
    reasons: ReasonReader, reader: Reader, *said: str, context: dict[str, object] | None = None
) -> list[Reason | None]:
    """Belief after each turn; a leading ``A:`` marks the agent's."""
    state: ReasonState = reasons.begin(context or {})
    beliefs: list[Reason | None] = []
    for index, text in enumerate(said):
        speaker = Speaker.AGENT if text.startswith("A:") else Speaker.CUSTOMER
        turn = Turn(index, Utterance(speaker, text.removeprefix("A:"), float(index), float(index)))
        state = reasons.read(state, reader.read(turn))
        beliefs.append(state.belief)
    return beliefs


def _id(belief: Reason | None) -> str | None:
    return belief.id if belief else None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("my last bill was twice what i normally pay", "bill"),
        ("we're moving house on friday and want to keep our internet", "move"),
        ("the wifi has been dead since this morning", "outage"),
    ],
)
def test_the_reason_is_told_from_words_that_no_example_holds(
    reasons: ReasonReader, reader: Reader, said: str, reason: str
) -> None:
    assert _id(_hear(reasons, reader, said)[-1]) == reason


def test_greetings_names_and_numbers_give_no_reason(reasons: ReasonReader, reader: Reader) -> None:
    said = ("hello", "my name is john smith", "it's 4111 1111 1111 1111", "yes please", "thanks bye")
    assert _hear(reasons, reader, *said) == [None] * len(said)


def test_a_matter_of_another_business_gives_no_sure_reason(reasons: ReasonReader, reader: Reader) -> None:
    belief = _hear(reasons, reader, "my dog needs a vaccination before the kennel takes him")[-1]
    assert belief is None or belief.confidence < 0.5


def test_small_talk_after_the_request_does_not_move_the_belief(reasons: ReasonReader, reader: Reader) -> None:
    beliefs = _hear(reasons, reader, "my bill went up again", "yes please", "my name is john smith", "okay")
    assert beliefs[1:] == [beliefs[0]] * 3


def test_the_same_said_again_makes_the_belief_surer(reasons: ReasonReader, reader: Reader) -> None:
    first, second = _hear(reasons, reader, "it's about my bill", "i was charged two times for the same thing")
    assert first and second
    assert second.confidence > first.confidence


def test_a_request_after_the_agent_offered_more_may_become_the_reason(
    reasons: ReasonReader, reader: Reader
) -> None:
    beliefs = _hear(
        reasons,
        reader,
        "it's about my bill",
        "A:is there anything else i can help you with today",
        "yes my internet is down and the router shows a red light",
        "i can't get online at all",
    )
    assert _id(beliefs[0]) == "bill"
    assert _id(beliefs[-1]) == "outage"
    assert beliefs[-1]
    assert "bill" in [each.id for each in beliefs[-1].alternatives]


def test_an_agents_greeting_gives_no_reason(reasons: ReasonReader, reader: Reader) -> None:
    assert _hear(reasons, reader, "A:is it about a bill or is your internet down") == [None]


@pytest.mark.parametrize("hint", ["outage", "internet does not work", "Internet does not work"])
def test_the_telephone_menus_choice_is_believed_until_the_customer_says_otherwise(
    reasons: ReasonReader, reader: Reader, hint: str
) -> None:
    context: dict[str, object] = {"ivr_reason": hint}
    assert _id(reasons.begin(context).belief) == "outage"
    beliefs = _hear(reasons, reader, "i was charged twice on my bill", "my bill is too high", context=context)
    assert _id(beliefs[-1]) == "bill"


@pytest.mark.parametrize("hint", ["", "   ", "zzzz", 7, None, ["bill"], "hello"])
def test_a_hint_that_names_nothing_is_passed_over(reasons: ReasonReader, hint: object) -> None:
    belief = reasons.begin({"ivr_reason": hint}).belief
    assert belief is None or belief.confidence < 0.5


def test_confidences_are_probabilities_and_the_belief_the_likeliest(
    reasons: ReasonReader, reader: Reader
) -> None:
    for belief in _hear(reasons, reader, "my bill", "moving house", "no internet", "bill for the new house"):
        assert belief
        parts = [belief.confidence, *(each.confidence for each in belief.alternatives)]
        assert parts == sorted(parts, reverse=True)
        assert sum(parts) <= 1.0 + 1e-9
        assert min(parts) >= 0.0


def test_a_long_conversation_carries_no_more_than_a_short_one(reasons: ReasonReader, reader: Reader) -> None:
    state = reasons.begin({})
    size = state.evidence.nbytes
    for index in range(300):
        turn = Turn(index, Utterance(Speaker.CUSTOMER, "my bill went up", float(index), float(index)))
        state = reasons.read(state, reader.read(turn))
    assert state.evidence.nbytes == size


@pytest.mark.parametrize("count", [0, 1])
def test_a_business_with_hardly_any_reasons_is_understood_too(
    embedder: Embedder, reader: Reader, count: int
) -> None:
    reasons = ReasonReader(Business(_BUSINESS.reasons[:count], ()), embedder)
    beliefs = _hear(reasons, reader, "my bill is too high", "hello")
    assert _id(beliefs[0]) == (None if count == 0 else "bill")
