"""What another policy would have earned, told from what this one showed and what became of it.

Every moment at which something could be shown is one entry of the log: what was chosen, with which
probability, what it earned, and what the other policy would choose, with which probabilities. "Nothing" is a
choice as well.

* IPS weighs each reward by how much likelier the other policy makes the choice: unbiased, noisy.
* SNIPS divides by the sum of those weights: a little biased, steadier.
* Doubly robust takes a model's estimate of every choice and corrects it by IPS of the model's error: unbiased
  if either the probabilities or the model are right.

Source: Horvitz and Thompson 1952; Swaminathan and Joachims 2015; Dudík, Langford and Li 2011.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOTHING = ""
"""The choice of showing nothing."""

_RESAMPLES = 1_000
_SEED = 917


class LogError(ValueError):
    """A log from which nothing can be told; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One moment of the log.

    Attributes:
        chosen: Id of the offer that was shown first; ``NOTHING`` where none was.
        probability: In (0, 1]: of that choice, under the policy that made it.
        reward: What it earned, in any unit.
        wanted: The other policy's probabilities by choice; they add up to 1.
        expected: A model's estimate of the reward by choice; what is missing counts 0.
    """

    chosen: str
    probability: float
    reward: float
    wanted: Mapping[str, float]
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean reward per moment with its 95 % interval.

    Attributes:
        effective: How many entries it amounts to: few, where the policies seldom agree.
    """

    value: float
    low: float
    high: float
    effective: float


_Array = NDArray[np.float64]


def evaluate(log: Sequence[Entry]) -> dict[str, Estimate]:
    """Return the estimates by name: ``ips``, ``snips``, ``doubly robust``; and ``shown``, what was earned.

    Raises:
        LogError: The log is empty, or a probability is not above 0.
    """
    if not log:
        raise LogError("the log is empty: nothing was decided yet that could be evaluated")
    bad = next((n for n, entry in enumerate(log) if not 0 < entry.probability <= 1), None)
    if bad is not None:
        raise LogError(f"entry {bad}: the choice has probability {log[bad].probability}, not above 0")
    weights = np.array([entry.wanted.get(entry.chosen, 0.0) / entry.probability for entry in log])
    rewards = np.array([entry.reward for entry in log])
    expected = np.array([_expected(entry) for entry in log])
    model_there = np.array([entry.expected.get(entry.chosen, 0.0) for entry in log])
    robust = expected + weights * (rewards - model_there)
    ones = np.ones(len(log))
    effective = float(weights.sum() ** 2 / max((weights**2).sum(), 1e-12))
    return {
        "shown": _interval(rewards, ones, float(len(log))),
        "ips": _interval(weights * rewards, ones, effective),
        "snips": _interval(weights * rewards, weights, effective),
        "doubly robust": _interval(robust, ones, effective),
    }


def _expected(entry: Entry) -> float:
    return sum(share * entry.expected.get(choice, 0.0) for choice, share in entry.wanted.items())


def _interval(gains: _Array, weights: _Array, effective: float) -> Estimate:
    """Return the ratio of the sums, with a bootstrap over entries."""
    chance = np.random.default_rng(_SEED)
    picks = chance.integers(len(gains), size=(_RESAMPLES, len(gains)))
    values = gains[picks].sum(axis=1) / np.maximum(weights[picks].sum(axis=1), 1e-12)
    low, high = np.percentile(values, (2.5, 97.5))
    value = gains.sum() / max(weights.sum(), 1e-12)
    return Estimate(float(value), float(low), float(high), effective)
