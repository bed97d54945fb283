"""All readers together, turn by turn."""

from dataclasses import fields, is_dataclass
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.business import Business, NeedExamples, ReasonExamples
from nlu.pipeline import Models, Understander
from nlu.redaction import mask
from nlu.understanding import Evidence, ResolutionState, Understanding

_BUSINESS = Business(
    reasons=(
        ReasonExamples(
            "bill", "Bill too high", ("why is my bill so high", "you charged me twice", "my bill went up")
        ),
        ReasonExamples("outage", "No internet", ("my internet is down", "the wifi is gone", "no connection")),
    ),
    needs=(
        NeedExamples(
            "more_data",
            "Runs out of data",
            ("i need more data", "can i get a bigger data allowance", "do you have more gigabytes"),
            ("it always slows down near the end of the month", "the kids stream all day", "i ran out again"),
        ),
        NeedExamples(
            "travel",
            "Goes abroad",
            ("do you have a roaming pass", "i need to use my phone abroad", "roaming for my holiday"),
            ("we are flying to spain in june", "my sister lives in canada", "i travel for work"),
        ),
    ),
)

_CALL = (
    (Speaker.AGENT, "thanks for calling how can i help"),
    (Speaker.CUSTOMER, "hi yeah um my bill is twice what it was"),
    (Speaker.AGENT, "let me have a look at that can i have your account number"),
    (Speaker.CUSTOMER, "it's four four one nine double two eight"),
    (Speaker.CUSTOMER, "and it always slows down near the end of the month the kids stream all day"),
    (Speaker.AGENT, "okay i have taken the charge off and your bill is corrected"),
    (Speaker.CUSTOMER, "oh perfect thank you so much"),
    (Speaker.AGENT, "anything else i can do for you"),
    (Speaker.CUSTOMER, "no that's all thanks"),
)


@pytest.fixture(scope="module")
def understander(models: Models) -> Understander:
    return Understander(models, _BUSINESS)


def _follow(understander: Understander, said: tuple[tuple[Speaker, str], ...]) -> list[Understanding]:
    mind = understander.begin({}, {})
    seen = [mind.understanding]
    for index, (speaker, text) in enumerate(said):
        mind = understander.read(mind, Turn(index, Utterance(speaker, text, index, index + 0.9)))
        seen.append(mind.understanding)
    return seen


def _parts(value: object) -> list[object]:
    """Every value inside, down to the leaves."""
    if isinstance(value, tuple):
        return [value, *(part for each in cast(tuple[object, ...], value) for part in _parts(each))]
    if is_dataclass(value):
        return [value, *(part for field in fields(value) for part in _parts(getattr(value, field.name)))]
    return [value]


def _told(seen: Understanding) -> object:
    """The understanding but for the words it quotes, which a mask replaces."""
    return [each for each in _parts(seen) if not isinstance(each, str | tuple) and not is_dataclass(each)]


def test_nothing_is_believed_before_anything_was_said(understander: Understander) -> None:
    assert understander.begin({}, {}).understanding == Understanding()


def test_an_everyday_call_is_understood(understander: Understander) -> None:
    last = _follow(understander, _CALL)[-1]
    assert last.reason and last.reason.id == "bill"
    assert last.resolution.state is ResolutionState.CONFIRMED
    assert last.sentiment.value > 0


def test_a_conversation_read_twice_is_understood_the_same_way(understander: Understander) -> None:
    assert _follow(understander, _CALL) == _follow(understander, _CALL)


def test_conversations_read_side_by_side_do_not_disturb_each_other(understander: Understander) -> None:
    alone = _follow(understander, _CALL)
    first, second = understander.begin({}, {}), understander.begin({}, {})
    for index, (speaker, text) in enumerate(_CALL):
        first = understander.read(first, Turn(index, Utterance(speaker, text, index, index + 0.9)))
        second = understander.read(second, Turn(index, Utterance(speaker, "i hate this", index, index + 0.9)))
        assert first.understanding == alone[index + 1]


def test_a_masked_record_is_understood_like_the_call_itself(understander: Understander) -> None:
    masked = tuple((speaker, mask(text)) for speaker, text in _CALL)
    assert any(before != after for before, after in zip(_CALL, masked, strict=True))
    live, replayed = _follow(understander, _CALL), _follow(understander, masked)
    assert [_told(each) for each in live] == [_told(each) for each in replayed]


def test_evidence_quotes_the_words_as_heard(understander: Understander) -> None:
    quotes = [
        part for seen in _follow(understander, _CALL) for part in _parts(seen) if isinstance(part, Evidence)
    ]
    assert quotes
    assert all(quote.text == _CALL[quote.turn][1][quote.start : quote.end] for quote in quotes)


def test_numbers_have_at_most_four_decimals(understander: Understander) -> None:
    numbers = [
        part for seen in _follow(understander, _CALL) for part in _parts(seen) if isinstance(part, float)
    ]
    assert numbers
    assert all(number == round(number, 4) for number in numbers)


@given(st.lists(st.tuples(st.sampled_from(Speaker), st.text(max_size=60)), max_size=5))
@settings(max_examples=25, deadline=None)
def test_nothing_that_may_be_said_raises(understander: Understander, said: list[tuple[Speaker, str]]) -> None:
    assert len(_follow(understander, tuple(said))) == len(said) + 1


def test_a_customer_who_refused_offers_is_flagged_from_the_start(understander: Understander) -> None:
    seen = understander.begin({"consent": {"offers": False}}, {}).understanding
    assert [flag.id for flag in seen.flags] == ["no_consent"]


def test_every_model_that_takes_part_is_named_with_its_sum(understander: Understander) -> None:
    assert {"minilm-l6-int8", "en_core_web_sm"} <= understander.models.keys()
    assert all(len(sha256) == 64 and int(sha256, 16) for sha256 in understander.models.values())
