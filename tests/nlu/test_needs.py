"""Needs are the customer's own, quoted, and dropped when taken back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.business import Business, NeedExamples, ReasonExamples
from nlu.needs import NeedsReader, NeedsState
from nlu.pipeline import Models
from nlu.reader import Reader
from nlu.understanding import NeedKind

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER

BUSINESS = Business(
    reasons=(
        ReasonExamples(
            "opening_hours",
            "Opening hours",
            ("when do you open", "are you open on sunday", "what time do you close"),
        ),
        ReasonExamples(
            "change_booking",
            "Change a booking",
            ("i want to move my booking", "can you change my table", "make it eight o'clock instead"),
        ),
    ),
    needs=(
        NeedExamples(
            "parking",
            "A place to park",
            stated=(
                "i need somewhere to park the car",
                "can i reserve a parking space",
                "do you have parking",
            ),
            unstated=(
                "i always circle the block looking for a space",
                "i got a parking ticket outside last time",
                "we'll be coming by car",
            ),
            primer=("will you be coming by car?",),
            offer_words=("Reserved parking", "A parking space kept for your car."),
        ),
        NeedExamples(
            "birthday_cake",
            "A cake for a celebration",
            stated=(
                "can you make a birthday cake",
                "i want a cake with candles",
                "could we have a cake for the party",
            ),
            unstated=(
                "it's my daughter's birthday",
                "we're celebrating her turning thirty",
                "the party is for my mother's birthday",
            ),
            primer=("are you celebrating something?",),
            offer_words=("Birthday cake", "A cake with candles and a name."),
        ),
        NeedExamples(
            "vegan_menu",
            "Food without meat or milk",
            stated=("do you have vegan dishes", "i need a menu without meat"),
            unstated=("my wife doesn't eat meat any more", "our friends went vegan this year"),
            offer_words=("Vegan menu", "Five courses from plants."),
        ),
    ),
)


@pytest.fixture(scope="session")
def needs(models: Models) -> NeedsReader:
    return NeedsReader(BUSINESS, models.embedder, models.needs)


def follow(needs: NeedsReader, reader: Reader, *turns: tuple[Speaker, str]) -> list[NeedsState]:
    states = [needs.begin()]
    for index, (speaker, text) in enumerate(turns):
        reading = reader.read(Turn(index, Utterance(speaker, text, float(index), float(index))))
        states.append(needs.read(states[-1], reading))
    return states


def ids(state: NeedsState) -> list[str]:
    return [need.id for need in state.belief]


def test_a_wish_said_outright_is_a_stated_need(needs: NeedsReader, reader: Reader) -> None:
    belief = follow(needs, reader, (CUSTOMER, "can i reserve a parking space for my car please"))[-1].belief
    assert [(need.id, need.kind) for need in belief] == [("parking", NeedKind.STATED)]


def test_a_need_let_slip_is_unstated_and_quoted(needs: NeedsReader, reader: Reader) -> None:
    text = "Can you make it eight o'clock instead? It is my little daughter's birthday, you know."
    belief = follow(needs, reader, (CUSTOMER, text))[-1].belief
    assert [(need.id, need.kind) for need in belief] == [("birthday_cake", NeedKind.UNSTATED)]
    assert "daughter's birthday" in belief[0].evidence[0].text


@pytest.mark.parametrize(
    "text",
    [
        "hello, what time do you close on sunday",
        "my name is peter smith",
        "that's all, thank you very much",
        "i want to move my booking to friday",
    ],
)
def test_the_request_itself_and_small_talk_show_no_need(
    needs: NeedsReader, reader: Reader, text: str
) -> None:
    assert ids(follow(needs, reader, (CUSTOMER, text))[-1]) == []


def test_what_was_asked_for_once_stays_stated(needs: NeedsReader, reader: Reader) -> None:
    asked = (CUSTOMER, "can i reserve a parking space for my car please")
    slipped = (CUSTOMER, "i always circle the block looking for a space")
    for turns in ((asked, slipped), (slipped, asked)):
        belief = follow(needs, reader, *turns)[-1].belief
        assert [(need.id, need.kind) for need in belief] == [("parking", NeedKind.STATED)]
        assert len(belief[0].evidence) == 2


def test_two_sightings_make_a_need_surer(needs: NeedsReader, reader: Reader) -> None:
    slipped = (CUSTOMER, "i always circle the block looking for a space")
    states = follow(needs, reader, slipped, (CUSTOMER, "i got a parking ticket outside last time"))
    assert states[-1].belief[0].confidence > states[1].belief[0].confidence


def test_the_agents_words_are_no_evidence(needs: NeedsReader, reader: Reader) -> None:
    states = follow(needs, reader, (AGENT, "can you make a birthday cake"), (CUSTOMER, "no"))
    assert ids(states[-1]) == []


def test_what_others_need_is_not_the_customers(needs: NeedsReader, reader: Reader) -> None:
    states = follow(needs, reader, (CUSTOMER, "my neighbour needs somewhere to park his car"))
    assert ids(states[-1]) == []


def test_yes_to_a_primer_question_shows_the_need(needs: NeedsReader, reader: Reader) -> None:
    states = follow(needs, reader, (AGENT, "will you be coming by car?"), (CUSTOMER, "yes we will"))
    assert ids(states[-1]) == ["parking"]
    assert states[-1].belief[0].evidence[0].turn == 1


def test_no_to_a_primer_question_shows_nothing(needs: NeedsReader, reader: Reader) -> None:
    states = follow(needs, reader, (AGENT, "will you be coming by car?"), (CUSTOMER, "no we won't"))
    assert ids(states[-1]) == []


@pytest.mark.parametrize(
    "text",
    [
        "actually never mind the parking, my brother is driving us",
        "forget about the parking space",
        "oh scratch that, we don't need it",
    ],
)
def test_a_need_taken_back_is_dropped(needs: NeedsReader, reader: Reader, text: str) -> None:
    asked = (CUSTOMER, "can i reserve a parking space for my car please")
    states = follow(needs, reader, asked, (AGENT, "one moment"), (CUSTOMER, text))
    assert ids(states[1]) == ["parking"]
    assert ids(states[-1]) == []


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("brilliant that's sorted then, thank you", ["parking"]),
        ("oh and my brother is lending us a parking space so that's sorted", []),
    ],
)
def test_a_need_met_otherwise_is_dropped_and_a_request_met_drops_none(
    needs: NeedsReader, reader: Reader, said: str, left: list[str]
) -> None:
    asked = (CUSTOMER, "can i reserve a parking space for my car please")
    states = follow(needs, reader, asked, (AGENT, "it's eight o'clock now"), (CUSTOMER, said))
    assert ids(states[-1]) == left


def test_a_business_without_needs_believes_none(models: Models, reader: Reader) -> None:
    bare = NeedsReader(Business((), ()), models.embedder, models.needs)
    assert follow(bare, reader, (CUSTOMER, "i need somewhere to park"))[-1].belief == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Speaker), st.text(max_size=80)), max_size=4))
def test_whatever_is_said_confidences_and_quotes_hold(
    needs: NeedsReader, reader: Reader, turns: list[tuple[Speaker, str]]
) -> None:
    for need in follow(needs, reader, *turns)[-1].belief:
        assert 0 <= need.confidence <= 1
        assert need.evidence
        for quote in need.evidence:
            speaker, text = turns[quote.turn]
            assert speaker is CUSTOMER
            assert text[quote.start : quote.end] == quote.text
