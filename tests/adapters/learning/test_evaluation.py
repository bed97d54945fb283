"""Off-policy estimates, against a policy whose true worth is known."""

import numpy as np
import pytest

from adapters.learning.evaluation import NOTHING, Entry, LogError, evaluate

CHOICES = ("a", "b", NOTHING)
EARNS = {"a": 0.3, "b": 0.6, NOTHING: 0.0}
LOGGED = {"a": 0.6, "b": 0.3, NOTHING: 0.1}
WANTED = {"a": 0.1, "b": 0.9}
TRUE = 0.1 * 0.3 + 0.9 * 0.6


def log(entries: int, expected: dict[str, float]) -> list[Entry]:
    dice = np.random.default_rng(11)
    chosen = [str(each) for each in dice.choice(CHOICES, entries, p=list(LOGGED.values()))]
    return [
        Entry(each, LOGGED[each], float(dice.random() < EARNS[each]), WANTED, expected) for each in chosen
    ]


@pytest.mark.parametrize("expected", [EARNS, {"a": 0.5, "b": 0.1}, {}])
def test_every_estimate_comes_near_the_truth_even_with_a_poor_model(expected: dict[str, float]) -> None:
    found = evaluate(log(20_000, expected))
    for name in ("ips", "snips", "doubly robust"):
        assert found[name].value == pytest.approx(TRUE, rel=0.05)
        assert found[name].low < TRUE < found[name].high


def test_a_good_model_makes_the_interval_no_wider() -> None:
    found = evaluate(log(2_000, EARNS))
    robust, plain = found["doubly robust"], found["ips"]
    assert robust.high - robust.low <= plain.high - plain.low


def test_the_policy_s_own_log_is_worth_what_it_earned() -> None:
    entries = [Entry("a", 1.0, 1.0, {"a": 1.0}, {}), Entry("a", 1.0, 0.0, {"a": 1.0}, {})]
    assert {round(each.value, 9) for each in evaluate(entries).values()} == {0.5}


def test_policies_that_never_agree_are_told_by_the_effective_number() -> None:
    assert evaluate([Entry("a", 1.0, 1.0, {"b": 1.0}, {})])["ips"].effective == 0


@pytest.mark.parametrize("probability", [0.0, -1.0, 1.5])
def test_a_log_without_probabilities_is_refused(probability: float) -> None:
    with pytest.raises(LogError, match="entry 0"):
        evaluate([Entry("a", probability, 1.0, {"a": 1.0}, {})])


def test_an_empty_log_is_refused() -> None:
    with pytest.raises(LogError, match="empty"):
        evaluate([])
