"""Which candidates come first, and which not at all: priority = P × C × V × L, with the parts kept.

* P, propensity: a prior by how the need came out, stated or unstated. A learned rate may take its place,
  drawn towards this prior while there are few outcomes.
* C, context: confidence in the need × how well the offer's words fit the customer's × the policy's weights
  of the present context. 1 is neutral.
* V, value: the margin to a power. By default the power is so small that value decides between near
  equals only; with 1 it is the margin itself.
* L, lever: the business's own thumb on the scale, and what "maybe later" is worth.

Levers and context weights are points, which add up: 1 + points / 100. A term that is switched off counts 1.
Right-sell: among near equals the cheapest comes first, and value decides only between equal prices.
Nothing suitable is an answer: the result may be empty.

Source: the product form P × C × V × L, the additive points and the switches are Pega's; the numbers' defaults
are in ``offers.policy`` with how they were found.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from nlu.understanding import NeedKind
from offers.catalog import Offer
from offers.decisions import OfferKind, Scope, Score
from offers.matching import Candidate
from offers.policy import ArbitrationPolicy, Policy

_PER_YEAR = {"once": 1, "month": 12, "year": 1}
_FREE = (OfferKind.SERVICE, OfferKind.GOODWILL)
_DECIMALS = 6


def arbitrate(
    candidates: Iterable[Candidate],
    scope: Scope,
    policy: Policy,
    *,
    standing: tuple[Candidate, ...] = (),
    churn: bool = False,
    chance: Callable[[Candidate], float] | None = None,
) -> tuple[Candidate, ...]:
    """Return the candidates worth showing, scored, best first.

    Args:
        candidates: Offers this customer may be made, in any order.
        scope: What the gate lets through.
        policy: The business's numbers.
        standing: What is on the screen already: nothing that clashes or repeats comes beside it.
        churn: Whether the customer may leave: then retention comes first.
        chance: A candidate's probability of acceptance; None takes the policy's prior.
    """
    rules = policy.arbitration
    scored = [
        _scored(candidate, rules, chance)
        for candidate in candidates
        if scope.lets(candidate.offer.kind) and _wanted(candidate, policy)
    ]
    ranked = sorted(scored, key=lambda candidate: _order(candidate, rules, churn))
    return _diverse(ranked, standing, policy)


def _wanted(candidate: Candidate, policy: Policy) -> bool:
    return candidate.need is None or candidate.confidence >= policy.matching.minimum_need


def _scored(
    candidate: Candidate, rules: ArbitrationPolicy, chance: Callable[[Candidate], float] | None
) -> Candidate:
    terms = rules.terms
    accepted = prior(candidate.need_kind, rules) if chance is None else round(chance(candidate), _DECIMALS)
    parts = Score(
        propensity=accepted if terms.propensity else 1.0,
        context=round(_context(candidate, rules), _DECIMALS) if terms.context else 1.0,
        value=round(value_of(candidate.offer, rules), _DECIMALS) if terms.value else 1.0,
        lever=round(lever_of(candidate.offer, rules, candidate.lever_points), _DECIMALS)
        if terms.lever
        else 1.0,
        priority=0.0,
    )
    priority = parts.propensity * parts.context * parts.value * parts.lever
    return replace(candidate, score=replace(parts, priority=round(priority, _DECIMALS)))


def prior(need_kind: NeedKind | None, rules: ArbitrationPolicy) -> float:
    """Return the chance of acceptance as long as nothing was learned, by how the need came out."""
    is_stated = need_kind is NeedKind.STATED
    return rules.propensity_stated if is_stated else rules.propensity_unstated


def _context(candidate: Candidate, rules: ArbitrationPolicy) -> float:
    weight = _percent(candidate.context_points)
    if candidate.need is None:
        return weight
    fit = 1 + rules.fit_weight * (candidate.fit - rules.neutral_fit)
    return candidate.confidence * weight * min(max(fit, _LEAST_FIT), _GREATEST_FIT)


def value_of(offer: Offer, rules: ArbitrationPolicy) -> float:
    """Return V, the weight of an offer's margin."""
    return max(offer.value, 1.0) ** rules.value_weight


def lever_of(offer: Offer, rules: ArbitrationPolicy, more_points: float = 0.0) -> float:
    """Return L, the business's thumb on the scale, with what a customer's history adds in percent."""
    levers = rules.levers
    points = (
        levers.kinds.get(offer.kind, 0.0),
        levers.groups.get(offer.group_id, 0.0),
        levers.offers.get(offer.id, 0.0),
        more_points,
    )
    return _percent(sum(points))


def _percent(points: float) -> float:
    return max(0.0, 1 + points / 100)


_LEAST_FIT, _GREATEST_FIT = 0.25, 2.0
"""However the words compare, they weigh within these bounds: the need itself was understood already."""


def _order(candidate: Candidate, rules: ArbitrationPolicy, churn: bool) -> tuple[object, ...]:
    """Sort key. Priorities within one step of the near-tie scale count as equal; then the price decides."""
    step = math.floor(math.log(max(candidate.score.priority, 1e-9)) / math.log1p(rules.near_tie))
    keeps = churn and candidate.offer.kind is OfferKind.RETENTION
    return (
        not keeps,
        candidate.need is None,
        -step,
        _yearly_price(candidate),
        -candidate.offer.value,
        candidate.offer.id,
    )


def _yearly_price(candidate: Candidate) -> float:
    price = candidate.offer.price
    return price.amount * _PER_YEAR[price.per] if price else 0.0


def _diverse(
    ranked: list[Candidate], standing: tuple[Candidate, ...], policy: Policy
) -> tuple[Candidate, ...]:
    chosen: list[Candidate] = []
    for candidate in ranked:
        beside = (*standing, *chosen)
        least = policy.arbitration.minimum_share * (beside[0].score.priority if beside else 0.0)
        if candidate.score.priority >= least and not any(_repeats(candidate, other) for other in beside):
            chosen.append(candidate)
    return tuple(chosen[: max(policy.suggestions.at_once - len(standing), 0)])


def _repeats(candidate: Candidate, other: Candidate) -> bool:
    """Whether the two must not or need not stand together.

    A need takes one paid and one free offer; what fits any customer comes where nothing fits a need.
    """
    if candidate.offer.id == other.offer.id or candidate.offer.clashes(other.offer):
        return True
    if candidate.need is None and other.need is not None:
        return True
    both_free = candidate.offer.kind in _FREE and other.offer.kind in _FREE
    both_paid = candidate.offer.kind not in _FREE and other.offer.kind not in _FREE
    return (both_free or both_paid) and _same_need(candidate, other)


def _same_need(candidate: Candidate, other: Candidate) -> bool:
    if candidate.need is None or other.need is None:
        return candidate.need is other.need
    return candidate.need in other.offer.needs or other.need in candidate.offer.needs
