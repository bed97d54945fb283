"""A turn as the readers see it: masked, embedded, cut into clauses. Made once, read by all."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from listener.events import Turn


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """One clause of a turn, and how it was meant.

    Attributes:
        start: Offset of its first character in the turn's text, in code points.
        end: Offset behind its last character.
        text: The turn's masked text between the two.
        vector: Embedding of the clause, float32, unit length, shape ``(dim,)``.
        negated: The main statement is denied ("i don't need").
        hypothetical: Only supposed ("if i had", "would it").
        past: Over and done ("used to", "back when").
        someone_else: Said of a person who is not the customer's household ("my neighbour").
        question: Asks rather than states.
    """

    start: int
    end: int
    text: str
    vector: NDArray[np.float32]
    negated: bool = False
    hypothetical: bool = False
    past: bool = False
    someone_else: bool = False
    question: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One turn, prepared once for every reader.

    Attributes:
        turn: The turn; its text as heard.
        text: The same text with personal data masked, character for character.
        vector: Embedding of the masked text, float32, unit length, shape ``(dim,)``.
        clauses: The turn's clauses in order; at least one unless the text is blank.
        tone: Vectors of the masked text's tokens in which its tone shows, float32, shape ``(tokens, dim)``;
            none where it is made for readers that need none.
    """

    turn: Turn
    text: str
    vector: NDArray[np.float32]
    clauses: tuple[Clause, ...]
    tone: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
