"""Why the customer got in touch, from the first of their turns that say so and later requests."""

from collections.abc import Mapping
from dataclasses import dataclass

from nlu.business import Business
from nlu.embedder import Embedder
from nlu.reading import Reading
from nlu.understanding import Reason


@dataclass(frozen=True, slots=True, eq=False)
class ReasonState:
    """What is carried from turn to turn.

    Attributes:
        belief: The call reason now, None while none fits.
    """

    belief: Reason | None = None


class ReasonReader:
    """Tells the call reason by the catalog's examples."""

    def __init__(self, business: Business, embedder: Embedder) -> None:
        self._business = business
        self._embedder = embedder

    def begin(self, context: Mapping[str, object]) -> ReasonState:
        """Return the state before the first turn.

        Args:
            context: What is known of the contact; ``ivr_reason`` is a hint.
        """
        return ReasonState()

    def read(self, state: ReasonState, reading: Reading) -> ReasonState:
        """Take the next turn of either speaker; return the state after it."""
        return state
