"""Candidates: offers the customer may be made, for needs we believe; then which come first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from listener.events import Channel
from nlu.embedder import Embedder
from nlu.redaction import mask
from nlu.understanding import Evidence, Need, NeedKind
from offers.arbitration import arbitrate
from offers.catalog import load_catalog
from offers.decisions import OfferKind, Scope
from offers.eligibility import Eligibility, Facts
from offers.matching import Candidate, Matcher
from offers.policy import ArbitrationPolicy, Levers, MatchingPolicy, Policy
from offers.rules import Verdict

CATALOG = load_catalog(
    """
catalog: garage
version: "1"
currency: EUR
vertical: motors
reasons: []
needs:
  - {id: carry, title: Carry more, stated: [i need to carry more], primer: [What do you carry?]}
  - {id: save, title: Pay less, stated: [i want to pay less]}
offers:
  - id: roof-box
    title: Roof box
    kind: cross_sell
    needs: [carry]
    price: {amount: 390, per: once}
    value: 70
    summary: A box on the roof for luggage and skis.
    excludes: [tow-bar]
  - id: tow-bar
    title: Tow bar
    kind: cross_sell
    needs: [carry]
    price: {amount: 390, per: once}
    value: 71
    summary: A hitch to pull a boat trailer or a caravan.
  - id: load-check
    title: Loading advice
    kind: service
    needs: [carry]
    summary: We show how to load the car safely.
    eligible: '!("load-check-done" in customer.products)'
  - {id: stay, title: Loyalty month, kind: retention, needs: [save], eligible: customer.tenure_months >= 12}
  - {id: wash, title: Free wash, kind: goodwill, channels: [voice]}
  - id: spring
    title: Spring price
    kind: upsell
    needs: [save]
    valid: {from: 2026-03-01, until: 2026-05-31}
""",
    "garage.yaml",
)
CUSTOMER: dict[str, object] = {"products": [], "tenure_months": 24}
SPRING = date(2026, 4, 1)


class Letters:
    """An embedder that compares texts by their letters: enough to tell one offer from another."""

    name = "letters"
    sha256 = "0"
    dim = 128

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        counts = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            counts[row, 0] = 1e-3
            for letter in text.lower():
                counts[row, ord(letter) % self.dim] += 1
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def facts(channel: Channel = Channel.VOICE, **customer: object) -> Facts:
    return Facts(channel, "c-1", {**CUSTOMER, **customer}, {})


def need(name: str, said: str, confidence: float = 0.9, kind: NeedKind = NeedKind.UNSTATED) -> Need:
    return Need(name, kind, confidence, (Evidence(3, 0, len(said), said),))


CARRY = need("carry", "we have to pull the boat trailer to the lake")
SAVE = need("save", "it is a lot every month", kind=NeedKind.STATED)
MATCHER = Matcher(CATALOG, Letters())


def candidates(*needs: Need, day: date | None = SPRING, about: Facts | None = None) -> tuple[Candidate, ...]:
    return MATCHER.candidates(needs, Eligibility(about or facts(), day).admits)


def names(found: Sequence[Candidate]) -> list[str]:
    return [candidate.offer.id for candidate in found]


def best(*needs: Need, scope: Scope = Scope.ALL, policy: Policy | None = None) -> list[str]:
    return names(arbitrate(candidates(*needs), scope, policy or Policy()))


@pytest.mark.parametrize(
    ("about", "day", "offer", "why"),
    [
        (facts(products=["roof-box"]), SPRING, "roof-box", "has it already"),
        (facts(products=["tow-bar"]), SPRING, "roof-box", "tow-bar"),
        (facts(Channel.CHAT), SPRING, "wash", "chat"),
        (facts(), date(2026, 6, 1), "spring", "Not valid"),
        (facts(), None, "spring", "Not valid"),
        (facts(consent={"offers": False}), SPRING, "spring", "refused"),
        (facts(consent={"offers": "no"}), SPRING, "spring", "refused"),
        (facts(consent=False), SPRING, "spring", "refused"),
        (facts(tenure_months=3), SPRING, "stay", "rule"),
        (facts(tenure_months=None), SPRING, "stay", "Not known"),
    ],
)
def test_an_offer_the_customer_may_not_be_made_is_barred_and_says_why(
    about: Facts, day: date | None, offer: str, why: str
) -> None:
    standing = Eligibility(about, day).judge(CATALOG.offers[offer])
    assert standing.verdict is not Verdict.ELIGIBLE
    assert why in standing.why


def test_refused_offers_bar_sales_only_and_silence_on_consent_bars_nothing() -> None:
    refused = Eligibility(facts(consent={"offers": False}), SPRING)
    eligible = [offer.kind for offer in CATALOG.offers.values() if refused.judge(offer).verdict == "eligible"]
    assert eligible == [OfferKind.SERVICE, OfferKind.RETENTION, OfferKind.GOODWILL]
    silent = Eligibility(facts(consent={}), SPRING)
    assert silent.judge(CATALOG.offers["spring"]).verdict is Verdict.ELIGIBLE


def test_a_candidate_carries_the_need_its_words_and_its_questions() -> None:
    tow_bar = next(candidate for candidate in candidates(CARRY) if candidate.offer.id == "tow-bar")
    made = tow_bar.suggest("s-1", 1)
    assert (made.need, made.need_kind, made.confidence, made.evidence) == (
        "carry",
        NeedKind.UNSTATED,
        0.9,
        CARRY.evidence,
    )
    assert (made.title, made.price, made.talk.primer) == (
        "Tow bar",
        "390.00 EUR once",
        ("What do you carry?",),
    )


def test_of_two_offers_for_a_need_the_one_whose_words_fit_comes_first(embedder: Embedder) -> None:
    matcher = Matcher(CATALOG, embedder)
    for said, first in (
        ("we have to pull the boat trailer to the lake", "tow-bar"),
        ("the skis never fit in with all our luggage", "roof-box"),
    ):
        found = matcher.candidates((need("carry", said),), Eligibility(facts(), SPRING).admits)
        assert names(arbitrate(found, Scope.ALL, Policy()))[0] == first


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="abc 0123456789,.@", max_size=60))
def test_a_quote_and_its_masked_record_are_matched_alike(said: str) -> None:
    plain, masked = need("carry", said), need("carry", mask(said))
    assert [c.fit for c in candidates(plain)] == [c.fit for c in candidates(masked)]


def test_a_number_cut_by_the_end_of_the_quote_matches_like_its_mask() -> None:
    plain, masked = need("carry", "my card ends one two"), need("carry", "my card ends ••• •••")
    assert [c.fit for c in candidates(plain)] == [c.fit for c in candidates(masked)]


def test_an_offer_for_any_customer_comes_where_nothing_fits_a_need() -> None:
    assert names(candidates()) == ["wash"]
    assert best() == ["wash"]
    assert best(SAVE, policy=Policy(arbitration=ArbitrationPolicy(minimum_share=0.0))) == ["stay"]


def test_a_need_below_the_policys_bound_brings_none_of_its_offers() -> None:
    strict = Policy(matching=MatchingPolicy(minimum_need=0.95))
    assert "wash" not in best(CARRY)
    assert best(CARRY, policy=strict) == ["wash"]


def test_the_cheaper_of_near_equal_offers_comes_first_though_it_earns_less() -> None:
    said = need("carry", "x")
    found = [replace(candidate, fit=0.4) for candidate in candidates(said)]
    boxes = [c for c in found if c.offer.id in ("roof-box", "tow-bar")]
    cheap = [
        replace(c, offer=replace(c.offer, price=replace(c.offer.price, amount=100.0)))
        if c.offer.id == "roof-box" and c.offer.price
        else c
        for c in boxes
    ]
    assert names(arbitrate(cheap, Scope.ALL, Policy()))[0] == "roof-box"
    assert names(arbitrate(boxes, Scope.ALL, Policy()))[0] == "tow-bar"


def test_the_business_may_put_its_thumb_on_the_scale() -> None:
    lever = Policy(arbitration=ArbitrationPolicy(levers=Levers(offers={"roof-box": 200})))
    assert best(CARRY, policy=lever)[0] == "roof-box"


def test_retention_comes_first_when_the_customer_may_leave() -> None:
    sure, unsure = need("carry", "the boat trailer"), need("save", "so dear", confidence=0.5)
    found = candidates(sure, unsure)
    assert names(arbitrate(found, Scope.SERVICE, Policy(), churn=True))[0] == "stay"
    assert names(arbitrate(found, Scope.ALL, Policy()))[0] != "stay"


def test_priority_is_the_product_of_the_parts_it_shows() -> None:
    for candidate in arbitrate(candidates(CARRY, SAVE), Scope.ALL, Policy()):
        score = candidate.score
        product = score.propensity * score.context * score.value * score.lever
        assert score.priority == pytest.approx(product, abs=1e-6)


def test_beside_a_standing_card_nothing_comes_that_clashes_or_repeats() -> None:
    found = arbitrate(candidates(CARRY), Scope.ALL, Policy())
    beside = arbitrate(candidates(CARRY), Scope.ALL, Policy(), standing=found[:1])
    assert not set(names(beside)) & {"roof-box", "tow-bar"}
