"""What an agent must know of the customer before anything is offered, with the words that show it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from listener.events import Speaker
from nlu.flag_signs import PITCH, REFUSAL, SIGNS, WRAP_UP
from nlu.reading import Clause, Reading
from nlu.understanding import Evidence, Flag, FlagId
from nlu.vulnerability import VulnerabilityHead

_SAID = 0.9
"""Confidence of a pattern found in a clause that means it."""

_REFUSED = 0.85
"""Confidence that a refusal right after an agent's pitch declines it."""

_SURE = 0.9
"""Probability from which a clause shows a vulnerable customer in words that no pattern knows. It holds the
whole conversation back: a false alarm costs as much as a miss. Source: ``python -m bench.train_flags``."""

_SHOWN = 0.7
"""Confidence of such a clause. Source: it alone raised the flag in 11 conversations of unseen businesses,
8 of them of vulnerable customers."""

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

    def __init__(self, vulnerability: VulnerabilityHead) -> None:
        self._vulnerability = vulnerability

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
        for flag in SIGNS:
            if _taken_back(flag, reading.text):
                continue
            for clause in reading.clauses:
                confidence = self._confidence(flag, clause)
                if confidence > 0:
                    yield Flag(flag, confidence, (_quote(reading, clause),))
        if pitched and reading.clauses and REFUSAL.match(reading.text):
            yield Flag(FlagId.DECLINED, _REFUSED, (_quote(reading, reading.clauses[0]),))

    def _confidence(self, flag: FlagId, clause: Clause) -> float:
        """Return how surely a clause raises the flag; 0 when it does not."""
        if plainly(flag, clause):
            return _SAID
        if flag is not FlagId.VULNERABLE or not means_it(clause):
            return 0.0
        return _SHOWN if self._vulnerability.chance(clause.vector) >= _SURE else 0.0


def plainly(flag: FlagId, clause: Clause) -> bool:
    """Tell whether a clause raises the flag in so many words."""
    signs = SIGNS[flag]
    if clause.someone_else or signs.never.search(clause.text):
        return False
    counts = signs.denied_counts or not (clause.negated or clause.hypothetical)
    return counts and signs.pattern.search(clause.text) is not None


def means_it(clause: Clause) -> bool:
    """Tell whether a clause may show a vulnerable customer in words that no pattern knows."""
    never = SIGNS[FlagId.VULNERABLE].never
    return not (clause.someone_else or clause.hypothetical or never.search(clause.text))


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
