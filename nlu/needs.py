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
from nlu.likeness import LIKENESS, Likeness
from nlu.manner import Before, manner
from nlu.reading import Clause, Reading
from nlu.understanding import Evidence, Need, NeedKind
from nlu.withdrawal import says_settled, takes_back

_SHA256 = "58d701bc39056a7e9f385f6c7698b1edffea799637d8d5dd681c742bc733c7e8"

MINIMUM = 0.33
"""Probability from which a need is believed. Source: best F1 on authored conversations, two businesses left
out of the training in its turn; see nlu/heads/needs.md."""

_BESIDE = 0.7
"""A need far less likely than the likeliest is the same words seen twice. Source: as MINIMUM."""

_STATED = 0.9
"""Probability from which a need counts as said outright; most are let slip. Source: as MINIMUM."""

_HEARD = 0.2
"""Confidence from which a sighting has a say in the need's kind. Source: as MINIMUM."""

_OWN_WORDS = 0.75
"""Cosine from which a clause says what an example says: such a clause needs no further signs."""

_OWN_WORDS_CONFIDENCE = 0.7
"""Least confidence in a need that was said in an example's words."""

_PRIMED = 0.7
"""Cosine from which an agent's question is a need's primer; paraphrases of one question lie above."""

_PRIMED_CONFIDENCE = 0.7
"""Confidence in a need that the customer affirmed when asked for it."""

_MAX_EVIDENCE = 3
"""Quotes kept a need: what an agent can read at a glance, and a bound on what is remembered."""

_AGAIN = 0.5
"""Weight of a further sighting of a need: two weak ones add up, but are seldom independent."""

_UNUSUAL = 5.0
"""Standard deviations at which a feature is cut off: the head knows nothing of what lies beyond."""

_ABOUT = 0.05
"""Probability of a need from which "that's sorted" speaks of it, rather than of the request."""

_YES = re.compile(
    r"\W*(?:(?:oh|um|uh|er|well|ha|god|actually)\W+)*(?:yes|yeah|yep|yup|aye|sure|definitely|absolutely"
    r"|totally|exactly|always"
    r"|all the time|it does|we do|i do|very much|that(?:['’]s| is) (?:right|true|it|me"
    r"|us))\b(?!,? (?:but )?no\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class NeedsHead:
    """The trained numbers of needs, the same for every business.

    Attributes:
        sha256: Of the file they came from, lower-case hex.
        arrays: ``telling``, ``asking``, each a weight for every number of its vectors and, last, a bias;
            ``mean``, ``scale`` of the features; ``hidden``, ``hidden_bias``, ``output``, ``output_bias`` of
            "is it a need" and ``kind``, ``kind_bias`` of "was it stated".
    """

    sha256: str
    arrays: Arrays

    def hints(self, reading: Reading, agent: Reading | None) -> NDArray[np.float32]:
        """Return how far each clause sounds as if it showed some need, and as if it asked for something.

        Args:
            reading: A customer's turn with clauses.
            agent: The agent's turn before it, if there was one.

        Returns:
            Shape ``(clauses, 2)``.
        """
        telling, asking = self.arrays["telling"], self.arrays["asking"]
        said = hinting(reading, agent)
        vectors = said[:, : len(asking) - 1]
        pair = (said @ telling[:-1] + telling[-1], vectors @ asking[:-1] + asking[-1])
        return np.stack(pair, axis=1).astype(np.float32)

    def judge(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities of a need and, if so, of its being stated; shape ``(…, 2)``.

        Args:
            features: What ``features`` returned.
        """
        arrays = self.arrays
        scaled = ((features - arrays["mean"]) / arrays["scale"]).clip(-_UNUSUAL, _UNUSUAL)
        hidden = np.maximum(scaled @ arrays["hidden"] + arrays["hidden_bias"], 0)
        needed = hidden @ arrays["output"] + arrays["output_bias"]
        stated = scaled @ arrays["kind"] + arrays["kind_bias"]
        return (1 / (1 + np.exp(-np.stack([needed, stated], axis=-1)))).astype(np.float32)


def hinting(reading: Reading, agent: Reading | None) -> NDArray[np.float32]:
    """Return what hints are taken from: vectors of the clause, its turn and the agent's turn before it.

    Returns:
        Shape ``(clauses, 3 * dim)``.
    """
    before = np.zeros_like(reading.vector) if agent is None else agent.vector
    return np.stack([np.concatenate([clause.vector, reading.vector, before]) for clause in reading.clauses])


def features(
    likeness: NDArray[np.float32], manner: NDArray[np.float32], hints: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the numbers that are judged, of each clause and need.

    Args:
        likeness: Shape ``(clauses, needs, len(LIKENESS))``.
        manner: Shape ``(clauses, len(MANNER))``.
        hints: Shape ``(clauses, 2)``.
    """
    needs = likeness.shape[1]
    said = np.repeat(np.concatenate([manner, hints], axis=1)[:, None], needs, axis=1)
    return np.concatenate([likeness, said], axis=2)


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
        before: What was said before the next turn, as far as it matters to needs.
    """

    seen: Mapping[str, Need] = field(default_factory=dict[str, Need])
    before: Before = field(default_factory=Before)

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
            return NeedsState(state.seen, state.before.after_agent(reading))
        if self._likeness is None or not reading.clauses:
            return state
        before = state.before.after_customer(reading)
        chances = self._judge(reading, state.before, self._likeness)
        if takes_back(reading.text):
            return NeedsState(self._without(state.seen, chances, 0.0), before)
        if says_settled(reading.text):
            return NeedsState(self._without(state.seen, chances, _ABOUT), before)
        seen = dict(state.seen)
        affirmed = self._affirmed(reading, state.before.agent, self._likeness)
        for need in (*self._shown(reading, chances), *affirmed):
            seen[need.id] = _joined(seen.get(need.id), need)
        return NeedsState(seen, before)

    def _judge(self, reading: Reading, before: Before, likeness: Likeness) -> NDArray[np.float32]:
        """Return the probabilities of each clause and need, shape ``(clauses, needs, 2)``."""
        compared = likeness.compare(reading, before.agent)
        hints = self._head.hints(reading, before.agent)
        chances = self._head.judge(features(compared, manner(reading, before), hints))
        return _in_own_words(chances, compared)

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

    def _without(
        self, seen: Mapping[str, Need], chances: NDArray[np.float32], about: float
    ) -> dict[str, Need]:
        """Return the needs without the one that the turn ends: the likeliest of those believed.

        Args:
            seen: The needs before the turn.
            chances: Of each clause and need.
            about: Least probability, by the turn alone, that it speaks of that need.
        """
        nearness = dict(zip(self._ids, chances[..., 0].max(axis=0), strict=True))
        believed = NeedsState(seen).belief
        if not believed:
            return dict(seen)
        gone = max(believed, key=lambda need: nearness[need.id])
        if nearness[gone.id] < about:
            return dict(seen)
        return {name: need for name, need in seen.items() if name != gone.id}


def _in_own_words(chances: NDArray[np.float32], compared: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities, raised where a clause says what an example says.

    The head has learned from hints let slip, and knows little of what is said plainly.
    """
    stated, unstated, over_reasons = (
        compared[..., LIKENESS.index(name)] for name in ("stated", "unstated", "over_reasons")
    )
    plain = (np.maximum(stated, unstated) >= _OWN_WORDS) & (over_reasons > 0)
    needed = np.where(plain, np.maximum(chances[..., 0], _OWN_WORDS_CONFIDENCE), chances[..., 0])
    return np.stack([needed, np.where(plain, stated > unstated, chances[..., 1])], axis=-1)


def _meant(clause: Clause) -> bool:
    """Whether the clause can show a need of this customer's, now."""
    return not (clause.past or clause.someone_else)


def _quote(reading: Reading, clause: Clause) -> Evidence:
    words = reading.turn.utterance.text[clause.start : clause.end]
    return Evidence(reading.turn.index, clause.start, clause.end, words)


def _joined(old: Need | None, new: Need) -> Need:
    """Return two sightings of one need as one; its quotes are those that would be believed alone."""
    if old is None:
        return new
    surer, other = (new, old) if new.confidence > old.confidence else (old, new)
    doubt = (1 - surer.confidence) * (1 - _AGAIN * other.confidence)
    quotes = surer.evidence if other.confidence < MINIMUM else old.evidence + new.evidence
    quotes = tuple(sorted(dict.fromkeys(quotes), key=lambda quote: (quote.turn, quote.start)))
    return Need(new.id, _kind(surer, other), 1 - doubt, quotes[-_MAX_EVIDENCE:])


def _kind(surer: Need, other: Need) -> NeedKind:
    """Return the kind of two sightings of one need: what was asked for once stays asked for."""
    if NeedKind.STATED in {each.kind for each in (surer, other) if each.confidence >= _HEARD}:
        return NeedKind.STATED
    return surer.kind
