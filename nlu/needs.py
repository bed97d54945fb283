"""What the customer needs, said outright or let slip, each with the words that show it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from listener.events import Speaker
from nlu.business import Business
from nlu.embedder import Embedder
from nlu.head_files import Arrays, read_head
from nlu.likeness import Likeness
from nlu.reading import Clause, Reading
from nlu.understanding import Evidence, Need, NeedKind

_SHA256 = "effb4b69ab478fd48192cd1ecddebf70bb5b604e775ed0f52a84375a719aae08"

MINIMUM = 0.25
"""Probability from which a need is believed. Source: best F1 on authored conversations, each business left
out of the training in its turn; see nlu/heads/needs.md."""

_BESIDE = 0.5
"""A need less than half as likely as the likeliest is the same words seen twice."""

_STATED = 0.7
"""Probability from which a need counts as said outright; most are let slip."""

_PRIMED = 0.7
"""Cosine from which an agent's question is a need's primer; paraphrases of one question lie above."""

_PRIMED_CONFIDENCE = 0.7
"""Confidence in a need that the customer affirmed when asked for it."""

_MAX_EVIDENCE = 3
"""Quotes kept a need: what an agent can read at a glance, and a bound on what is remembered."""

_YES = re.compile(
    r"\W*(?:(?:oh|um|uh|er|well|ha|god|actually)\W+)*(?:yes|yeah|yep|yup|aye|sure|definitely|absolutely"
    r"|totally|exactly|always"
    r"|all the time|it does|we do|i do|very much|that(?:['’]s| is) (?:right|true|it|me"
    r"|us))\b(?!,? (?:but )?no\b)",
    re.IGNORECASE,
)
_WITHDRAWS = re.compile(
    r"\b(?:never ?mind|scratch that|scrap (?:that|it)|forget (?:it|that|about|what i)|(?:ignore"
    r"|disregard) (?:what|that|the)"
    r"|changed my mind|no longer (?:need|want)|(?:don['’]?t|won['’]?t|do not|will not) (?:need|want"
    r"|be needing) (?:it|that|one|them|any)"
    r"|not (?:going|happening|getting|bothering)(?: any ?more| after all)|(?:it['’]?s|that['’]?s"
    r"|been) (?:handled|sorted|taken care of)"
    r"|i tell a lie|is off|called off|all covered|already (?:have|got) (?:one|that|it)|got (?:one"
    r"|it) (?:sorted|already))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class NeedsHead:
    """The trained numbers of needs, the same for every business.

    Attributes:
        sha256: Of the file they came from, lower-case hex.
        arrays: ``mean``, ``scale`` of the features; ``weight``, ``bias`` of "is it a need" and "was it
            stated".
    """

    sha256: str
    arrays: Arrays

    def judge(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities of a need and, if so, of its being stated; shape ``(…, 2)``."""
        scaled = (features - self.arrays["mean"]) / self.arrays["scale"]
        scores = scaled @ self.arrays["weight"].T + self.arrays["bias"]
        return (1 / (1 + np.exp(-scores))).astype(np.float32)


def load_needs_head() -> NeedsHead:
    """Read the head that ships with the package.

    Raises:
        HeadError: Its file is missing or not the one we trained.
    """
    return NeedsHead(_SHA256, read_head("needs.npz", _SHA256))


@dataclass(frozen=True, slots=True, eq=False)
class NeedsState:
    """What is remembered from turn to turn.

    Attributes:
        seen: All needs with any likelihood, by id, in the order first seen; bounded by the catalog.
        agent: The agent's latest turn, or None before the first.
    """

    seen: Mapping[str, Need] = field(default_factory=dict[str, Need])
    agent: Reading | None = None

    @property
    def belief(self) -> tuple[Need, ...]:
        """The needs believed now, surest first."""
        ranked = sorted(self.seen.values(), key=lambda need: (-need.confidence, need.id))
        return tuple(
            need for need in ranked if need.confidence >= max(MINIMUM, _BESIDE * ranked[0].confidence)
        )


class NeedsReader:
    """Finds a catalog's needs in the customer's clauses."""

    def __init__(self, business: Business, embedder: Embedder, head: NeedsHead) -> None:
        self._ids = tuple(need.id for need in business.needs)
        self._likeness = Likeness(business, embedder) if business.needs else None
        self._head = head

    def begin(self) -> NeedsState:
        """Return the state before the first turn."""
        return NeedsState()

    def read(self, state: NeedsState, reading: Reading) -> NeedsState:
        """Take the next turn of either speaker; return the state after it."""
        if reading.turn.utterance.speaker is Speaker.AGENT:
            return NeedsState(state.seen, reading)
        if self._likeness is None or not reading.clauses:
            return state
        chances = self._head.judge(self._likeness.features(reading, state.agent))
        if _WITHDRAWS.search(reading.text):
            return NeedsState(self._without(state.seen, chances), state.agent)
        seen = dict(state.seen)
        for need in (*self._shown(reading, chances), *self._affirmed(reading, state.agent, self._likeness)):
            seen[need.id] = _joined(seen.get(need.id), need)
        return NeedsState(seen, state.agent)

    def _shown(self, reading: Reading, chances: NDArray[np.float32]) -> list[Need]:
        """Return each clause's likeliest need: one clause seldom shows two."""
        found: list[Need] = []
        for clause, row in zip(reading.clauses, chances, strict=True):
            best = int(row[:, 0].argmax())
            if _meant(clause):
                kind = NeedKind.STATED if row[best, 1] >= _STATED else NeedKind.UNSTATED
                found.append(Need(self._ids[best], kind, float(row[best, 0]), (_quote(reading, clause),)))
        return found

    def _affirmed(self, reading: Reading, agent: Reading | None, likeness: Likeness) -> list[Need]:
        """Return the need that the customer says yes to, asked by a primer question."""
        if agent is None or not _YES.match(reading.text):
            return []
        primed = likeness.primed(agent)
        best = int(primed.argmax())
        if primed[best] < _PRIMED:
            return []
        quote = _quote(reading, reading.clauses[0])
        return [Need(self._ids[best], NeedKind.STATED, _PRIMED_CONFIDENCE, (quote,))]

    def _without(self, seen: Mapping[str, Need], chances: NDArray[np.float32]) -> dict[str, Need]:
        """Return the needs without the one that the turn takes back: the likeliest of those believed."""
        nearness = dict(zip(self._ids, chances[..., 0].max(axis=0), strict=True))
        believed = NeedsState(seen).belief
        if not believed:
            return dict(seen)
        gone = max(believed, key=lambda need: nearness[need.id])
        return {name: need for name, need in seen.items() if name != gone.id}


def _meant(clause: Clause) -> bool:
    """Whether the clause can show a need of this customer's, now."""
    return not (clause.past or clause.someone_else)


def _quote(reading: Reading, clause: Clause) -> Evidence:
    words = reading.turn.utterance.text[clause.start : clause.end]
    return Evidence(reading.turn.index, clause.start, clause.end, words)


def _joined(old: Need | None, new: Need) -> Need:
    """Return the surer of two sightings of one need; its quotes are those that would be believed alone."""
    if old is None:
        return new
    surer, other = (new, old) if new.confidence > old.confidence else (old, new)
    quotes = surer.evidence if other.confidence < MINIMUM else old.evidence + new.evidence
    quotes = tuple(sorted(dict.fromkeys(quotes), key=lambda quote: (quote.turn, quote.start)))
    return Need(new.id, surer.kind, surer.confidence, quotes[-_MAX_EVIDENCE:])
