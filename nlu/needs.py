"""What the customer needs, said outright or let slip, each with the words that show it."""

from dataclasses import dataclass

from nlu.business import Business
from nlu.embedder import Embedder
from nlu.reading import Reading
from nlu.understanding import Need


@dataclass(frozen=True, slots=True, eq=False)
class NeedsHead:
    """The trained numbers of needs, the same for every business.

    Attributes:
        sha256: Of the file they came from, lower-case hex.
    """

    sha256: str


def load_needs_head() -> NeedsHead:
    """Read the head that ships with the package.

    Raises:
        HeadError: Its file is missing or not the one we trained.
    """
    return NeedsHead("")


@dataclass(frozen=True, slots=True, eq=False)
class NeedsState:
    """What is remembered from turn to turn.

    Attributes:
        belief: The needs believed now, surest first.
    """

    belief: tuple[Need, ...] = ()


class NeedsReader:
    """Finds a catalog's needs in the customer's clauses."""

    def __init__(self, business: Business, embedder: Embedder, head: NeedsHead) -> None:
        self._business = business
        self._embedder = embedder
        self._head = head

    def begin(self) -> NeedsState:
        """Return the state before the first turn."""
        return NeedsState()

    def read(self, state: NeedsState, reading: Reading) -> NeedsState:
        """Take the next turn of either speaker; return the state after it."""
        return state
