"""How alike a customer's clauses are to each need of a catalog: the numbers from which needs are judged.

Source: what lifted needs on authored conversations, businesses left out: likeness normalised against ordinary
speech and against the catalog's other examples, margins over the next need, stated and unstated examples kept
apart, the clause together with its neighbours, and above all a small learned recogniser of the catalog's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.background import ORDINARY_SPEECH
from nlu.business import Business
from nlu.embedder import Embedder
from nlu.reading import Reading
from nlu.recogniser import Recogniser

LIKENESS = (
    "stated",
    "stated_above_speech",
    "stated_above_others",
    "unstated",
    "unstated_above_speech",
    "unstated_above_others",
    "offers",
    "offers_above_speech",
    "offers_above_others",
    "primer",
    "window",
    "two_nearest",
    "two_nearest_margin",
    "centre",
    "margin",
    "margin_above_speech",
    "margin_above_others",
    "best_other_need",
    "share",
    "over_reasons",
    "over_speech",
    "reasons",
    "reasons_above_speech",
    "speech",
    "learned",
    "learned_margin",
    "learned_window",
    "learned_turn",
    "turn_stated_above_speech",
    "turn_unstated_above_speech",
    "primed",
)
"""Names of the numbers of a clause and a need, in order."""

_SPREAD_FLOOR = 0.03
"""Cosine; keeps a need that is equally far from all ordinary speech from standing out by nothing."""

_SHARPNESS = 20.0
"""Of the share of likeness that goes to a need, not to another, a reason or ordinary speech."""

_SMALLEST_SHARE = 1e-4

_Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Shown:
    """Groups of examples, one a need, and how near other words come to each."""

    groups: tuple[_Matrix, ...]
    speech: tuple[_Matrix, _Matrix]
    others: tuple[_Matrix, _Matrix]

    def cosines(self, vectors: _Matrix) -> _Matrix:
        """Return the cosine to each group's nearest example, shape ``(vectors, groups)``."""
        return _all_nearest(vectors, self.groups)

    def above(self, cosines: _Matrix) -> tuple[_Matrix, _Matrix]:
        """Return by how many spreads the cosines exceed ordinary speech and the catalog's other examples."""
        return (cosines - self.speech[0]) / self.speech[1], (cosines - self.others[0]) / self.others[1]


class Likeness:
    """Compares clauses with the needs, the offers' words and the call reasons of one business."""

    def __init__(self, business: Business, embedder: Embedder) -> None:
        needs = business.needs
        self._speech = embedder.embed(ORDINARY_SPEECH)
        self._reasons = embedder.embed([text for each in business.reasons for text in each.examples])
        self._examples = [embedder.embed((*need.stated, *need.unstated)) for need in needs]
        self._stated = self._show([embedder.embed(need.stated) for need in needs])
        self._unstated = self._show([embedder.embed(need.unstated) for need in needs])
        self._offers = self._show([embedder.embed((need.title, *need.offer_words)) for need in needs])
        self._primers = [embedder.embed(need.primer) for need in needs]
        self._centres = np.stack([_unit(group.mean(axis=0)) for group in self._examples])
        aside = [np.concatenate(pair) for pair in zip(self._offers.groups, self._primers, strict=True)]
        self._recogniser = Recogniser(self._examples, aside, np.concatenate([self._speech, self._reasons]))
        near = _nearest(self._speech, self._reasons)
        self._reasons_norm = float(near.mean()), float(near.std()) + _SPREAD_FLOOR

    def primed(self, agent: Reading) -> _Matrix:
        """Return how near an agent's turn is to each need's primer questions, shape ``(needs,)``."""
        return _all_nearest(agent.vector[None], self._primers)[0]

    def compare(self, reading: Reading, agent: Reading | None) -> _Matrix:
        """Return the numbers of each clause and need.

        Args:
            reading: A customer's turn with clauses.
            agent: The agent's turn before it, if there was one.

        Returns:
            float32 of shape ``(clauses, needs, len(LIKENESS))``.
        """
        vectors = np.stack([clause.vector for clause in reading.clauses])
        primed = np.zeros(len(self._primers)) if agent is None else self.primed(agent)
        columns = (
            *self._clauses(vectors),
            *self._learned(vectors, reading.vector[None]),
            self._stated.above(self._stated.cosines(reading.vector[None]))[0],
            self._unstated.above(self._unstated.cosines(reading.vector[None]))[0],
            primed,
        )
        shape = len(vectors), len(self._primers)
        return np.stack([np.broadcast_to(column, shape) for column in columns], axis=2).astype(np.float32)

    def _clauses(self, vectors: _Matrix) -> tuple[_Matrix, ...]:
        """Return the columns that come from the nearest examples."""
        shown = [each.cosines(vectors) for each in (self._stated, self._unstated, self._offers)]
        stated, unstated, offers = (
            each.above(cosines)
            for each, cosines in zip((self._stated, self._unstated, self._offers), shown, strict=True)
        )
        best = np.maximum(shown[0], shown[1])
        speech, others = np.maximum(stated[0], unstated[0]), np.maximum(stated[1], unstated[1])
        two = _all_nearest(vectors, self._examples, 2)
        window = np.maximum(*(_all_nearest(each, self._examples) for each in _windows(vectors)))
        compared = (_margin(best), _margin(speech), _margin(others), speech - _margin(speech))
        return (
            *(shown[0], *stated, shown[1], *unstated, shown[2], *offers),
            *(_all_nearest(vectors, self._primers), window, two, _margin(two), vectors @ self._centres.T),
            *(*compared, *self._against(vectors, best)),
        )

    def _against(self, vectors: _Matrix, best: _Matrix) -> tuple[_Matrix, ...]:
        """Return the columns that set a need against the call reasons and ordinary speech."""
        reasons = _nearest(vectors, self._reasons)[:, None]
        speech = _nearest(vectors, self._speech)[:, None]
        weights = np.exp(_SHARPNESS * np.concatenate([best, reasons, speech], axis=1))
        share = weights[:, : best.shape[1]] / weights.sum(axis=1, keepdims=True)
        mean, spread = self._reasons_norm
        standing = (reasons - mean) / spread
        return np.log(share + _SMALLEST_SHARE), best - reasons, best - speech, reasons, standing, speech

    def _learned(self, vectors: _Matrix, turn: _Matrix) -> tuple[_Matrix, ...]:
        alone = self._recogniser.score(vectors)
        window = np.maximum(*(self._recogniser.score(each) for each in _windows(vectors)))
        return alone, _margin(alone), window, self._recogniser.score(turn)

    def _show(self, groups: Sequence[_Matrix]) -> _Shown:
        """Return the groups with how near ordinary speech, and the examples of other needs, come to each."""
        norms = [
            (_norm(_nearest(self._speech, group)), _norm(_nearest(self._others(at), group)))
            for at, group in enumerate(groups)
        ]
        speech, others = np.array(norms, np.float32).transpose(1, 2, 0)
        return _Shown(tuple(groups), (speech[0], speech[1]), (others[0], others[1]))

    def _others(self, at: int) -> _Matrix:
        """Return the examples of the call reasons and of all needs but one."""
        rest = [group for other, group in enumerate(self._examples) if other != at]
        return np.concatenate([*rest, self._reasons])


def _norm(cosines: _Matrix) -> tuple[float, float]:
    if not len(cosines):
        return 0.0, 1.0
    return float(cosines.mean()), float(cosines.std()) + _SPREAD_FLOOR


def _nearest(vectors: _Matrix, group: _Matrix, count: int = 1) -> _Matrix:
    """Return the mean cosine to the ``count`` nearest of the group; 0 where it is empty."""
    if not len(group):
        return np.zeros(len(vectors), np.float32)
    return np.sort(vectors @ group.T, axis=1)[:, -count:].mean(axis=1)


def _all_nearest(vectors: _Matrix, groups: Sequence[_Matrix], count: int = 1) -> _Matrix:
    return np.stack([_nearest(vectors, group, count) for group in groups], axis=1)


def _windows(vectors: _Matrix) -> tuple[_Matrix, _Matrix]:
    """Return each clause taken together with the one before it, and with the one after it."""
    pairs = (
        np.stack([_unit(pair) for pair in vectors[:-1] + vectors[1:]]) if len(vectors) > 1 else vectors[:0]
    )
    return np.concatenate([vectors[:1], pairs]), np.concatenate([pairs, vectors[-1:]])


def _unit(vector: _Matrix) -> _Matrix:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _margin(scores: _Matrix) -> _Matrix:
    """Return by how much each score exceeds the best of the other needs of the same clause."""
    if scores.shape[1] == 1:
        return scores
    ranked = np.sort(scores, axis=1)
    best, second = ranked[:, -1:], ranked[:, -2:-1]
    return scores - np.where(scores < best, best, second)
