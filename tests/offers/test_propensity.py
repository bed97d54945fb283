"""What is learned from outcomes, and that nothing is learned from none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.propensity import PropensityModel, Trial, learn

FEATURES = ("offer:a", "group:g", "kind:upsell", "need:unstated", "channel:voice", "reason:billing")
shares = st.floats(0.01, 0.99)


@given(shares)
def test_without_outcomes_the_chance_is_the_prior(prior: float) -> None:
    assert learn([]).chance(FEATURES, prior) == prior


@given(st.lists(st.booleans(), max_size=30), shares)
def test_a_chance_lies_between_the_prior_and_what_was_seen(outcomes: list[bool], prior: float) -> None:
    chance = learn([Trial(("offer:a",), prior, each) for each in outcomes]).chance(("offer:a",), prior)
    seen = sum(outcomes) / len(outcomes) if outcomes else prior
    assert min(prior, seen) - 0.03 <= chance <= max(prior, seen) + 0.03


def test_many_outcomes_outweigh_the_prior_and_few_do_not() -> None:
    def chance(times: int) -> float:
        return learn([Trial(("offer:a",), 0.2, n % 2 == 0) for n in range(times)]).chance(("offer:a",), 0.2)

    assert chance(2) < 0.27
    assert chance(2_000) == pytest.approx(0.5, abs=0.02)


def test_learned_chances_are_calibrated() -> None:
    dice = np.random.default_rng(3)
    truth = {f"offer:{n}": chance for n, chance in enumerate(dice.uniform(0.05, 0.5, 12))}
    names = [str(name) for name in dice.choice(list(truth), 6_000)]
    model = learn([Trial((name, "channel:voice"), 0.2, bool(dice.random() < truth[name])) for name in names])
    for name, chance in truth.items():
        assert model.chance((name, "channel:voice"), 0.2) == pytest.approx(chance, abs=0.06)


def test_what_was_never_shown_borrows_from_its_group_but_stays_uncertain() -> None:
    model = learn([Trial(("offer:a", "group:g"), 0.2, True) for _ in range(40)])
    unknown = ("offer:new", "group:g")
    assert model.chance(unknown, 0.2) > 0.22
    spans = [
        model.draw(each, 0.2, 0.9) - model.draw(each, 0.2, 0.1) for each in (("offer:a", "group:g"), unknown)
    ]
    assert spans[0] < spans[1]


@given(shares, shares)
def test_a_draw_rises_with_its_quantile(one: float, other: float) -> None:
    low, high = sorted((one, other))
    model = PropensityModel({})
    assert model.draw(FEATURES, 0.2, low) <= model.draw(FEATURES, 0.2, high)
