"""How the customer feels, turn by turn."""

from dataclasses import dataclass

from nlu.reading import Reading
from nlu.understanding import Sentiment


@dataclass(frozen=True, slots=True, eq=False)
class SentimentHead:
    """The trained numbers of sentiment.

    Attributes:
        sha256: Of the file they came from, lower-case hex.
    """

    sha256: str


def load_sentiment_head() -> SentimentHead:
    """Read the head that ships with the package.

    Raises:
        HeadError: Its file is missing or not the one we trained.
    """
    return SentimentHead("")


@dataclass(frozen=True, slots=True, eq=False)
class SentimentState:
    """What is remembered from turn to turn.

    Attributes:
        belief: The customer's sentiment now.
    """

    belief: Sentiment = Sentiment()


class SentimentReader:
    """Follows the customer's sentiment over the turns of both speakers."""

    def __init__(self, head: SentimentHead) -> None:
        self._head = head

    def begin(self) -> SentimentState:
        """Return the state before the first turn."""
        return SentimentState()

    def read(self, state: SentimentState, reading: Reading) -> SentimentState:
        """Take the next turn of either speaker; return the state after it."""
        return state
