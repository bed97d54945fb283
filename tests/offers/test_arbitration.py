"""Whatever the catalog, the customer and the beliefs: what a choice of offers promises."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from listener.events import Channel
from nlu.business import NeedExamples
from nlu.understanding import Evidence, Need, NeedKind
from offers.arbitration import arbitrate
from offers.catalog import Catalog, Offer, Price
from offers.decisions import OfferKind, Scope
from offers.eligibility import Eligibility, Facts
from offers.matching import Candidate, Matcher
from offers.policy import ArbitrationPolicy, Levers, Policy
from offers.rules import Verdict, compile_rule

IDS = [f"o{number}" for number in range(6)]
NEEDS = ["n0", "n1", "n2"]
RULES = [None, compile_rule("customer.age >= 18"), compile_rule("false")]


class Lengths:
    """An embedder that compares texts by their length: what is promised here holds for any."""

    name = "lengths"
    sha256 = "0"
    dim = 2

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.array([len(text) / 20 for text in texts], np.float32)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def offers(name: str) -> st.SearchStrategy[Offer]:
    others = [other for other in IDS if other != name]
    return st.builds(
        Offer,
        id=st.just(name),
        title=st.text(alphabet="ab ", max_size=30).map(lambda text: name + text),
        kind=st.sampled_from(OfferKind),
        needs=st.lists(st.sampled_from(NEEDS), max_size=2, unique=True).map(tuple),
        price=st.none()
        | st.builds(Price, st.floats(1, 30), st.just("EUR"), st.sampled_from(["once", "month"])),
        value=st.floats(-5, 50),
        eligible=st.sampled_from(RULES),
        excludes=st.frozensets(st.sampled_from(others), max_size=2),
    )


def catalog(of: Sequence[Offer]) -> Catalog:
    needs = {name: NeedExamples(name, name, (f"i need {name}",)) for name in NEEDS}
    return Catalog("any", "1", "EUR", "any", "0", {}, needs, {offer.id: offer for offer in of})


catalogs = st.tuples(*(offers(name) for name in IDS)).map(catalog)
quotes = st.text(alphabet="abc ", min_size=1, max_size=40).map(
    lambda said: (Evidence(0, 0, len(said), said),)
)
believed = st.lists(
    st.builds(Need, st.sampled_from(NEEDS), st.sampled_from(NeedKind), st.floats(0, 1), quotes),
    max_size=3,
    unique_by=lambda need: need.id,
).map(tuple)
customers = st.fixed_dictionaries(
    {"products": st.lists(st.sampled_from(IDS), max_size=2)},
    optional={"age": st.integers(10, 40), "consent": st.sampled_from([{"offers": True}, {"offers": False}])},
)
policies = st.builds(
    Policy,
    arbitration=st.builds(
        ArbitrationPolicy,
        minimum_share=st.floats(0, 1),
        levers=st.builds(Levers, offers=st.dictionaries(st.sampled_from(IDS), st.floats(-90, 400))),
    ),
)


def found_in(of: Catalog, needs: tuple[Need, ...], about: Facts) -> tuple[Candidate, ...]:
    return Matcher(of, Lengths()).candidates(needs, Eligibility(about, None).admits)


@settings(max_examples=150, deadline=None)
@given(catalogs, believed, customers, policies, st.sampled_from(Scope), st.booleans())
def test_a_choice_is_allowed_asked_for_compatible_and_small(
    of: Catalog,
    needs: tuple[Need, ...],
    customer: dict[str, object],
    policy: Policy,
    scope: Scope,
    churn: bool,
) -> None:
    about = Facts(Channel.CHAT, "c-1", customer, {})
    found = found_in(of, needs, about)
    chosen = arbitrate(found, scope, policy, churn=churn)
    for one in chosen:
        assert Eligibility(about, None).judge(one.offer).verdict is Verdict.ELIGIBLE
        assert scope.lets(one.offer.kind)
        assert one.need in {need.id for need in needs} | {None}
        assert not any(one.offer.clashes(other.offer) for other in chosen if other is not one)
    assert len(chosen) <= policy.suggestions.at_once
    assert arbitrate(found[::-1], scope, policy, churn=churn) == chosen, "their order must not matter"


@settings(max_examples=100, deadline=None)
@given(catalogs, believed, policies, st.booleans())
def test_what_stands_on_the_screen_is_never_repeated_nor_contradicted(
    of: Catalog, needs: tuple[Need, ...], policy: Policy, churn: bool
) -> None:
    found = found_in(of, needs, Facts(Channel.CHAT, "c-1", {"age": 30}, {}))
    standing = arbitrate(found, Scope.ALL, policy, churn=churn)[:2]
    more = arbitrate(found, Scope.ALL, policy, standing=standing, churn=churn)
    assert len(standing) + len(more) <= policy.suggestions.at_once
    for one in more:
        assert all(
            one.offer.id != other.offer.id and not one.offer.clashes(other.offer) for other in standing
        )


@settings(max_examples=100, deadline=None)
@given(catalogs, believed, st.sampled_from(IDS))
def test_an_offer_for_another_need_changes_nothing(of: Catalog, needs: tuple[Need, ...], name: str) -> None:
    unrelated = replace(of.offers[name], needs=("n9",), value=0.0)
    more = [unrelated if offer.id == name else offer for offer in of.offers.values()]
    fewer = [offer for offer in of.offers.values() if offer.id != name]
    about = Facts(Channel.CHAT, "c-1", {"age": 30}, {})
    choices = [
        arbitrate(found_in(catalog(each), needs, about), Scope.ALL, Policy()) for each in (more, fewer)
    ]
    assert choices[0] == choices[1]
