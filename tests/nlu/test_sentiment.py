"""Sentiment follows the customer: it falls with anger, recovers with help, and never leaves its scale."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.head_files import HeadError, read_head
from nlu.pipeline import Models
from nlu.reader import Reader
from nlu.sentiment import SentimentReader, SentimentState
from nlu.understanding import Sentiment, Trend

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


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
        assert 0 <= state.belief.confidence <= 1


def test_a_head_with_other_bytes_is_refused() -> None:
    with pytest.raises(HeadError, match=r"sentiment\.npz has sha256"):
        read_head("sentiment.npz", "0" * 64)


def test_a_missing_head_is_refused() -> None:
    with pytest.raises(HeadError, match=r"absent\.npz is missing"):
        read_head("absent.npz", "0" * 64)
