"""How likely an offer is accepted: a prior, moved by what became of earlier suggestions.

A logistic model over what is known when a suggestion is made: the offer, its group and kind, how the need
came out, the channel, the call reason. Each weight is drawn towards zero, and zero is the policy's prior:
without a single outcome the model says what the policy says, and it moves only as far as outcomes carry it.

Source: Bayesian logistic regression with a Gaussian prior and Laplace's approximation of the posterior.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from listener.events import Channel
from nlu.understanding import NeedKind
from offers.decisions import OfferKind

PRIOR_SPREAD = {"offer": 0.5, "group": 0.3, "kind": 0.3, "need": 0.3, "channel": 0.3, "reason": 0.3}
"""Standard deviation, in logits, of each kind of weight before anything is known: two offers of a catalog
differ by a factor of two in odds, one time in three, by more."""

_STEPS = 50
_ENOUGH = 1e-8
_LEAST, _MOST = 0.001, 0.999


def features(
    offer: str, group: str, kind: OfferKind, need_kind: NeedKind | None, known: Iterable[str]
) -> tuple[str, ...]:
    """Return what a propensity depends on: the offer's own features, and what is ``known`` besides."""
    need = (f"need:{need_kind.value}",) if need_kind else ()
    return (f"offer:{offer}", f"group:{group}", f"kind:{kind.value}", *need, *known)


def known_of(channel: Channel, reason: str | None) -> tuple[str, ...]:
    """Return what is known besides the offer: the channel, and the call reason where there is one."""
    return (f"channel:{channel.value}", *((f"reason:{reason}",) if reason else ()))


@dataclass(frozen=True, slots=True)
class Trial:
    """A suggestion that was made, and what became of it.

    Attributes:
        features: Such as ``offer:family-data-60`` or ``channel:voice``; each at most once.
        prior: In (0, 1): the policy's chance of acceptance.
        accepted: Whether the customer took it.
    """

    features: tuple[str, ...]
    prior: float
    accepted: bool


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight of the model, in logits: its mean, and its standard deviation."""

    mean: float
    spread: float


class PropensityModel:
    """What was learned; with no weights it is the prior.

    Args:
        weights: By feature. A feature it does not know has mean zero and the spread of its kind.
        sha256: Of the file they came from, lower-case hex; empty when from none.
    """

    def __init__(self, weights: Mapping[str, Weight], sha256: str = "") -> None:
        self.weights = dict(weights)
        self.sha256 = sha256

    def chance(self, features: Iterable[str], prior: float) -> float:
        """Return the expected chance of acceptance, in (0, 1)."""
        if not self.weights:
            return prior
        mean, spread = self._logit(features, prior)
        return _moderated(mean, spread)

    def draw(self, features: Iterable[str], prior: float, quantile: float) -> float:
        """Return a chance drawn from what is still uncertain.

        Args:
            features: Of the suggestion.
            prior: The policy's chance of acceptance.
            quantile: In (0, 1), from whatever the caller draws with; 0.5 is the median.
        """
        mean, spread = self._logit(features, prior)
        return _logistic(mean + spread * NormalDist().inv_cdf(min(max(quantile, 1e-6), 1 - 1e-6)))

    def _logit(self, features: Iterable[str], prior: float) -> tuple[float, float]:
        weights = [self.weights.get(name) or Weight(0.0, _spread(name)) for name in features]
        spread = sqrt(sum(weight.spread**2 for weight in weights))
        return _odds(prior) + sum(weight.mean for weight in weights), spread


NOTHING_LEARNED = PropensityModel({})
"""The policy's prior."""


def learn(trials: Sequence[Trial]) -> PropensityModel:
    """Fit the model; without trials it is the prior."""
    if not trials:
        return NOTHING_LEARNED
    names = sorted({name for trial in trials for name in trial.features})
    column = {name: number for number, name in enumerate(names)}
    seen = np.zeros((len(trials), len(names)))
    for row, trial in enumerate(trials):
        seen[row, [column[name] for name in trial.features]] = 1.0
    offset = np.array([_odds(trial.prior) for trial in trials])
    taken = np.array([trial.accepted for trial in trials], float)
    precision = np.array([_spread(name) ** -2 for name in names])
    means, spreads = _fit(seen, offset, taken, precision)
    return PropensityModel({name: Weight(float(means[i]), float(spreads[i])) for name, i in column.items()})


_Array = NDArray[np.float64]


def _fit(seen: _Array, offset: _Array, taken: _Array, precision: _Array) -> tuple[_Array, _Array]:
    """Find the posterior's mode by Newton's steps, and its spread from the curvature there."""
    means = np.zeros(seen.shape[1])
    curvature = np.diag(precision)
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-(offset + seen @ means)))
        gradient = seen.T @ (taken - chances) - precision * means
        curvature = (seen * (chances * (1 - chances))[:, None]).T @ seen + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        means = means + step
        if np.abs(step).max() < _ENOUGH:
            break
    return means, np.sqrt(np.diag(np.linalg.inv(curvature)))


def _spread(name: str) -> float:
    return PRIOR_SPREAD[name.partition(":")[0]]


def _odds(chance: float) -> float:
    chance = min(max(chance, _LEAST), _MOST)
    return log(chance / (1 - chance))


def _logistic(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def _moderated(mean: float, spread: float) -> float:
    """Average a logistic over a normal; source: MacKay's approximation."""
    return _logistic(mean / sqrt(1 + np.pi * spread**2 / 8))
