"""How the customer feels, turn by turn: their own words, and the agent's before them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker
from nlu.feelings import mood_cues
from nlu.head_files import Arrays, read_head
from nlu.reading import Reading
from nlu.understanding import Sentiment, Trend

_SHA256 = "80675f8f27ef596daf43c7f6a62f69d5131591f372453a706fbd2b3489091a3a"

_SLOW = 0.7
"""Share of the long view that outlives a customer turn; a mood is remembered for about three."""

_MOVED = 0.15
"""How far the mood must be from its long view to count as falling or rising, of the scale [-1, 1]."""

_Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SentimentHead:
    """The trained numbers of sentiment: a projection, a GRU over the customer's turns, three classes.

    Attributes:
        sha256: Of the file they came from, lower-case hex.
        arrays: By name, as ``bench/train_sentiment.py`` writes them.
    """

    sha256: str
    arrays: Arrays

    @property
    def hidden(self) -> int:
        """Length of the memory that goes from turn to turn."""
        return self.arrays["memory.weight_hh_l0"].shape[1]

    def feel(self, features: _Vector, memory: _Vector) -> tuple[_Vector, _Vector]:
        """Take the next customer turn.

        Args:
            features: What ``turn_features`` gave.
            memory: From the turn before, zeros at first; shape ``(hidden,)``.

        Returns:
            Probabilities of unhappy, neutral and happy, and the new memory.
        """
        seen = np.tanh(self._linear("project", features))
        memory = self._remember(seen, memory)
        scores = self._linear("classes", np.concatenate([memory, seen]))
        odds = np.exp(scores - scores.max())
        return odds / odds.sum(), memory

    def _linear(self, name: str, values: _Vector) -> _Vector:
        return self.arrays[f"{name}.weight"] @ values + self.arrays[f"{name}.bias"]

    def _remember(self, seen: _Vector, memory: _Vector) -> _Vector:
        """Return the GRU's next memory; gates in torch's order: reset, update, new."""
        inward = self.arrays["memory.weight_ih_l0"] @ seen + self.arrays["memory.bias_ih_l0"]
        onward = self.arrays["memory.weight_hh_l0"] @ memory + self.arrays["memory.bias_hh_l0"]
        (reset_in, update_in, new_in), (reset_on, update_on, new_on) = (
            np.split(inward, 3),
            np.split(onward, 3),
        )
        update = _sigmoid(update_in + update_on)
        new = np.tanh(new_in + _sigmoid(reset_in + reset_on) * new_on)
        return ((1 - update) * new + update * memory).astype(np.float32)


def _sigmoid(values: NDArray[np.floating]) -> _Vector:
    return (1 / (1 + np.exp(-values))).astype(np.float32)


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
        memory: The head's, shape ``(hidden,)``.
        agent: The agent's latest turn, or None before the first.
        long_view: The mood of the last few customer turns, in [-1, 1].
    """

    belief: Sentiment
    memory: _Vector
    agent: Reading | None = None
    long_view: float = 0.0


class SentimentReader:
    """Follows the customer's sentiment over the turns of both speakers."""

    def __init__(self, head: SentimentHead) -> None:
        self._head = head

    def begin(self) -> SentimentState:
        """Return the state before the first turn."""
        return SentimentState(Sentiment(), np.zeros(self._head.hidden, np.float32))

    def read(self, state: SentimentState, reading: Reading) -> SentimentState:
        """Take the next turn of either speaker; return the state after it."""
        if reading.turn.utterance.speaker is Speaker.AGENT:
            return SentimentState(state.belief, state.memory, reading, state.long_view)
        if not reading.text.strip():
            return state
        chances, memory = self._head.feel(turn_features(reading, state.agent), state.memory)
        value = float(chances[2] - chances[0])
        belief = Sentiment(value, _trend(value - state.long_view), float(chances.max()))
        long_view = _SLOW * state.long_view + (1 - _SLOW) * value
        return SentimentState(belief, memory, state.agent, long_view)


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
