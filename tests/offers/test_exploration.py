"""Exploration: within its budget, the same in every replay, and with probabilities that are true."""

from collections import Counter
from collections.abc import Iterable

import pytest

from nlu.understanding import NeedKind
from offers.catalog import Offer
from offers.decisions import OfferKind
from offers.exploration import Chance, Exploration
from offers.matching import Candidate
from offers.policy import ArbitrationPolicy, ExplorationPolicy
from offers.propensity import NOTHING_LEARNED

CANDIDATES = tuple(
    Candidate(Offer(name, name, OfferKind.UPSELL), "n", NeedKind.STATED, 0.9) for name in ("a", "b")
)
MANY = 2_000


def exploration(number: int, *, share: float, silent: float = 0.0, active: bool = True) -> Exploration:
    rules = ArbitrationPolicy(exploration=ExplorationPolicy(share=share, silent=silent))
    return Exploration(
        rules, NOTHING_LEARNED, ("p", f"c-{number}"), lambda: ("channel:voice",), active=active
    )


def first(chance: Chance) -> str:
    return max(CANDIDATES, key=lambda one: (chance(one), one.offer.id == "a")).offer.id


def share_of(flags: Iterable[bool]) -> float:
    return sum(flags) / MANY


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_as_many_conversations_explore_as_the_budget_says(share: float) -> None:
    found = share_of(exploration(n, share=share).explores for n in range(MANY))
    assert found == pytest.approx(share, abs=0.03)


def test_a_part_of_those_shows_no_sale() -> None:
    found = share_of(exploration(n, share=0.5, silent=0.2).is_silent for n in range(MANY))
    assert found == pytest.approx(0.1, abs=0.02)


def test_a_replayed_file_never_explores_and_is_certain() -> None:
    calm = exploration(1, share=1.0, active=False)
    assert not calm.explores
    assert calm.chance(CANDIDATES[0]) == ArbitrationPolicy().propensity_stated
    assert calm.probabilities(first) == {"a": 1.0}


def test_the_same_conversation_draws_the_same() -> None:
    draws = [[exploration(7, share=1.0).chance(one) for one in CANDIDATES] for _ in range(2)]
    assert draws[0] == draws[1]


def test_what_is_logged_is_how_often_it_happens() -> None:
    shown, told = Counter[str](), dict.fromkeys("ab", 0.0)
    for number in range(MANY):
        one = exploration(number, share=0.5)
        chosen = first(one.chance)
        shown[chosen] += 1
        told[chosen] += 1 / one.probabilities(first)[chosen]
        assert sum(one.probabilities(first).values()) == pytest.approx(1, abs=1e-4)
    for name in ("a", "b"):
        assert told[name] / MANY == pytest.approx(1, abs=0.12), "weights of a choice add up to everything"
    assert shown["b"] / MANY == pytest.approx(0.25, abs=0.04)
