"""Trying now and then what is not known to be best, within a budget, and knowing how likely each try was.

A share of the conversations explores: there the chance of acceptance is drawn from what is still uncertain
(Thompson's sampling) instead of expected, and in a part of those no sale is shown at all, so that it can be
told what silence is worth. Draws come from hashes of policy, conversation and offer: a replay draws the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256

from offers.arbitration import prior
from offers.matching import Candidate
from offers.policy import ArbitrationPolicy
from offers.propensity import PropensityModel, features

Chance = Callable[[Candidate], float]
"""Probability that a candidate is accepted, in (0, 1)."""

TRIALS = 64
"""Draws from which a try's probability is told, its own among them; its standard error is .06 at most."""


class Exploration:
    """The draws of one conversation.

    Args:
        rules: The policy's numbers.
        model: What was learned.
        seed: Names policy and conversation.
        known: Features that all candidates share: ``channel:voice`` and the like.
        active: Whether this conversation may explore at all; a replayed file's may not.
    """

    def __init__(
        self,
        rules: ArbitrationPolicy,
        model: PropensityModel,
        seed: tuple[str, ...],
        known: Callable[[], Iterable[str]],
        *,
        active: bool,
    ) -> None:
        self._rules, self._model, self._seed, self._known = rules, model, seed, known
        budget = rules.exploration
        self._share = budget.share if active else 0.0
        self.explores = _quantile(*seed, "explores") < self._share
        self.is_silent = self.explores and _quantile(*seed, "silent") < budget.silent

    def chance(self, candidate: Candidate) -> float:
        """Return the chance of acceptance to arbitrate by: drawn where this conversation explores."""
        return self._drawn(candidate, "shown") if self.explores else self._expected(candidate)

    def probabilities(self, first: Callable[[Chance], str]) -> dict[str, float]:
        """Return how likely each offer was to come first; they add up to 1.

        Args:
            first: The offer that comes first under given chances; empty where none does.
        """
        expected = first(self._expected)
        if not self._share:
            return {expected: 1.0}
        draws = ("shown", *map(str, range(TRIALS - 1)))
        firsts = Counter(first(lambda one, draw=draw: self._drawn(one, draw)) for draw in draws)
        silent = self._rules.exploration.silent
        found = {choice: self._share * (1 - silent) * n / TRIALS for choice, n in firsts.items()}
        for choice, share in ((expected, 1 - self._share), ("", self._share * silent)):
            found[choice] = found.get(choice, 0.0) + share
        return {choice: round(share, 6) for choice, share in found.items()}

    def _expected(self, candidate: Candidate) -> float:
        return self._model.chance(self._features(candidate), prior(candidate.need_kind, self._rules))

    def _drawn(self, candidate: Candidate, draw: str) -> float:
        quantile = _quantile(*self._seed, candidate.offer.id, draw)
        return self._model.draw(self._features(candidate), prior(candidate.need_kind, self._rules), quantile)

    def _features(self, candidate: Candidate) -> tuple[str, ...]:
        return features_of(candidate, self._known())


def features_of(candidate: Candidate, known: Iterable[str]) -> tuple[str, ...]:
    """Return what a propensity is learned from: the offer's own features, and what is known besides."""
    offer = candidate.offer
    return features(offer.id, offer.group_id, offer.kind, candidate.need_kind, known)


def _quantile(*parts: str) -> float:
    """Return a number in (0, 1) that depends on the parts alone and is spread evenly over them."""
    digest = sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8], "big") + 0.5) / 2**64
