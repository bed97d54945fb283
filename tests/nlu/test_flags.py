"""Flags are raised on what customers say of themselves, not on the same words meant otherwise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.flags import FlagsReader, FlagsState
from nlu.pipeline import Models
from nlu.reader import Reader
from nlu.understanding import FlagId

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


@pytest.fixture(scope="session")
def flags(models: Models) -> FlagsReader:
    return FlagsReader(models.vulnerability)


def follow(flags: FlagsReader, reader: Reader, *turns: tuple[Speaker, str]) -> list[FlagsState]:
    states = [flags.begin({})]
    for index, (speaker, text) in enumerate(turns):
        reading = reader.read(Turn(index, Utterance(speaker, text, float(index), float(index))))
        states.append(flags.read(states[-1], reading))
    return states


def raised(state: FlagsState) -> set[FlagId]:
    return {flag.id for flag in state.belief}


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        (FlagId.VULNERABLE, "um my husband passed away in march and the bill is in his name"),
        (FlagId.VULNERABLE, "I lost my job and I can't pay the rent this month."),
        (FlagId.VULNERABLE, "i've been having chemo so i'm a bit behind with everything"),
        (FlagId.VULNERABLE, "somebody stole all my savings, they pretended to be the bank"),
        (FlagId.VULNERABLE, "i can't keep paying this, we've no wages coming in any more"),
        (FlagId.VULNERABLE, "i was diagnosed with lupus in the summer"),
        (FlagId.VULNERABLE, "we're three months behind and they're taking the house"),
        (FlagId.COMPLAINT, "I want to make a formal complaint."),
        (FlagId.COMPLAINT, "you will hear from my solicitor"),
        (FlagId.CHURN, "i want to cancel my contract and go to another provider"),
        (FlagId.CHURN, "I'm taking my business elsewhere."),
        (FlagId.DECLINED, "before you start i don't want to hear about any offers"),
        (FlagId.DECLINED, "please don't try to sell me anything"),
        (FlagId.NO_CONSENT, "and take me off your marketing list please"),
        (FlagId.NO_CONSENT, "nobody asked if my viewing may be used for adverts"),
        (FlagId.NO_CONSENT, "who said you could use my order history for your marketing"),
        (FlagId.NO_CONSENT, "i want my permission back, i'm withdrawing my consent"),
        (FlagId.HURRY, "i'm in a bit of a hurry, can you make it quick"),
        (FlagId.HURRY, "quickly please quickly, the ferry leaves in six minutes"),
        (FlagId.HURRY, "i'm double parked"),
        (FlagId.CHURN, "tell me the penalty for leaving early"),
        (FlagId.COMPLAINT, "i want this escalated"),
        (FlagId.DECLINED, "you can skip the sales patter"),
    ],
)
def test_a_flag_is_raised_with_the_words_that_show_it(
    flags: FlagsReader, reader: Reader, flag: FlagId, text: str
) -> None:
    found = {each.id: each for each in follow(flags, reader, (CUSTOMER, text))[-1].belief}
    assert flag in found
    assert found[flag].confidence >= 0.5
    assert found[flag].evidence[0].text in text


@pytest.mark.parametrize(
    "text",
    [
        "my phone battery died again",
        "Robert, I would like to change the date my bill is paid, please",
        "my granddaughter does it for me",
        "there are two amounts on my bill this month",
        "our rent goes up in december",
        "i lost my credit card",
        "i just want the loan gone",
        "this is killing me",
        "is my late fee on there",
        "i'll be there after i get out of work",
        "i need to leave on the first of may",
        "i passed the driving test",
        "no complaints at all, you've been great",
        "i almost had a heart attack when the parcel went bang",
        "my husband is a lawyer and he likes it",
        "we're moving to another street in june",
        "i never agreed to a saturday delivery",
        "could you take me off the waiting list",
        "when do i have to leave the room",
        "i don't want to cancel my contract",
        "take your time, i'm not in a hurry",
        "no that's everything thank you",
        "i'd like to change my delivery address please",
        "when does the shop open on saturday",
    ],
)
def test_like_words_of_another_meaning_raise_nothing(flags: FlagsReader, reader: Reader, text: str) -> None:
    assert raised(follow(flags, reader, (CUSTOMER, text))[-1]) == set()


def test_the_agents_words_raise_nothing(flags: FlagsReader, reader: Reader) -> None:
    assert raised(follow(flags, reader, (AGENT, "i'm sorry that your husband passed away"))[-1]) == set()


def test_no_to_a_pitch_declines(flags: FlagsReader, reader: Reader) -> None:
    states = follow(
        flags,
        reader,
        (AGENT, "did you know you could upgrade for only ten pounds a month"),
        (CUSTOMER, "no thanks"),
    )
    assert raised(states[-1]) == {FlagId.DECLINED}


def test_no_to_anything_else_declines_nothing(flags: FlagsReader, reader: Reader) -> None:
    states = follow(flags, reader, (AGENT, "is there anything else i can help with"), (CUSTOMER, "no thanks"))
    assert raised(states[-1]) == set()


def test_a_customer_who_stays_is_not_leaving(flags: FlagsReader, reader: Reader) -> None:
    states = follow(
        flags,
        reader,
        (CUSTOMER, "i want to cancel my contract"),
        (AGENT, "i can take five pounds off"),
        (CUSTOMER, "oh okay i'll stay then"),
    )
    assert raised(states[1]) == {FlagId.CHURN}
    assert raised(states[-1]) == set()


@pytest.mark.parametrize(
    "text", ["my dad died last week", "i want to make a complaint", "don't sell me anything"]
)
def test_what_weighs_on_the_whole_conversation_persists(
    flags: FlagsReader, reader: Reader, text: str
) -> None:
    states = follow(flags, reader, (CUSTOMER, text), (AGENT, "i see"), (CUSTOMER, "perfect thank you"))
    assert raised(states[1]) == raised(states[-1]) != set()


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({"consent": {"offers": False}}, {FlagId.NO_CONSENT}),
        ({"consent": {"offers": True}}, set[FlagId]()),
        ({"consent": None}, set[FlagId]()),
        ({}, set[FlagId]()),
    ],
)
def test_consent_is_known_from_the_record(
    flags: FlagsReader, customer: dict[str, object], expected: set[FlagId]
) -> None:
    assert raised(flags.begin(customer)) == expected


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Speaker), st.text(max_size=80)), max_size=4))
def test_whatever_is_said_confidences_and_quotes_hold(
    flags: FlagsReader, reader: Reader, turns: list[tuple[Speaker, str]]
) -> None:
    for flag in follow(flags, reader, *turns)[-1].belief:
        assert 0 <= flag.confidence <= 1
        for quote in flag.evidence:
            assert turns[quote.turn][1][quote.start : quote.end] == quote.text
