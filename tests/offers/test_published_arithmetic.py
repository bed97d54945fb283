"""P × C × V × L with the published worked figures: points that add up, and terms switched off."""

import pytest

from listener.events import Channel
from nlu.understanding import NeedKind
from offers.arbitration import arbitrate
from offers.catalog import Offer
from offers.contact import ContactHistory
from offers.contact_rules import ContactPolicy
from offers.decisions import OfferKind, Scope, Score
from offers.eligibility import Eligibility, Facts
from offers.funnel import Fall, Funnel, Stage
from offers.matching import Candidate
from offers.policy import (
    ArbitrationPolicy,
    ContextWeight,
    Levers,
    Policy,
    Terms,
)
from offers.rules import compile_rule

OFFER = Offer("family-data-60", "Family Data", OfferKind.UPSELL, value=9.0, group="data")
CANDIDATE = Candidate(OFFER, "more_data", NeedKind.UNSTATED, confidence=0.9, fit=0.3)
PLAIN = ArbitrationPolicy(propensity_unstated=0.12, value_weight=1.0, levers=Levers(kinds={}))


def score(rules: ArbitrationPolicy, candidate: Candidate = CANDIDATE) -> Score:
    [chosen] = arbitrate([candidate], Scope.ALL, Policy(arbitration=rules))
    return chosen.score


def test_the_priority_is_the_product_with_the_margin_as_it_is() -> None:
    assert score(PLAIN) == Score(propensity=0.12, context=0.9, value=9.0, lever=1.0, priority=0.972)


def test_levers_of_offer_group_and_kind_add_up_to_percent() -> None:
    levers = Levers(offers={OFFER.id: 20}, groups={"data": 25}, kinds={OfferKind.UPSELL: 10})
    assert score(PLAIN.model_copy(update={"levers": levers})).lever == 1.55


def test_context_weights_add_up_to_percent() -> None:
    weights = (
        ContextWeight.model_validate({"when": "customer.tenure_months >= 24", "points": 30}),
        ContextWeight.model_validate({"when": 'channel == "voice"', "points": 25, "groups": ["data"]}),
        ContextWeight.model_validate({"when": "customer.unheard_of > 1", "points": 500}),
        ContextWeight.model_validate({"when": "true", "points": 500, "offers": ["another"]}),
    )
    rules = PLAIN.model_copy(update={"context_weights": weights})
    assert funnel(rules).weigh(CANDIDATE).context_points == 55
    assert score(rules, funnel(rules).weigh(CANDIDATE)).context == pytest.approx(0.9 * 1.55)


@pytest.mark.parametrize("term", Terms.model_fields)
def test_a_term_that_is_switched_off_counts_one(term: str) -> None:
    assert getattr(score(PLAIN.model_copy(update={"terms": Terms(**{term: False})})), term) == 1.0


def test_with_every_term_off_all_are_equal() -> None:
    off = Terms(propensity=False, context=False, value=False, lever=False)
    assert score(PLAIN.model_copy(update={"terms": off})).priority == 1.0


def funnel(rules: ArbitrationPolicy) -> Funnel:
    facts = Facts(Channel.VOICE, "c-1", {"tenure_months": 31, "income": 900}, {})
    return Funnel(Eligibility(facts, None), ContactHistory((), ContactPolicy(), Channel.VOICE), rules)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("customer.income > 2000", "It does not suit this customer now."),
        ("customer.savings > 10", "Whether it suits is not known: customer.savings."),
    ],
)
def test_an_offer_that_does_not_suit_falls_out_for_that(rule: str, why: str) -> None:
    offer = Offer("loan", "Loan", OfferKind.CROSS_SELL, suitable=compile_rule(rule))
    assert funnel(PLAIN).fall(offer) == Fall(Stage.SUITABILITY, why)
