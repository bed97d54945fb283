"""How and where a clause was said: what tells an aside that lets a need slip from the business of a call."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.reading import Clause, Reading

MANNER = (
    "negated",
    "hypothetical",
    "past",
    "someone_else",
    "question",
    "length",
    "wants",
    "asks",
    "turn_wants",
    "turn_asks",
    "turns_before",
    "first_turn",
    "place",
    "clauses",
    "first_person",
    "first_persons",
    "agent_asked",
    "near_agent",
    "near_opening",
    "gives_cause",
)
"""Names of the numbers of a clause, in order."""

_WANTS = re.compile(
    r"\b(?:i|we)(?:['’]?d| would|['’]?m| am|['’]?ve| have)? (?:\w+ )?(?:want|wanna|need|like|love|looking"
    r"|look|after"
    r"|wondering|wonder|thinking of|hoping|interested|prefer)\b|\bgonna need\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:(?:can|could|may) (?:i|we|you|u|y['’]?all)|do (?:you|u|y['’]?all|they)|(?:is|are|isn['’]?t"
    r"|aren['’]?t) there"
    r"|any chance|how much|what about|is it possible|which of|have you (?:not )?(?:got )?(?:any|an?|one|some)"
    r"|would (?:it|you|there)|could (?:it|we not))\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:i|we|my|our|me|us|mine|(?:i|we)['’](?:m|re|ve)|im|ive)\b", re.IGNORECASE)
_CAUSE = re.compile(r"\b(?:because|cause|cuz|cos|since|so that|anyway|by the way|actually)\b", re.IGNORECASE)
_AGENT_ASKS = re.compile(
    r"\?|\b(?:what|how|when|where|who|which|(?:do|are|can|could|did|have) you|is it)\b", re.IGNORECASE
)

_OPENING_WORDS = 5
"""The first customer's turn of so many words says what the call is about; a greeting does not."""


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """What came before a customer's turn.

    Attributes:
        agent: The agent's latest turn, or None before the first.
        opening: Vector of the customer's turn that opened the matter, or None before it.
        turns: The customer's turns so far.
    """

    agent: Reading | None = None
    opening: NDArray[np.float32] | None = None
    turns: int = 0

    def after_agent(self, reading: Reading) -> "Before":
        """Return what came before the turn that follows the agent's."""
        return Before(reading, self.opening, self.turns)

    def after_customer(self, reading: Reading) -> "Before":
        """Return what came before the turn that follows the customer's."""
        opens = self.opening is None and len(reading.text.split()) >= _OPENING_WORDS
        return Before(self.agent, reading.vector if opens else self.opening, self.turns + 1)


def manner(reading: Reading, before: Before) -> NDArray[np.float32]:
    """Return the numbers of each clause of a customer's turn, shape ``(clauses, len(MANNER))``."""
    return np.array(
        [
            (*_said(clause), *_placed(reading, at, before), *_told(clause, reading, before))
            for at, clause in enumerate(reading.clauses)
        ],
        np.float32,
    )


def _said(clause: Clause) -> tuple[float, ...]:
    return (
        clause.negated,
        clause.hypothetical,
        clause.past,
        clause.someone_else,
        clause.question,
        float(np.log1p(len(clause.text.split()))),
        _has(_WANTS, clause.text),
        _has(_ASKS, clause.text),
    )


def _placed(reading: Reading, at: int, before: Before) -> tuple[float, ...]:
    return (
        _has(_WANTS, reading.text),
        _has(_ASKS, reading.text),
        float(np.log1p(before.turns)),
        before.turns == 0,
        at,
        float(np.log(len(reading.clauses))),
    )


def _told(clause: Clause, reading: Reading, before: Before) -> tuple[float, ...]:
    opening = reading.vector if before.opening is None else before.opening
    agent = before.agent
    return (
        _has(_FIRST_PERSON, clause.text),
        len(_FIRST_PERSON.findall(clause.text)),
        agent is not None and _has(_AGENT_ASKS, agent.text),
        0.0 if agent is None else float(clause.vector @ agent.vector),
        float(clause.vector @ opening),
        _has(_CAUSE, clause.text),
    )


def _has(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None
