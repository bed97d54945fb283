"""Sentiment follows the customer: it falls with anger, recovers with help, and never leaves its scale."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.feelings import WORD_ROWS, is_farewell, word_rows
from nlu.head_files import HeadError, read_head
from nlu.pipeline import Models
from nlu.reader import Reader
from nlu.sentiment import SentimentReader, SentimentState
from nlu.understanding import Sentiment, Trend

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER
HELD = -0.15  # below this the default policy holds sales


@pytest.fixture(scope="session")
def sentiment(models: Models) -> SentimentReader:
    return SentimentReader(models.sentiment)


def follow(sentiment: SentimentReader, reader: Reader, *turns: tuple[Speaker, str]) -> list[SentimentState]:
    states = [sentiment.begin()]
    for index, (speaker, text) in enumerate(turns):
        reading = reader.read(Turn(index, Utterance(speaker, text, float(index), float(index))))
        states.append(sentiment.read(states[-1], reading))
    return states


def test_nothing_is_believed_before_the_customer_speaks(sentiment: SentimentReader, reader: Reader) -> None:
    states = follow(sentiment, reader, (AGENT, "hello, how can i help you today?"))
    assert states[-1].belief == Sentiment()


@pytest.mark.parametrize(
    "text",
    [
        "this is ridiculous, i have called four times and nobody has helped me",
        "i am sick of waiting, you people are useless",
        "it's a disgrace, i want my money back and i want to complain",
    ],
)
def test_anger_lowers_the_value(sentiment: SentimentReader, reader: Reader, text: str) -> None:
    belief = follow(sentiment, reader, (AGENT, "hello, how can i help?"), (CUSTOMER, text))[-1].belief
    assert belief.value < -0.2
    assert belief.trend is Trend.FALLING


def test_a_grateful_customer_is_happy(sentiment: SentimentReader, reader: Reader) -> None:
    states = follow(
        sentiment,
        reader,
        (CUSTOMER, "hi i'd like to move my appointment to friday please"),
        (AGENT, "of course, that is done for you now"),
        (CUSTOMER, "oh that's brilliant, thank you so much, you've been wonderful"),
    )
    assert states[-1].belief.value > 0.2
    assert states[-1].belief.trend is Trend.RISING


def test_sentiment_recovers_after_good_help(sentiment: SentimentReader, reader: Reader) -> None:
    states = follow(
        sentiment,
        reader,
        (CUSTOMER, "this is the third time it broke, i am really fed up with you"),
        (AGENT, "i'm so sorry, i have refunded you and a new one arrives tomorrow"),
        (CUSTOMER, "oh perfect, thank you, that's lovely"),
        (AGENT, "my pleasure"),
        (CUSTOMER, "you're a star, thanks so much for your help"),
    )
    assert states[1].belief.value < 0 < states[-1].belief.value


@pytest.mark.parametrize(
    "text",
    [
        "thank you, and i'm sorry i was so short with you just now, you've been really kind",
        "oh that's wonderful, forgive me for snapping at you earlier",
    ],
)
def test_who_apologises_for_their_anger_is_angry_no_more(
    sentiment: SentimentReader, reader: Reader, text: str
) -> None:
    states = follow(
        sentiment,
        reader,
        (CUSTOMER, "this is the third time it broke, i am really fed up with you"),
        (AGENT, "i'm so sorry, i have refunded you and a new one arrives tomorrow"),
        (CUSTOMER, text),
    )
    assert states[-1].belief.mood > 0 > states[1].belief.mood


def test_the_agents_own_words_change_nothing(sentiment: SentimentReader, reader: Reader) -> None:
    states = follow(
        sentiment, reader, (CUSTOMER, "hello"), (AGENT, "this is terrible, i am so angry and upset")
    )
    assert states[-1].belief == states[-2].belief


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Speaker), st.text(max_size=80)), max_size=4))
def test_whatever_is_said_the_numbers_stay_on_their_scales(
    sentiment: SentimentReader, reader: Reader, turns: list[tuple[Speaker, str]]
) -> None:
    for state in follow(sentiment, reader, *turns):
        assert -1 <= state.belief.value <= 1
        assert -1 <= state.belief.mood <= 1
        assert 0 <= state.belief.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "okay",
        "hello, i would like to change the date my bill is paid, please",
        "what does it cost a month",
        "it's fine, take your time",
    ],
)
def test_calm_talk_leaves_the_gate_alone(sentiment: SentimentReader, reader: Reader, text: str) -> None:
    belief = follow(sentiment, reader, (AGENT, "hello, how can i help?"), (CUSTOMER, text))[-1].belief
    assert abs(belief.mood) < -HELD


@pytest.mark.parametrize("text", ["oh great, so it is lost then", "brilliant, another week of waiting"])
def test_praise_for_bad_news_is_no_praise(sentiment: SentimentReader, reader: Reader, text: str) -> None:
    bad_news = (AGENT, "i'm afraid it will take another two weeks")
    assert follow(sentiment, reader, bad_news, (CUSTOMER, text))[-1].belief.value < 0


def test_one_word_does_not_turn_anger_into_calm(sentiment: SentimentReader, reader: Reader) -> None:
    angry = (CUSTOMER, "this is ridiculous, i have called four times and nobody has helped me")
    states = follow(sentiment, reader, angry, (AGENT, "i see. your name please?"), (CUSTOMER, "okay"))
    assert states[-1].belief.mood < HELD


@given(st.text(), st.text())
def test_words_of_both_sides_have_rows_of_their_own_and_weights_of_length_one(
    customer: str, agent: str
) -> None:
    rows, weights = word_rows(customer, agent)
    assert len(rows) == len(weights)
    assert all(0 <= row < WORD_ROWS for row in rows)
    assert weights @ weights == pytest.approx(round(float(weights @ weights)), abs=1e-4)


def test_a_head_with_other_bytes_is_refused() -> None:
    with pytest.raises(HeadError, match=r"sentiment\.npz has sha256"):
        read_head("sentiment.npz", "0" * 64)


def test_a_missing_head_is_refused() -> None:
    with pytest.raises(HeadError, match=r"absent\.npz is missing"):
        read_head("absent.npz", "0" * 64)


@pytest.mark.parametrize("goodbye", ["you too bye bye", "Thanks, Goodbye.", "okay have a good evening"])
def test_a_goodbye_says_nothing_of_the_mood(sentiment: SentimentReader, reader: Reader, goodbye: str) -> None:
    pleased = (CUSTOMER, "oh that's brilliant, thank you so much, you've been wonderful")
    states = follow(sentiment, reader, pleased, (AGENT, "have a lovely day"), (CUSTOMER, goodbye))
    assert states[-1].belief == states[-2].belief


@pytest.mark.parametrize("text", ["have a look at my bill", "goodbye and good riddance", "thanks"])
def test_words_that_say_more_than_goodbye_are_weighed(text: str) -> None:
    assert not is_farewell(text)
