"""What an agent must know of the customer before anything is offered, with the words that show it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker
from nlu.embedder import Embedder
from nlu.flag_signs import PITCH, REFUSAL, SIGNS, WRAP_UP
from nlu.reading import Clause, Reading
from nlu.signs import ORDINARY, Signs
from nlu.understanding import Evidence, Flag, FlagId

_SAID = 0.9
"""Confidence of a pattern found in a clause that means it."""

_REFUSED = 0.85
"""Confidence that a refusal right after an agent's pitch declines it."""

_ALIKE = 0.55
"""Cosine to a flag's example from which a clause may raise it."""

_CLEARLY = 0.06
"""How much closer it must be to that example than to any ordinary sentence."""

_ALIKE_CONFIDENCE = 0.6
"""Confidence of a clause that is only alike; it grows with the cosine."""

_MAX_EVIDENCE = 3
"""Quotes kept a flag: what an agent can read at a glance, and a bound on what is remembered."""


@dataclass(frozen=True, slots=True)
class FlagsState:
    """What is remembered from turn to turn.

    Attributes:
        belief: The flags raised now, in the order of their ids.
        pitched: The agent's latest turn offered something.
    """

    belief: tuple[Flag, ...] = ()
    pitched: bool = False


class FlagsReader:
    """Raises flags on the customer's words and record.

    All persist to the end of the conversation but ``churn``, which the customer may take back.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._ordinary = embedder.embed(ORDINARY)
        self._examples = {flag: embedder.embed(signs.examples) for flag, signs in SIGNS.items()}

    def begin(self, customer: Mapping[str, object]) -> FlagsState:
        """Return the state before the first turn.

        Args:
            customer: What the caller's records know; ``consent.offers`` false raises ``no_consent``.
        """
        consent = customer.get("consent")
        offers = cast("Mapping[str, object]", consent).get("offers") if isinstance(consent, Mapping) else None
        return FlagsState((Flag(FlagId.NO_CONSENT, 1.0),) if offers is False else ())

    def read(self, state: FlagsState, reading: Reading) -> FlagsState:
        """Take the next turn of either speaker; return the state after it."""
        if reading.turn.utterance.speaker is Speaker.AGENT:
            return replace(state, pitched=_pitches(reading.text))
        belief = tuple(flag for flag in state.belief if not _taken_back(flag.id, reading.text))
        for flag in self._raised(reading, state.pitched):
            belief = _with(belief, flag)
        return FlagsState(belief, state.pitched and not reading.clauses)

    def _raised(self, reading: Reading, pitched: bool) -> Iterator[Flag]:
        for flag, signs in SIGNS.items():
            if _taken_back(flag, reading.text):
                continue
            for clause in reading.clauses:
                confidence = self._confidence(flag, signs, clause)
                if confidence > 0:
                    yield Flag(flag, confidence, (_quote(reading, clause),))
        if pitched and reading.clauses and REFUSAL.match(reading.text):
            yield Flag(FlagId.DECLINED, _REFUSED, (_quote(reading, reading.clauses[0]),))

    def _confidence(self, flag: FlagId, signs: Signs, clause: Clause) -> float:
        """Return how surely a clause raises the flag; 0 when it does not."""
        meant = not (clause.someone_else or (clause.hypothetical and not signs.denied_counts))
        if not meant or signs.never.search(clause.text):
            return 0.0
        if signs.pattern.search(clause.text) and (signs.denied_counts or not clause.negated):
            return _SAID
        return 0.0 if clause.negated or clause.question else self._alike(self._examples[flag], clause.vector)

    def _alike(self, examples: NDArray[np.float32], vector: NDArray[np.float32]) -> float:
        nearest = float((examples @ vector).max(initial=-1.0))
        ordinary = float((self._ordinary @ vector).max(initial=-1.0))
        if nearest < _ALIKE or nearest - ordinary < _CLEARLY:
            return 0.0
        return min(_SAID, _ALIKE_CONFIDENCE + nearest - _ALIKE)


def _pitches(text: str) -> bool:
    return PITCH.search(text) is not None and WRAP_UP.search(text) is None


def _taken_back(flag: FlagId, text: str) -> bool:
    signs = SIGNS[flag]
    return signs.withdrawn is not None and signs.withdrawn.search(text) is not None


def _quote(reading: Reading, clause: Clause) -> Evidence:
    words = reading.turn.utterance.text[clause.start : clause.end]
    return Evidence(reading.turn.index, clause.start, clause.end, words)


def _with(belief: tuple[Flag, ...], new: Flag) -> tuple[Flag, ...]:
    """Return the belief with a flag raised, or its evidence and confidence grown where it was."""
    old = next((flag for flag in belief if flag.id is new.id), Flag(new.id, 0.0))
    quotes = tuple(dict.fromkeys((*old.evidence, *new.evidence)))[:_MAX_EVIDENCE]
    grown = Flag(new.id, max(old.confidence, new.confidence), quotes)
    others = [flag for flag in belief if flag.id is not new.id]
    return tuple(sorted((*others, grown), key=lambda flag: flag.id))
