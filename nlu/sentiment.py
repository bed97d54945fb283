"""How the customer feels, turn by turn: their own words, and the agent's before them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker
from nlu.feelings import is_farewell, mood_cues, word_rows
from nlu.head_files import Arrays, read_head
from nlu.reading import Reading
from nlu.understanding import Sentiment, Trend

_SHA256 = "9e957a9f89f2861e0aa799adcbec0ca135449aa16c94061b95e36da04cd51970"

SHORT, LONG = 0.5, 0.85
"""Share of a running average that outlives a customer turn."""

_CARRIED = 0.35
"""Share of the mood that is carried into the next customer turn, so that one word does not turn it over."""

_SLOW = 0.7
"""Share of the long view that outlives a customer turn; a mood is remembered for about three."""

_MOVED = 0.15
"""How far the mood must be from its long view to count as falling or rising, of the scale [-1, 1]."""

_Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SentimentHead:
    """The trained numbers of sentiment: a turn becomes scores of three classes, now and in two averages.

    Attributes:
        sha256: Of the file they came from, lower-case hex.
        arrays: By name, as ``bench/train_sentiment.py`` writes them.
    """

    sha256: str
    arrays: Arrays

    def weigh(self, reading: Reading, agent: Reading | None) -> _Vector:
        """Return what a customer's turn says of unhappy, neutral and happy.

        Args:
            reading: The customer's turn.
            agent: The agent's turn before it, if there was one.

        Returns:
            float32 of shape ``(9,)``: three scores for now, three for the short average, three for the long.
        """
        rows, weights = word_rows(reading.text, agent.text if agent else "")
        said = weights @ self.arrays["words"][rows].astype(np.float32)
        scores = self.arrays["turn"].astype(np.float32) @ turn_features(reading, agent)
        return (scores + said).astype(np.float32)

    def chances(self, now: _Vector, short: _Vector, long: _Vector) -> _Vector:
        """Return the probabilities of unhappy, neutral and happy from their scores and running averages."""
        scores = now + short + long + self.arrays["bias"].astype(np.float32)
        odds = np.exp(scores - scores.max())
        return (odds / odds.sum()).astype(np.float32)


def load_sentiment_head() -> SentimentHead:
    """Read the head that ships with the package.

    Raises:
        HeadError: Its file is missing or not the one we trained.
    """
    return SentimentHead(_SHA256, read_head("sentiment.npz", _SHA256))


@dataclass(frozen=True, slots=True, eq=False)
class SentimentState:
    """What is remembered from turn to turn.

    Attributes:
        belief: The customer's sentiment now.
        short: Average of the head's scores over about two customer turns, shape ``(3,)``.
        long: The same over about seven.
        agent: The agent's latest turn, or None before the first.
        long_view: The mood of the last few customer turns, in [-1, 1].
    """

    belief: Sentiment
    short: _Vector
    long: _Vector
    agent: Reading | None = None
    long_view: float = 0.0


class SentimentReader:
    """Follows the customer's sentiment over the turns of both speakers."""

    def __init__(self, head: SentimentHead) -> None:
        self._head = head

    def begin(self) -> SentimentState:
        """Return the state before the first turn."""
        return SentimentState(Sentiment(), np.zeros(3, np.float32), np.zeros(3, np.float32))

    def read(self, state: SentimentState, reading: Reading) -> SentimentState:
        """Take the next turn of either speaker; return the state after it."""
        if reading.turn.utterance.speaker is Speaker.AGENT:
            return replace(state, agent=reading)
        if not reading.text.strip() or is_farewell(reading.text):
            return state
        said = self._head.weigh(reading, state.agent)
        short = _blend(state.short, said[3:6], SHORT)
        long = _blend(state.long, said[6:], LONG)
        chances = self._head.chances(said[:3], short, long)
        value = _CARRIED * state.belief.value + (1 - _CARRIED) * float(chances[2] - chances[0])
        belief = Sentiment(value, _trend(value - state.long_view), float(chances.max()))
        return SentimentState(belief, short, long, state.agent, _SLOW * state.long_view + (1 - _SLOW) * value)


def _blend(before: _Vector, new: _Vector, kept: float) -> _Vector:
    return (kept * before + (1 - kept) * new).astype(np.float32)


def turn_features(reading: Reading, agent: Reading | None) -> _Vector:
    """Return what the head sees of a customer's turn.

    Args:
        reading: The customer's turn.
        agent: The agent's turn before it, if there was one.

    Returns:
        float32 of shape ``(2 * dim + CUE_COUNT,)``.
    """
    before = np.zeros_like(reading.vector) if agent is None else agent.vector
    cues = mood_cues(reading.text, agent.text if agent else "")
    return np.concatenate([reading.vector, before, cues]).astype(np.float32)


def _trend(difference: float) -> Trend:
    if abs(difference) < _MOVED:
        return Trend.STEADY
    return Trend.RISING if difference > 0 else Trend.FALLING
