"""Many offers for one need: the best fit is found, and few rules are asked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.catalog import Offer
from offers.decisions import OfferKind
from offers.index import MOST_JUDGED, SHORTLIST, Group, Vectors

DIM = 16


def unit(rows: Vectors) -> Vectors:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def made(count: int, seed: int) -> tuple[list[Offer], list[Vectors]]:
    """Offers with one to three texts each, of made vectors."""
    chance = np.random.default_rng(seed)
    offers = [Offer(f"o{number}", "", OfferKind.UPSELL, ("n",)) for number in range(count)]
    words = [unit(chance.normal(size=(1 + number % 3, DIM)).astype(np.float32)) for number in range(count)]
    return offers, words


@given(
    count=st.sampled_from([1, SHORTLIST, SHORTLIST + 1, 200, MOST_JUDGED, MOST_JUDGED + 1, 700]),
    seed=st.integers(0, 99),
    share=st.sampled_from([1, 2]),
)
def test_the_best_fitting_offers_that_may_be_made_are_found(count: int, seed: int, share: int) -> None:
    offers, words = made(count, seed)
    said = unit(np.random.default_rng(seed + 100).normal(size=(2, DIM)).astype(np.float32))
    may = {offer.id for number, offer in enumerate(offers) if number % share == 0}
    found = dict(Group(offers, words).fitting(said, lambda offer: offer.id in may))
    true = {offer: float((own @ said.T).max()) for offer, own in zip(offers, words, strict=True)}
    best = sorted((offer for offer in offers if offer.id in may), key=lambda offer: -true[offer])[:SHORTLIST]
    assert set(found) == set(best)
    assert all(fit == pytest.approx(true[offer], abs=1e-4) for offer, fit in found.items())


def test_where_hardly_anything_may_be_made_few_rules_are_asked() -> None:
    asked: list[str] = []

    def admits(offer: Offer) -> bool:
        asked.append(offer.id)
        return False

    offers, words = made(5_000, 1)
    assert list(Group(offers, words).fitting(words[0], admits)) == []
    assert len(asked) == MOST_JUDGED
