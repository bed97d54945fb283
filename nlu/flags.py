"""What an agent must know of the customer before anything is offered, with the words that show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from nlu.embedder import Embedder
from nlu.reading import Reading
from nlu.understanding import Flag


@dataclass(frozen=True, slots=True)
class FlagsState:
    """What is remembered from turn to turn.

    Attributes:
        belief: The flags raised now, in the order of their ids.
    """

    belief: tuple[Flag, ...] = ()


class FlagsReader:
    """Raises flags on the customer's words and record."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def begin(self, customer: Mapping[str, object]) -> FlagsState:
        """Return the state before the first turn.

        Args:
            customer: What the caller's records know; ``consent.offers`` false raises ``no_consent``.
        """
        return FlagsState()

    def read(self, state: FlagsState, reading: Reading) -> FlagsState:
        """Take the next turn of either speaker; return the state after it."""
        return state
