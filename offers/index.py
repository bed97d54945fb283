"""The offers that fit best what was said, found without looking at every rule.

A group holds the offers of one kind that meet one need. Comparing all their words takes one product of
matrices; the rules are asked from the best fit down, until there are enough. Small groups are taken whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from offers.catalog import Offer

Vectors = NDArray[np.float32]

SHORTLIST = 16
"""Offers of one need and kind that go on to arbitration; a screen shows three."""

MOST_JUDGED = 256
"""Offers of one need and kind whose rules are asked, at most, while the shortlist is not full."""


class Group:
    """Offers of one kind that meet one need.

    Args:
        offers: In the file's order.
        words: What describes each, unit vectors of shape ``(texts, dim)``, one text at least.
    """

    def __init__(self, offers: Sequence[Offer], words: Sequence[Vectors]) -> None:
        self._offers = tuple(offers)
        self._vectors = np.concatenate(words)
        self._bounds = np.cumsum([0, *map(len, words)])

    def fitting(self, said: Vectors, admits: Callable[[Offer], bool]) -> Iterator[tuple[Offer, float]]:
        """Yield the offers that this customer may be made and their fit, ``SHORTLIST`` at most.

        The fit is the cosine, in [-1, 1], of the closest pair of a text and what was said.

        Args:
            said: Unit vectors, shape ``(quotes, dim)``.
            admits: Whether this customer may be made an offer.
        """
        count = len(self._offers)
        numbers: Iterable[int] = range(count) if count <= SHORTLIST else self._best_first(said)
        admitted = (number for number in numbers if admits(self._offers[number]))
        for number in islice(admitted, SHORTLIST):
            words = self._vectors[self._bounds[number] : self._bounds[number + 1]]
            yield self._offers[number], round(float((words @ said.T).max(initial=-1.0)), 4)

    def _best_first(self, said: Vectors) -> list[int]:
        """Return the numbers of the ``MOST_JUDGED`` best, best first; the file's order among equals."""
        texts = (self._vectors @ said.T).max(axis=1, initial=-1.0)
        fits = np.maximum.reduceat(texts, self._bounds[:-1])
        best = np.arange(len(fits))
        if len(fits) > MOST_JUDGED:
            best = np.argpartition(-fits, MOST_JUDGED)[:MOST_JUDGED]
        return best[np.lexsort((best, -fits[best]))].tolist()
