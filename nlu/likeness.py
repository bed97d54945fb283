"""How alike a customer's clauses are to each need of a catalog: the numbers from which needs are judged.

Source: normalisation against ordinary speech, margins over the next need and over the call reasons, and
stated and unstated examples kept apart are what lifted needs on authored conversations.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.background import ORDINARY_SPEECH
from nlu.business import Business
from nlu.embedder import Embedder
from nlu.reading import Clause, Reading

FEATURES = (
    "stated_z",
    "unstated_z",
    "offers_z",
    "stated",
    "unstated",
    "offers",
    "turn_stated_z",
    "turn_unstated_z",
    "margin_needs",
    "other_need_z",
    "margin_reasons",
    "reasons_z",
    "two_nearest",
    "primer",
    "negated",
    "hypothetical",
    "past",
    "someone_else",
    "question",
    "length",
    "wants",
    "asks",
)
"""Names of the numbers, in order."""

_SPREAD_FLOOR = 0.03
"""Cosine; keeps a need that is equally far from all ordinary speech from standing out by nothing."""

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

_Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Shown:
    """Groups of examples, one a need, and how near ordinary speech comes to each."""

    groups: tuple[_Matrix, ...]
    mean: _Matrix
    spread: _Matrix

    def cosines(self, vectors: _Matrix) -> _Matrix:
        """Return the cosine to each group's nearest example, shape ``(vectors, groups)``."""
        return np.stack([_nearest(vectors, group) for group in self.groups], axis=1)

    def standing_out(self, cosines: _Matrix) -> _Matrix:
        """Return by how many spreads of ordinary speech the cosines exceed its mean."""
        return (cosines - self.mean) / self.spread


class Likeness:
    """Compares clauses with the needs, the offers' words and the call reasons of one business."""

    def __init__(self, business: Business, embedder: Embedder) -> None:
        ordinary = embedder.embed(ORDINARY_SPEECH)
        needs = business.needs
        self._stated = _show(embedder, [need.stated for need in needs], ordinary)
        self._unstated = _show(embedder, [need.unstated for need in needs], ordinary)
        self._offers = _show(embedder, [(need.title, *need.offer_words) for need in needs], ordinary)
        self._reasons = _show(embedder, [_all_examples(business)], ordinary)
        self._primers = _show(embedder, [need.primer for need in needs], ordinary)

    def primed(self, agent: Reading) -> _Matrix:
        """Return how near an agent's turn is to each need's primer questions, shape ``(needs,)``."""
        return self._primers.cosines(agent.vector[None])[0]

    def features(self, reading: Reading, agent: Reading | None) -> _Matrix:
        """Return the numbers of each clause and need.

        Args:
            reading: A customer's turn with clauses.
            agent: The agent's turn before it, if there was one.

        Returns:
            float32 of shape ``(clauses, needs, len(FEATURES))``.
        """
        vectors = np.stack([clause.vector for clause in reading.clauses])
        stated, unstated = self._stated.cosines(vectors), self._unstated.cosines(vectors)
        stated_z, unstated_z = self._stated.standing_out(stated), self._unstated.standing_out(unstated)
        offers, reasons = self._offers.cosines(vectors), self._reasons.cosines(vectors)
        standing, other = _against_others(np.maximum(stated_z, unstated_z))
        turn = reading.vector[None]
        columns = (
            stated_z,
            unstated_z,
            self._offers.standing_out(offers),
            stated,
            unstated,
            offers,
            self._stated.standing_out(self._stated.cosines(turn)),
            self._unstated.standing_out(self._unstated.cosines(turn)),
            standing - other,
            other,
            np.maximum(stated, unstated) - reasons,
            self._reasons.standing_out(reasons),
            np.maximum(self._two_nearest(self._stated, vectors), self._two_nearest(self._unstated, vectors)),
            np.zeros(len(self._primers.groups)) if agent is None else self.primed(agent),
            *_manner(reading),
        )
        return np.stack([np.broadcast_to(column, stated.shape) for column in columns], axis=2).astype(
            np.float32
        )

    @staticmethod
    def _two_nearest(shown: _Shown, vectors: _Matrix) -> _Matrix:
        return np.stack([_nearest(vectors, group, 2) for group in shown.groups], axis=1)


def _show(embedder: Embedder, groups: Sequence[tuple[str, ...]], ordinary: _Matrix) -> _Shown:
    vectors = tuple(embedder.embed(group) for group in groups)
    cosines = np.stack([_nearest(ordinary, group) for group in vectors], axis=1)
    return _Shown(vectors, cosines.mean(axis=0), cosines.std(axis=0) + _SPREAD_FLOOR)


def _all_examples(business: Business) -> tuple[str, ...]:
    return tuple(example for reason in business.reasons for example in reason.examples)


def _nearest(vectors: _Matrix, group: _Matrix, count: int = 1) -> _Matrix:
    """Return the mean cosine to the ``count`` nearest of the group; 0 where it is empty."""
    if not len(group):
        return np.zeros(len(vectors), np.float32)
    return np.sort(vectors @ group.T, axis=1)[:, -count:].mean(axis=1)


def _against_others(standing: _Matrix) -> tuple[_Matrix, _Matrix]:
    """Return the scores, and for each the best score of another need of the same clause."""
    if standing.shape[1] == 1:
        return standing, np.zeros_like(standing)
    ranked = np.sort(standing, axis=1)
    best, second = ranked[:, -1:], ranked[:, -2:-1]
    return standing, np.where(standing < best, best, second)


def _manner(reading: Reading) -> list[_Matrix]:
    """Return how each clause was said, one column of shape ``(clauses, 1)`` a feature."""
    rows = [_said(clause) for clause in reading.clauses]
    return [np.array(column, np.float32)[:, None] for column in zip(*rows, strict=True)]


def _said(clause: Clause) -> tuple[float, ...]:
    return (
        float(clause.negated),
        float(clause.hypothetical),
        float(clause.past),
        float(clause.someone_else),
        float(clause.question),
        float(np.log1p(len(clause.text.split()))),
        float(_WANTS.search(clause.text) is not None),
        float(_ASKS.search(clause.text) is not None),
    )
