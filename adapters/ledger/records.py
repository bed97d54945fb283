"""What the ledger is told, as values: each can be written twice and counts once."""

from dataclasses import dataclass, field
from secrets import token_hex

from adapters.ledger.personal import Sealed
from offers.decisions import Considered, GateState, OutcomeBy, OutcomeKind, Started, Suggestion


@dataclass(frozen=True, slots=True)
class Begun:
    """A conversation began.

    Attributes:
        name: Its id; whose key names it in all other records.
        customer: The customer's id; None when nobody knows.
        started_at: As the ledger writes moments.
    """

    name: Sealed
    customer: Sealed | None
    started_at: str
    started: Started


@dataclass(frozen=True, slots=True)
class Made:
    """A suggestion was made.

    Attributes:
        conversation: Key of its name.
        number: Of the suggestion within the conversation, from 1.
        considered: What it was chosen from, best first.
        reason: Id of the call reason; None where none was understood.
        gate: As it was.
        evidence: The customer's words, masked; None where there are none.
    """

    conversation: str
    number: int
    suggestion: Suggestion
    considered: tuple[Considered, ...]
    reason: str | None
    gate: GateState
    at_s: float
    turn: int | None
    evidence: Sealed | None


@dataclass(frozen=True, slots=True)
class Became:
    """Somebody told what became of a suggestion.

    Attributes:
        conversation: Key of its name.
        number: Of the suggestion.
        happened_at: As the ledger writes moments.
        once: The same for the same report only.
    """

    conversation: str
    number: int
    outcome: OutcomeKind
    by: OutcomeBy
    happened_at: str
    once: str = field(default_factory=lambda: token_hex(32))


Record = Begun | Made | Became


def number_of(suggestion: str) -> int:
    """Return the number of a suggestion within its conversation, by its id, such as 2 of ``c-17:2``."""
    return int(suggestion.rpartition(":")[2])
