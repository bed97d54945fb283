"""How the customer feels, turn by turn: their own words, and the agent's before them."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker
from nlu.feelings import is_farewell, mood_cues, word_rows
from nlu.head_files import Arrays, read_head
from nlu.reading import Reading
from nlu.resolution import HEARD_WELL
from nlu.understanding import Sentiment, Trend

_SHA256 = "71b6d1f6ee26987ad9faf29ad7c1cfa3b93448175fdd3327aceb44c212bd3c24"

SHORT, LONG = 0.5, 0.85
"""Share of a running average that outlives a customer turn."""

_COURTESY = 0.2
"""What the chance of happy weighs against that of unhappy: people are polite when they are not happy too."""

_DOUBT = 1.2
"""Power of the chance of unhappy: a small one counts for less."""

_KEPT = 0.5
"""Share of the mood that outlives a customer turn, so that one word does not turn it over."""

_SLOW = 0.7
"""Share of the long view that outlives a customer turn; a mood is remembered for about three."""

_MOVED = 0.15
"""How far the mood must be from its long view to count as falling or rising, of the scale [-1, 1]."""

_Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SentimentHead:
    """The trained networks of sentiment: a turn becomes scores of three classes, now and in two averages.

    Attributes:
        sha256: Of the file they came from, lower-case hex.
        arrays: By name, as ``bench/train_sentiment.py`` writes them; their first axis is the network.
    """

    sha256: str
    arrays: Arrays

    def weigh(self, reading: Reading, agent: Reading | None) -> _Vector:
        """Return what a customer's turn says of unhappy, neutral and happy.

        Args:
            reading: The customer's turn.
            agent: The agent's turn before it, if there was one.

        Returns:
            float32 of shape ``(networks, 9)``: three scores for now, three for the short average, then three
            for the long.
        """
        rows, weights = word_rows(reading.text, agent.text if agent else "")
        features = turn_features(reading, agent)
        said = np.einsum("r,nrs->ns", weights, self.arrays["words"][:, rows])
        heard = words_heard(reading, agent)
        caught = np.concatenate([self._attend(side, states) for side, states in enumerate(heard)], 1)
        hidden = self.arrays["hidden"] @ features + np.einsum("nhc,nc->nh", self.arrays["caught"], caught)
        hidden = np.maximum(hidden + self.arrays["hidden_bias"], 0)
        meant = np.einsum("nsh,nh->ns", self.arrays["out"], hidden) + self.arrays["out_bias"]
        return (said + meant + self.arrays["skip"] @ features).astype(np.float32)

    def _attend(self, side: int, states: _Vector) -> _Vector:
        """Return what the attention of a side catches of its words' states: 0 if there are none."""
        value = self.arrays["value"][:, side]
        if not len(states):
            return np.zeros((self.networks, value.shape[1] * value.shape[2]), np.float32)
        scores = self.arrays["query"][:, side] @ states.T
        odds = np.exp(scores - scores.max(-1, keepdims=True))
        mean = (odds @ states) / odds.sum(-1, keepdims=True)
        return (value @ mean[..., None]).reshape(self.networks, -1)

    def chances(self, now: _Vector, short: _Vector, long: _Vector) -> _Vector:
        """Return the probabilities of unhappy, neutral and happy from their scores and running averages."""
        scores = now + short + long
        odds = np.exp(scores - scores.max(1, keepdims=True))
        return (odds / odds.sum(1, keepdims=True)).mean(0).astype(np.float32)

    @property
    def networks(self) -> int:
        """How many networks are asked; what they hold for likely is averaged."""
        return len(self.arrays["out"])


def load_sentiment_head() -> SentimentHead:
    """Read the head that ships with the package.

    Raises:
        HeadError: Its file is missing or not the one we trained.
    """
    arrays = read_head("sentiment.npz", _SHA256)
    return SentimentHead(_SHA256, {name: array.astype(np.float32) for name, array in arrays.items()})


@dataclass(frozen=True, slots=True, eq=False)
class SentimentState:
    """What is remembered from turn to turn.

    Attributes:
        belief: The customer's sentiment now.
        short: Average of the head's scores over about two customer turns, shape ``(networks, 3)``.
        long: The same over about seven.
        agent: The agent's latest turn, or None before the first.
        long_view: The mood over the last few customer turns, in [-1, 1].
        chances: Probabilities of unhappy, neutral and happy after the latest customer turn.
    """

    belief: Sentiment
    short: _Vector
    long: _Vector
    agent: Reading | None = None
    long_view: float = 0.0
    chances: _Vector = field(default_factory=lambda: np.zeros(3, np.float32))


class SentimentReader:
    """Follows the customer's sentiment over the turns of both speakers."""

    def __init__(self, head: SentimentHead) -> None:
        self._head = head

    def begin(self) -> SentimentState:
        """Return the state before the first turn."""
        nothing = np.zeros((self._head.networks, 3), np.float32)
        return SentimentState(Sentiment(), nothing, nothing)

    def read(self, state: SentimentState, reading: Reading) -> SentimentState:
        """Take the next turn of either speaker; return the state after it."""
        if reading.turn.utterance.speaker is Speaker.AGENT:
            return replace(state, agent=reading)
        if not reading.text.strip() or is_farewell(reading.text):
            return state
        said = self._head.weigh(reading, state.agent)
        short = _blend(state.short, said[:, 3:6], SHORT)
        long = _blend(state.long, said[:, 6:], LONG)
        chances = self._head.chances(said[:, :3], short, long)
        unhappy, neutral, happy = chances.tolist()
        balance = _COURTESY * happy - unhappy**_DOUBT
        value = max(balance, balance / _COURTESY)  # surely happy is 1, as surely unhappy is -1
        mood = _KEPT * state.belief.mood + (1 - _KEPT) * (happy - unhappy)
        if reading.turn.utterance.confidence < HEARD_WELL:
            mood = min(mood, state.belief.mood)  # what may be misheard does not cheer anybody up
        belief = Sentiment(value, _trend(mood - state.long_view), max(unhappy, neutral, happy), mood)
        long_view = _SLOW * state.long_view + (1 - _SLOW) * mood
        return SentimentState(belief, short, long, state.agent, long_view, chances)


def _blend(before: _Vector, new: _Vector, kept: float) -> _Vector:
    return (kept * before + (1 - kept) * new).astype(np.float32)


def turn_features(reading: Reading, agent: Reading | None) -> _Vector:
    """Return what the head sees of a customer's turn.

    Args:
        reading: The customer's turn.
        agent: The agent's turn before it, if there was one.

    Returns:
        float32 of shape ``(4 * dim + CUE_COUNT,)``: mean tone and vector of the customer's turn, those of
        the agent's (zeroes where there was none or it was empty), and the counted signs.
    """
    now = _outline(reading)
    before = _outline(agent) if agent and agent.text.strip() else np.zeros_like(now)
    cues = mood_cues(reading.text, agent.text if agent else "")
    return np.concatenate([now, before, cues]).astype(np.float32)


def words_heard(reading: Reading, agent: Reading | None) -> tuple[_Vector, _Vector]:
    """Return the tones of the words of the customer's turn and of the agent's before it.

    Returns:
        Two of shape ``(tokens, dim)``; the agent's has no rows where there was no turn or it was empty.
    """
    before = agent.tone if agent and agent.text.strip() else np.zeros_like(reading.tone[:0])
    return reading.tone, before


def _outline(reading: Reading) -> _Vector:
    mean = reading.tone.mean(0, dtype=np.float32)
    return np.concatenate([mean / np.linalg.norm(mean), reading.vector])


def _trend(difference: float) -> Trend:
    if abs(difference) < _MOVED:
        return Trend.STEADY
    return Trend.RISING if difference > 0 else Trend.FALLING
